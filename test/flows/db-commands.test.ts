import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../plugin/store/database.ts";
import { aCertificate, aDevice, bytes, NOW } from "../contract/store/samples.ts";
import { PASSWORD, postgresServer, type PostgresServer, USER } from "../support/postgres.ts";
import { countersign, countersignOutput } from "../support/standalone.ts";

const clock = { now: () => new Date() };

describe("countersign db", () => {
  let server: PostgresServer;
  let name: string;
  let folder: string;
  let password: string;
  before(async function () {
    server = await postgresServer(this);
    folder = await mkdtemp(join(tmpdir(), "countersign-db-"));
    password = join(folder, "password");
    await writeFile(password, `${PASSWORD}\n`, { mode: 0o600 });
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    name = await server.create();
  });
  afterEach(() => server.drop(name));

  const spec = (): string => `postgres://${USER}@127.0.0.1:${server.port}/${name}`;

  it("migrate says what it applied, on the folder's own file and on a server", async () => {
    const data = join(folder, "data");
    await countersignOutput(["init", "--data", data]);
    assert.equal(
      await countersignOutput(["db", "migrate", "--data", data]),
      "the schema is up to date\n",
    );
    const config = join(folder, "config.json");
    const connection = {
      ...{ host: "127.0.0.1", port: server.port, database: name, user: USER },
      password: { file: password },
    };
    await writeFile(config, JSON.stringify({ database: { client: "pg", connection } }));
    const migrate = ["db", "migrate", "--data", data, "--config", config];
    assert.match(await countersignOutput(migrate), /^applied 0001-first\n/);
    assert.equal(await countersignOutput(migrate), "the schema is up to date\n");
  }).timeout(40_000);

  it("copy moves a file to a server with lines of progress, and refuses to do it twice", async () => {
    const file = join(folder, "source.db");
    const source = await openDatabase({ client: "sqlite3", file, clock });
    await source.migrate();
    await source.directory.createTenant({ id: "t", name: "T", createdAt: NOW });
    await source.directory.open("t").run(async (tx) => {
      await tx.devices.save(aDevice());
      for (let n = 0; n < 600; n += 1) await tx.certificates.insert(aCertificate(), bytes(n % 256));
    });
    await source.close();
    const args = ["db", "copy", "--from", `sqlite:${file}`, "--to", spec()];
    const { status, stdout, stderr } = await countersign([...args, "--to-password-file", password]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^copied 0\/\d+ rows/);
    assert.match(stderr, /^checked (\d+)\/\1 rows/m);
    assert.match(stdout.toString(), /countersign_certificates 600 rows [0-9a-f]{16}\n/);
    assert.match(stdout.toString(), /all rows are there and equal\n$/);

    const again = await countersign([...args, "--to-password-env", "PG_SECRET"], {
      environment: { PG_SECRET: PASSWORD },
    });
    assert.equal(again.status, 1);
    assert.match(again.stderr, /the target is not empty[\s\S]*\(already_initialised\)/);
  }).timeout(40_000);

  it("copy refuses a password on the command line, and names a faulty end without it", async () => {
    const from = ["db", "copy", "--from", `sqlite:${join(folder, "none.db")}`];
    const open = await countersign([...from, "--to", server.url(name)]);
    assert.equal(open.status, 1);
    assert.match(open.stderr, /others can read a password/);
    assert.ok(!open.stderr.includes(PASSWORD));
    const missing = await countersign([...from, "--to", spec(), "--to-password-file", password]);
    assert.match(missing.stderr, /there is no file .*none\.db/);
    assert.equal((await countersign([...from, "--to", "mysql://x"])).status, 1);
  }).timeout(40_000);
});
