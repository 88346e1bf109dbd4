/**
 * `npm run test:opencryptoki`, as root, with opencryptoki installed, its daemon pkcsslotd running and a software token that is blank (docs/hsm.md
 * says how). It changes the machine's own token, so it is no part of `npm test`.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

import { openPkcs11Keys } from "../../../hsm/pkcs11-keys.ts";
import { initToken } from "../../../hsm/pkcs11-token.ts";
import { describeKeyProvider } from "../../contract/key-provider.ts";
import { cannotDo } from "../../support/left-out.ts";

const module = [
  "/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so",
  "/usr/lib/aarch64-linux-gnu/opencryptoki/libopencryptoki.so",
  "/usr/lib64/opencryptoki/libopencryptoki.so",
  // Without the development package.
  "/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so.0",
  "/usr/lib/aarch64-linux-gnu/opencryptoki/libopencryptoki.so.0",
].find((path) => existsSync(path));

describe("opencryptoki", function () {
  this.timeout(120_000);
  const token = { tokenLabel: "countersign test", pin: "ock-1234" };
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

  it("K-04 a wrong PIN is tried once each time, and never when that would lock the token", async () => {
    if (module === undefined) throw new Error("no module");
    const open = (pin: string) =>
      openPkcs11Keys({ ...token, pin, module, rejectionSecret: Buffer.alloc(32, 7) });
    const said: string[] = [];
    for (let time = 0; time < 4; time += 1)
      said.push(await open("wrong-12").then(() => "opened", String));
    assert.ok(
      said.every((text) => text.startsWith("CountersignError: key_pin_incorrect")),
      said.join("\n"),
    );
    assert.match(said.at(-1) ?? "", /one try is left/);
    // A person with the right PIN and the token's own tool sets the count back.
    const login = ["--module", module, "--token-label", token.tokenLabel, "--login", "-O"];
    const by = spawnSync("pkcs11-tool", [...login, "--pin", token.pin], { encoding: "utf8" });
    assert.equal(by.status, 0, by.stderr);
    await (await open(token.pin)).close();
  });
});
