import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openPkcs11Keys, type Pkcs11KeysOptions } from "../../../hsm/pkcs11-keys.ts";
import { CountersignError, type KeyProvider } from "../../../plugin/sdk.ts";
import {
  freshToken,
  freshTokenFolder,
  requireSoftHsm,
  type SoftToken,
} from "../../support/softhsm.ts";

/** What an admin may say wrongly of a token: each is named, with what to do, and nothing is written. */
describe("bad input about tokens", function () {
  this.timeout(60_000);
  let module: string;
  let token: SoftToken;
  before(async function () {
    module = requireSoftHsm(this);
    token = await freshToken("one");
  });
  after(() => (token as SoftToken | undefined)?.remove());

  const open = (options: Partial<Pkcs11KeysOptions> = {}): Promise<KeyProvider> =>
    openPkcs11Keys({
      ...token,
      rejectionSecret: Buffer.alloc(32, 1),
      deadlineSeconds: 60,
      ...options,
    });
  const refused = (promise: Promise<KeyProvider>, code: string, ...words: readonly string[]) =>
    assert.rejects(
      promise.then((keys) => keys.close()),
      (error) => {
        assert.ok(error instanceof CountersignError, String(error));
        assert.equal(error.code, code, error.detail);
        for (const word of words) assert.ok(error.detail.includes(word), error.detail);
        assert.ok(error.facts.nextStep.length > 0);
        return true;
      },
    );

  it("K-07 a wrong module path", async () => {
    const missing = join(token.folder, "none.so");
    await refused(open({ module: missing }), "key_module_missing", missing);
  });

  it("K-07 a module for another architecture", async () => {
    const foreign = join(token.folder, "foreign.so");
    const octets = readFileSync(module);
    const [machine, name] = process.arch === "arm64" ? [62, "x64"] : [183, "arm64"];
    octets.writeUInt16LE(machine, 18);
    writeFileSync(foreign, octets);
    await refused(
      open({ module: foreign }),
      "key_module_missing",
      `is made for ${name}`,
      process.arch,
    );
  });

  it("K-07 a token that is not initialised", async () => {
    const { folder, environment } = await freshTokenFolder();
    await refused(
      open({ environment, tokenLabel: "one" }),
      ...(["key_not_found", "a blank one in slot", "countersign keys init"] as const),
    );
    execFileSync("rm", ["-r", folder]);
  });

  it("K-07 a slot that moved: the label is where it is now, and both are named", async () => {
    await refused(
      open({ slot: 4711 }),
      ...(["key_not_found", 'label "one"', "slot 4711", '"one" in slot'] as const),
    );
  });

  it("K-07 two tokens with one label", async () => {
    const twice = await freshToken("twin");
    try {
      execFileSync(
        "softhsm2-util",
        ["--init-token", "--free", "--label", "twin", "--pin", "1234", "--so-pin", "12345678"],
        { env: { ...process.env, ...twice.environment }, stdio: "ignore" },
      );
      const both = openPkcs11Keys({
        ...twice,
        rejectionSecret: Buffer.alloc(32, 1),
        deadlineSeconds: 60,
      });
      await refused(both, "invalid_config", "more than one token fits", "name its label and slot");
    } finally {
      await twice.remove();
    }
  });
});
