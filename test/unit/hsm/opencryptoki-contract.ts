/**
 * `npm run test:opencryptoki`, as root, with opencryptoki installed, its daemon pkcsslotd running and a software token that is blank. It changes
 * the machine's own token, so it is no part of `npm test`.
 */
import { existsSync } from "node:fs";

import { openPkcs11Keys } from "../../../hsm/pkcs11-keys.ts";
import { initToken } from "../../../hsm/pkcs11-token.ts";
import { describeKeyProvider } from "../../contract/key-provider.ts";
import { cannotDo } from "../../support/left-out.ts";

const module = [
  "/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so",
  "/usr/lib/aarch64-linux-gnu/opencryptoki/libopencryptoki.so",
  "/usr/lib64/opencryptoki/libopencryptoki.so",
].find((path) => existsSync(path));

describe("opencryptoki", function () {
  const token = { tokenLabel: "countersign test", pin: "opencrypto-1" };
  before(async function () {
    // Not in CI either: it changes the machine's own token, so it is run by hand.
    if (module === undefined || process.getuid?.() !== 0)
      return cannotDo(this, "this needs root and opencryptoki with a running pkcsslotd");
    // The SO PIN that every new token of opencryptoki has.
    await initToken({ module, label: token.tokenLabel, soPin: "87654321", pin: token.pin });
  });

  describeKeyProvider("a token of opencryptoki", () => {
    if (module === undefined) throw new Error("no module");
    return openPkcs11Keys({ ...token, module, rejectionSecret: Buffer.alloc(32, 7) });
  });
});
