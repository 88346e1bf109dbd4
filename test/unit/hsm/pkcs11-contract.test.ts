import { openPkcs11Keys } from "../../../hsm/pkcs11-keys.ts";
import { describeKeyProvider } from "../../contract/key-provider.ts";
import { freshToken, requireSoftHsm, type SoftToken } from "../../support/softhsm.ts";

describe("SoftHSM", function () {
  let token: SoftToken | undefined;
  before(async function () {
    requireSoftHsm(this);
    token = await freshToken();
  });
  after(() => token?.remove());

  describeKeyProvider("a token in a process of its own", () => {
    if (token === undefined) throw new Error("no token");
    return openPkcs11Keys({ ...token, rejectionSecret: Buffer.alloc(32, 7) });
  });
});
