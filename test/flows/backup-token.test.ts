import assert from "node:assert/strict";
import { builtins } from "../../adapters/preset.ts";
import {
  backupInstallation,
  type CountersignConfig,
  readBackup,
  restoreInstallation,
} from "../../plugin/index.ts";
import { CountersignError } from "../../plugin/sdk.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import { freshToken, requireSoftHsm, type SoftToken, tokenStore } from "../support/softhsm.ts";
import { workFolder, type WorkFolder } from "../support/tools.ts";
import { serve } from "./served.ts";
import { makeSite } from "./site.ts";

const setup = builtins({ logger: silentLogger });

describe("flows: backup of an installation on a token", function () {
  this.timeout(120_000);
  let folder: WorkFolder;
  const tokens: SoftToken[] = [];
  before(async function () {
    requireSoftHsm(this);
    folder = await workFolder();
    for (const label of ["mine", "mine"]) tokens.push(await freshToken(label));
  });
  after(async () => {
    for (const token of tokens) await token.remove();
    await folder.remove();
  });
  const configOn = (token: SoftToken, name: string): CountersignConfig => ({
    ...configIn(folder.path),
    database: { file: folder.file(`${name}.db`) },
    keys: [tokenStore(token)],
  });

  it("refers to the keys and holds none; a token without them is refused, key by key", async () => {
    const [token, empty] = tokens;
    assert.ok(token && empty);
    const config = configOn(token, "source");
    const { database, keys } = config;
    const served = await serve({ database, keys });
    await makeSite(await served.api());
    const file = folder.file("backup");
    const made = await backupInstallation(config, setup, { file });
    await served.end();
    assert.ok(made.keys.length >= 3);
    assert.ok(
      made.keys.every(({ ref, label }) => ref.startsWith("pkcs11:") && label !== undefined),
    );

    const backup = await readBackup(file, config, {});
    assert.deepEqual(Object.keys(backup.extras), []);
    await assert.rejects(
      restoreInstallation(backup, configOn(empty, "missing"), setup),
      (error: unknown) => {
        assert.ok(error instanceof CountersignError);
        assert.equal(error.code, "key_not_found");
        assert.equal(error.issues.length, made.keys.length);
        return true;
      },
    );
    await assert.rejects(
      backupInstallation(configOn(empty, "source"), setup, { file: folder.file("none") }),
      /key_not_found/,
    );
    const report = await restoreInstallation(backup, configOn(token, "target"), setup);
    assert.equal(report.keys, made.keys.length);
    // On a day without the token a backup can be had, and says so.
    const without = folder.file("without");
    const blind = { file: without, withoutMissingKeys: true };
    await backupInstallation(configOn(empty, "target"), setup, blind);
    const later = await readBackup(without, config, {});
    const { untriedKeys } = await restoreInstallation(later, configOn(token, "later"), setup);
    assert.equal(untriedKeys.length, made.keys.length);
  });
});
