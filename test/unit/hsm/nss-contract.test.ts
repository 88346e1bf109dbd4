import { openPkcs11Keys } from "../../../hsm/pkcs11-keys.ts";
import { describeKeyProvider } from "../../contract/key-provider.ts";
import { type NssToken, requireNssToken } from "../../support/nss-token.ts";

describe("NSS softokn", function () {
  let token: NssToken | undefined;
  before(function () {
    token = requireNssToken(this);
  });
  after(() => token?.remove());

  describeKeyProvider("a token of NSS", () => {
    if (token === undefined) throw new Error("no token");
    return openPkcs11Keys({ ...token, rejectionSecret: Buffer.alloc(32, 7) });
  });
});
