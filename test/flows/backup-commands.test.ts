import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { runBlock, shellBlock } from "../support/documented.ts";
import { setTimeout as pause } from "node:timers/promises";
import { cliEntry, countersign, countersignOutput, served } from "../support/standalone.ts";
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

  it("K-05 a restore that is killed, wherever it is, is no installation; the same command starts over", async () => {
    const [data, target, kit] = ["killed-source", "killed", "kit3"].map((name) =>
      folder.file(name),
    );
    assert.ok(data && target && kit);
    const file = folder.file("killed.backup");
    await countersignOutput(["init", "--data", data]);
    const source = await served(data);
    await countersignOutput(["authority", "hierarchy", "acme", "--data", data]);
    await source.stop();
    await countersignOutput(["backup", file, "--data", data]);
    await mkdir(kit);
    for (const name of ["server.secret", "passphrase"])
      await cp(`${data}/${name}`, `${kit}/${name}`);
    const command = [
      ...["restore", file, "--data", target, "--server-secret-file", `${kit}/server.secret`],
      ...["--passphrase-file", `${kit}/passphrase`],
    ];
    const marker = `${target}/restore.unfinished`;
    const size = (name: string): number =>
      existsSync(`${target}/${name}`) ? statSync(`${target}/${name}`).size : 0;
    const keys = (): number =>
      existsSync(`${target}/keys`) ? readdirSync(`${target}/keys`).length : 0;
    let unfinished = 0;
    for (const reached of [
      () => existsSync(marker),
      () => keys() > 0,
      () => size("countersign.db-wal") > 0,
      () => keys() > 2 && size("countersign.db-wal") > 200_000,
    ]) {
      const before = existsSync(marker);
      const child = spawn(process.execPath, [cliEntry(), ...command], { stdio: "ignore" });
      const ended = once(child, "exit");
      // What the one before has left is cleared away first.
      while (before && existsSync(marker) && child.exitCode === null) await pause(1);
      while (!reached() && child.exitCode === null) await pause(1);
      child.kill("SIGKILL");
      await ended;
      if (!existsSync(marker)) {
        assert.equal(size("server.secret") > 0, child.exitCode === 0, "half a folder looks whole");
        await rm(target, { recursive: true, force: true });
        continue;
      }
      unfinished += 1;
      if (unfinished > 1) continue;
      const serve = await countersign(["serve", "--data", target, "--port", "0"]);
      assert.match(serve.stderr, /run countersign restore again/);
    }
    assert.ok(unfinished >= 2, `only ${unfinished} kills fell into the restore`);
    await countersignOutput(command);
    assert.equal(existsSync(marker), false);
    const again = await served(target);
    const listed = await countersignOutput(["authority", "list", "--data", target, "--json"]);
    await again.stop();
    assert.match(listed, /acme/);
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
