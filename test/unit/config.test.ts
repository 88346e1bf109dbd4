import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtins } from "../../adapters/preset.ts";
import { parseConfig } from "../../plugin/config.ts";
import { CountersignError, type Issue } from "../../plugin/errors.ts";
import { readSecretBytes } from "../../plugin/secret-source.ts";

const { keyStores } = builtins({ environment: {} });

const good = {
  publicUrl: "http://pki.example/",
  database: { file: "x.db" },
  keys: [{ kind: "soft", folder: "k", passphrase: { env: "P" } }],
  serverSecret: { file: "s" },
};

const issuesOf = (input: unknown): readonly Issue[] => {
  try {
    parseConfig(input, keyStores);
  } catch (error) {
    assert.ok(error instanceof CountersignError);
    assert.equal(error.code, "invalid_config");
    for (const { path } of error.issues)
      assert.ok(error.message.includes(path), "the message names it too");
    return error.issues;
  }
  return assert.fail("it was taken");
};
const pathsOf = (input: unknown): string[] => issuesOf(input).map(({ path }) => path);

describe("configuration", () => {
  it("fills in every default", () => {
    const config = parseConfig(good, keyStores);
    assert.equal(config.publicUrl, "http://pki.example");
    assert.equal(config.scepUrl, "http://pki.example/scep");
    assert.equal(config.database.client, "sqlite3");
    assert.deepEqual(config.crl, {
      intervalSeconds: 86_400,
      revocationSeconds: 60,
      lifetimeSeconds: 604_800,
      keepExpiredSeconds: 2_592_000,
      atOnceEntries: 10_000,
    });
    assert.equal(config.limits.bodyBytes, 65_536);
    assert.equal(config.admin.tokens.localKey, true);
    assert.equal(config.metrics.open, false);
    assert.ok(Object.isFrozen(config));
  });

  it("reports all faults at once, unknown keys and key store options with their full paths", () => {
    assert.deepEqual(
      pathsOf({
        publicUrl: "ftp://x",
        databse: {},
        database: { file: "", fil: 1 },
        keys: [
          { kind: "soft", foldr: "k", passphrase: "plain" },
          { kind: "sfot" },
          { kind: "pkcs11", module: "m", pin: { file: "p" }, slot: -1 },
        ],
        serverSecret: new Uint8Array(31),
        crl: { intervalSeconds: 0 },
      }).sort(),
      [
        "crl.intervalSeconds",
        "database.fil",
        "database.file",
        "databse",
        "keys.0.folder",
        "keys.0.foldr",
        "keys.0.passphrase",
        "keys.1.kind",
        "keys.2.slot",
        "publicUrl",
        "serverSecret",
      ],
    );
  });

  it("takes a PostgreSQL server by its parts or by one secret URL", () => {
    const parts = { host: "db", database: "cs", user: "cs", password: { env: "P" } };
    const database = (connection: object, more: object = {}) => ({
      ...good,
      database: { client: "pg", connection, ...more },
    });
    const config = parseConfig(database(parts), keyStores);
    assert.deepEqual(config.database, {
      client: "pg",
      connection: parts,
      readers: 4,
      statementSeconds: 30,
    });
    parseConfig(database({ url: { file: "u" } }), keyStores);
    parseConfig(database({ ...parts, ssl: { ca: "ca.pem" } }), keyStores);
    assert.deepEqual(pathsOf(database({ ...parts, port: 0 }, { reader: 1 })).sort(), [
      "database.connection.port",
      "database.reader",
    ]);
    assert.deepEqual(pathsOf(database({ host: "db" })), [
      "database.connection.database",
      "database.connection.user",
    ]);
    assert.deepEqual(pathsOf(database({ url: { file: "u" }, user: "x" })), [
      "database.connection.user",
    ]);
    assert.deepEqual(pathsOf({ ...good, database: { client: "mysql", file: "x" } }), [
      "database.client",
    ]);
  });

  it("never shows a database's URL or password that stands where its source should", () => {
    for (const connection of [
      { url: "postgres://cs:hunter2@db/cs" },
      { host: "db", database: "cs", user: "cs", password: "hunter2" },
    ]) {
      const issues = issuesOf({ ...good, database: { client: "pg", connection } });
      assert.equal(issues.length, 1);
      assert.doesNotMatch(JSON.stringify(issues), /hunter2/);
    }
  });

  it("names the known kinds of key stores when one is not known", () => {
    const [issue] = issuesOf({ ...good, keys: [{ kind: "tpm" }] });
    assert.match(issue!.message, /soft, pkcs11/);
  });

  it("wants the list to live longer than its interval, and one source of issuer keys", () => {
    assert.deepEqual(pathsOf({ ...good, crl: { intervalSeconds: 10, lifetimeSeconds: 10 } }), [
      "crl.lifetimeSeconds",
    ]);
    assert.deepEqual(pathsOf({ ...good, admin: { issuer: { issuer: "i", audience: "a" } } }), [
      "admin.issuer",
    ]);
  });

  it("never shows a value that stands where a secret source should", () => {
    const [issue] = issuesOf({ ...good, serverSecret: "hunter2-hunter2" });
    assert.equal(issue!.path, "serverSecret");
    assert.doesNotMatch(issue!.message, /hunter2/);
  });

  describe("secret sources", () => {
    let folder: string;
    before(async () => (folder = await mkdtemp(join(tmpdir(), "countersign-"))));
    after(() => rm(folder, { recursive: true }));

    it("reads a file's octets as they are, a variable and a function", async () => {
      const file = join(folder, "secret");
      await writeFile(file, "abc\n", { mode: 0o600 });
      assert.equal(Buffer.from(await readSecretBytes("s", { file }, {})).toString(), "abc\n");
      assert.equal(
        Buffer.from(await readSecretBytes("s", { env: "V" }, { V: "v" })).toString(),
        "v",
      );
      assert.deepEqual(
        await readSecretBytes("s", () => new Uint8Array([1]), {}),
        new Uint8Array([1]),
      );
    });

    it("refuses what is missing, and a file that others can read, by the setting's name", async () => {
      const open = join(folder, "open");
      await writeFile(open, "abc");
      await chmod(open, 0o644);
      for (const source of [{ file: join(folder, "none") }, { env: "NONE" }, { file: open }]) {
        await assert.rejects(
          readSecretBytes("serverSecret", source, {}),
          (error: CountersignError) => {
            assert.equal(error.code, "invalid_config");
            assert.equal(error.issues[0]?.path, "serverSecret");
            return true;
          },
        );
      }
    });
  });
});
