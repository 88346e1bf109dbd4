import { openPkcs11Keys } from "../../../hsm/pkcs11-keys.ts";
import { describeKeyProvider } from "../../contract/key-provider.ts";
import { freshNssToken, type NssToken } from "../../support/nss-token.ts";

describe("NSS softokn", function () {
  let token: NssToken | undefined;
  before(function () {
    token = freshNssToken();
    if (token === undefined) this.skip();
  });
  after(() => token?.remove());

  describeKeyProvider("a token of NSS", () => {
    if (token === undefined) throw new Error("no token");
    return openPkcs11Keys({ ...token, rejectionSecret: Buffer.alloc(32, 7) });
  });
});
