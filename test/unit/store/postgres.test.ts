import assert from "node:assert/strict";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import { type DatabaseOptions, openDatabase, openDialect } from "../../../plugin/store/database.ts";
import { translating, type Dialect } from "../../../plugin/store/dialect.ts";
import { describeStore } from "../../contract/store.ts";
import { describeOpening } from "../../contract/store/opening.ts";
import { aDevice, aReservation, aSettlement, bytes } from "../../contract/store/samples.ts";
import { fails } from "../../contract/store/subject.ts";
import { postgresDatabase } from "../../support/databases.ts";
import { PASSWORD, postgresServer, type PostgresServer, USER } from "../../support/postgres.ts";

describe("PostgreSQL", () => {
  let server: PostgresServer;
  before(async function () {
    server = await postgresServer(this);
  });

  describeStore("PostgreSQL", () => postgresDatabase(server));

  describe("the server", () => {
    const clock = { now: () => new Date() };
    let name: string;
    const opened: { close(): Promise<void> }[] = [];
    type Over = Partial<Extract<DatabaseOptions, { client: "pg" }>>;
    const open = async (over: Over = {}): Promise<Database> => {
      const connection = server.url(name);
      const database = await openDatabase({ client: "pg", connection, clock, ...over });
      opened.push(database);
      return database;
    };
    const bare = async (): Promise<Dialect> => {
      const dialect = await openDialect({ client: "pg", connection: server.url(name) });
      opened.push(dialect);
      return dialect;
    };
    beforeEach(async () => {
      name = await server.create();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
      await server.drop(name);
    });

    /** Rejects with this code and a text that `says` fits; nowhere in it stands the password. */
    const tells = (work: Promise<unknown>, code: ErrorCode, says: RegExp): Promise<void> =>
      assert.rejects(work, (error: unknown) => {
        assert.ok(error instanceof CountersignError, String(error));
        assert.equal(error.code, code, String(error));
        assert.match(error.message, says);
        const whole = `${error.stack ?? ""} ${String(error.cause)} ${JSON.stringify(error.cause)}`;
        assert.ok(!whole.includes(PASSWORD), whole);
        return true;
      });

    it("that cannot be used gives database_unusable with its place, without the password", async () => {
      const { port } = server;
      const local = (over: object): Over => ({
        connection: {
          host: "127.0.0.1",
          port,
          database: name,
          user: USER,
          password: PASSWORD,
          ...over,
        },
      });
      await tells(
        open(local({ port: 1 })),
        "database_unusable",
        /127\.0\.0\.1:1\/t_.*ECONNREFUSED/,
      );
      await tells(
        open({ connection: `postgres://${USER}:${PASSWORD}@127.0.0.1:1/x` }),
        "database_unusable",
        /127\.0\.0\.1:1\/x/,
      );
      await tells(open(local({ password: `${PASSWORD}!` })), "database_unusable", /authentication/);
      await tells(open(local({ database: "none" })), "database_unusable", /"none" does not exist/);
      await tells(
        open(local({ host: "no.such.host.invalid" })),
        "database_unusable",
        /ENOTFOUND|EAI_AGAIN/,
      );
      await tells(open(local({ ssl: { verify: true } })), "database_unusable", /SSL/);
      for (const connection of [`mysql://${USER}:${PASSWORD}@x/y`, `${USER}:${PASSWORD}@`])
        await tells(open({ connection }), "invalid_config", /postgres:\/\//);
      await open(local({}));
      await server.query(
        `create database latin_${name} encoding 'LATIN1' locale 'C' template template0`,
      );
      try {
        await tells(open(local({ database: `latin_${name}` })), "database_unusable", /LATIN1/);
      } finally {
        await server.drop(`latin_${name}`);
      }
    });

    it("has readers that cannot write, and writers whose answer is on the disk", async () => {
      await server.query(`alter database ${name} set synchronous_commit = off`);
      await (await open()).migrate();
      const dialect = await bare();
      await fails(
        translating(dialect, () => dialect.readers("countersign_settings").delete()),
        "database_unusable",
      );
      const { rows } = await dialect.writer.raw("show synchronous_commit");
      assert.equal(rows[0].synchronous_commit, "on");
    });

    it("is migrated once by nodes that start at the same time", async () => {
      const nodes = await Promise.all([open(), open(), open()]);
      const applied = await Promise.all(nodes.map((node) => node.migrate()));
      assert.equal(applied.filter((names) => names.length > 0).length, 1);
      await Promise.all(nodes.map((node) => node.check()));
      assert.deepEqual(await nodes[0].migrate(), []);
    });

    it("that was not migrated says so", async () => {
      const database = await open();
      await fails(database.directory.tenants(), "schema_outdated");
      await fails(database.directory.open("t").devices.save(aDevice()), "schema_outdated");
      await fails(
        database.directory.open("t").enrolments.reserve(aReservation()),
        "schema_outdated",
      );
    });

    it("may get further columns while nodes run", async () => {
      const database = await open({ readers: 1 });
      await database.migrate();
      const store = database.directory.open("t");
      await store.devices.save(aDevice());
      await store.run((tx) => tx.devices.get("device-1"));
      assert.ok(await store.devices.get("device-1"));
      await server.query("alter table countersign_devices add column later text", name);
      assert.ok(await store.devices.get("device-1"));
      assert.ok(await store.run((tx) => tx.devices.get("device-1")));
    });

    it("that stops is unusable, and is used again when it is back", async () => {
      const database = await open();
      await database.migrate();
      const store = database.directory.open("t");
      await store.devices.save(aDevice());
      const [item, lost] = [aReservation(), aReservation()];
      await store.enrolments.reserve(item);
      await server.restart(async () => {
        await fails(store.devices.get("device-1"), "database_unusable");
        await fails(store.enrolments.reserve(lost), "database_unusable");
        await fails(
          store.run((tx) => tx.devices.save(aDevice())),
          "database_unusable",
        );
      });
      assert.deepEqual(await store.devices.get("device-1"), aDevice());
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
      assert.equal(await store.certificates.get(lost.id), undefined);
      await database.check();
    }).timeout(20_000);

    it("that cuts a connection in a transaction leaves nothing of it", async () => {
      const database = await open();
      await database.migrate();
      const store = database.directory.open("t");
      await fails(
        store.run(async (tx) => {
          await tx.devices.save(aDevice());
          await server.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = '${name}' and state = 'idle in transaction'`,
          );
          await tx.devices.get("device-1");
        }),
        "database_unusable",
      );
      assert.equal(await store.devices.get("device-1"), undefined);
      await store.devices.save(aDevice());
    });

    /** Every write of a setting does `body` in the server. */
    const sabotage = (body: string): Promise<unknown> =>
      server.query(
        `create or replace function sabotage() returns trigger language plpgsql as $$ begin ${body}; return new; end $$;
         create or replace trigger sabotage before insert or update on countersign_settings
           for each row execute function sabotage()`,
        name,
      );

    it("has its errors told by what to do about them", async () => {
      const database = await open({ statementMs: 300 });
      await database.migrate();
      await sabotage("raise sqlstate '53100'");
      await fails(database.check(), "storage_full");
      await sabotage("raise sqlstate '53300'");
      await fails(database.check(), "busy");
      await sabotage("perform pg_sleep(5)");
      await fails(database.check(), "database_locked");
      await sabotage("raise sqlstate 'XX001'");
      await fails(database.check(), "database_unusable");
      await sabotage("raise sqlstate 'P0001'");
      await fails(database.check(), "internal");
      await server.query("drop trigger sabotage on countersign_settings", name);
      await database.check();
    });

    it("runs work that met a deadlock again, but not for ever", async () => {
      const database = await open();
      await database.migrate();
      await server.query("create sequence tries", name);
      await sabotage("if nextval('tries') < 3 then raise sqlstate '40P01'; end if");
      await database.check();
      await sabotage("raise sqlstate '40001'");
      await fails(database.check(), "database_locked");
    });

    it("locked by another program gives database_locked, and nothing is written", async () => {
      const database = await open({ busyMs: 100 });
      await database.migrate();
      const store = database.directory.open("t");
      await store.devices.save(aDevice());
      const other = await bare();
      const item = aReservation();
      await other.transaction("shared", async (tx) => {
        await tx.raw("lock table countersign_certificates in access exclusive mode");
        await fails(store.enrolments.reserve(item), "database_locked");
        assert.deepEqual(await store.devices.get("device-1"), aDevice(), "reading goes on");
      });
      assert.deepEqual(await store.enrolments.reserve(item), { status: "reserved" });
    });

    it("has statistics as soon as some certificates are there, not a minute later", async () => {
      const database = await open();
      await database.migrate();
      const store = database.directory.open("t");
      await store.devices.save(aDevice());
      await Promise.all(
        Array.from({ length: 100 }, () => store.enrolments.reserve(aReservation())),
      );
      // What has begun is done when it is closed.
      await database.close();
      const known = await server.query(
        "select n_distinct from pg_stats where tablename = 'countersign_certificates' and attname = 'id'",
        name,
      );
      assert.deepEqual(known, [{ n_distinct: -1 }]);
    });

    it("tells no value in an error", async () => {
      const database = await open();
      await database.migrate();
      const store = database.directory.open("t");
      await store.devices.save(aDevice());
      const again = store.devices.save(aDevice({ id: "other", hostDeviceId: "42" }));
      await assert.rejects(again, (error: CountersignError) => {
        assert.equal(error.code, "conflict");
        const whole = `${error.message} ${String(error.cause)} ${JSON.stringify(error.cause)}`;
        assert.doesNotMatch(whole, /jamf|42\)/);
        return true;
      });
    });

    it("takes a text with NUL in a batch as a visible sign, and refuses it elsewhere", async () => {
      const database = await open();
      await database.migrate();
      const store = database.directory.open("t");
      await store.devices.save(aDevice());
      const item = aReservation({ subject: "CN=a\0b" });
      assert.deepEqual(await store.enrolments.reserve(item), { status: "reserved" });
      assert.equal((await store.certificates.get(item.id))?.subject, "CN=a\u2400b");
      const refused = store.devices.save(aDevice({ hostId: "a\0b" }));
      await fails(refused, "invalid_input");
      await assert.rejects(refused, ({ message }: Error) => !message.includes("insert"));
    });

    describeOpening({
      open,
      impatient: () => open({ waitMs: 100, busyMs: 200 }),
      stuck: "database_locked",
    });

    it("is left without a connection", async () => {
      const database = await open();
      await database.migrate();
      const begun = database.directory.open("t").devices.save(aDevice());
      await database.close();
      await begun;
      const second = await open();
      assert.deepEqual(await second.directory.setting("s", async () => bytes(1)), bytes(1));
      await second.close();
      const left = await server.query(`select 1 from pg_stat_activity where datname = '${name}'`);
      assert.equal(left.length, 0);
    });
  });
});
