import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { runBlock, shellBlock } from "../support/documented.ts";
import { countersign, countersignOutput } from "../support/standalone.ts";
import { requirePrograms, workFolder, type WorkFolder } from "../support/tools.ts";

describe("countersign backup and restore", function () {
  this.timeout(180_000);
  let folder: WorkFolder;
  before(async () => {
    folder = await workFolder();
  });
  after(() => folder.remove());

  it("K-05 does the rehearsal of docs/operations.md, line by line", async function () {
    requirePrograms(this, "openssl", "sh");
    const ran = await runBlock(folder, shellBlock("operations.md", "## Rehearsal"));
    assert.equal(ran.status, 0, ran.stderr);
    const said = ran.stdout.toString();
    assert.match(said, /^saved \d+ rows and \d+ keys in .*first\.backup/m);
    assert.match(said, /^whole: \d+ entries of tenant default, up to \d+$/m);
    assert.match(said, /^whole: made \d{4}-/m);
    assert.match(
      said,
      /^ledger of default: \d+ entries after \d+; done again: 1 certificate\.issued$/m,
    );
    // The certificate of after the backup, before the wipe, which revokes it.
    assert.match(said, /CN=alice/);
    assert.match(said, /revoked +\["?[0-9a-f]{16}|revoked +[0-9a-f]{16}/);
    assert.equal(statSync(folder.file("first.backup")).mode & 0o777, 0o600);
    for (const name of ["server.secret", "passphrase", "settings.json", "countersign.db"])
      assert.equal(statSync(folder.file(`pki/${name}`)).mode & 0o777, 0o600, name);
    assert.equal(existsSync(folder.file("pki/restore.unfinished")), false);
  });

  it("says what is wrong, and touches nothing that is there", async () => {
    const data = folder.file("small");
    const kit = folder.file("kit2");
    const file = folder.file("small.backup");
    await countersignOutput(["init", "--data", data]);
    await countersignOutput(["backup", file, "--data", data]);
    await mkdir(kit);
    for (const name of ["server.secret", "passphrase"])
      await cp(`${data}/${name}`, `${kit}/${name}`);
    const restore = (to: string, ...more: string[]) =>
      countersign([
        ...["restore", file, "--data", to, "--server-secret-file", `${kit}/server.secret`, ...more],
      ]);
    const passphrase = ["--passphrase-file", `${kit}/passphrase`];

    const before = readdirSync(data).sort();
    const over = await restore(data, ...passphrase);
    assert.match(over.stderr, /holds an installation[\s\S]*\(already_initialised\)/);
    assert.deepEqual(readdirSync(data).sort(), before);
    const bare = await restore(folder.file("bare"));
    assert.match(bare.stderr, /give --passphrase-file[\s\S]*\(invalid_config\)/);
    assert.equal(existsSync(folder.file("bare")), false);
    // Keys of somebody in the folder stay.
    await mkdir(folder.file("keyed/keys"), { recursive: true });
    await writeFile(folder.file("keyed/keys/mine"), "x");
    assert.match(
      (await restore(folder.file("keyed"), ...passphrase)).stderr,
      /already_initialised/,
    );
    assert.equal(await readFile(folder.file("keyed/keys/mine"), "utf8"), "x");
    // What a crash left is gone over again, and is no installation until then.
    const crashed = folder.file("crashed");
    await cp(data, crashed, { recursive: true });
    await writeFile(`${crashed}/restore.unfinished`, "id\n");
    const serve = await countersign(["serve", "--data", crashed, "--port", "0"]);
    assert.match(serve.stderr, /run countersign restore again/);
    const again = await restore(crashed, ...passphrase);
    assert.equal(again.status, 0, again.stderr);
    assert.equal(existsSync(`${crashed}/restore.unfinished`), false);

    const octets = await readFile(file);
    await writeFile(file, octets.subarray(0, octets.length - 9));
    const cut = await restore(folder.file("cut"), ...passphrase);
    assert.match(cut.stderr, /cut off after \d+ octets[\s\S]*\(backup_damaged\)/);
    assert.equal(existsSync(folder.file("cut")), false);
    await writeFile(`${kit}/server.secret`, Buffer.alloc(32, 1));
    const wrong = await restore(folder.file("cut"), ...passphrase, "--check");
    assert.match(wrong.stderr, /server secret is not the one[\s\S]*\(key_pin_incorrect\)/);
    await rm(kit, { recursive: true });
  });
});
