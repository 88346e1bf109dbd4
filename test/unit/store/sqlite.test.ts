import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "../../../plugin/ports/stores.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import { translating } from "../../../plugin/store/dialect.ts";
import { sqliteDialect } from "../../../plugin/store/sqlite/dialect.ts";
import { describeStore } from "../../contract/store.ts";
import {
  aDevice,
  aReservation,
  aSettlement,
  aTemplate,
  after,
  bytes,
} from "../../contract/store/samples.ts";
import { fails } from "../../contract/store/subject.ts";
import { describeOpening } from "../../contract/store/opening.ts";
import { sqliteDatabase } from "../../support/databases.ts";

describeStore("SQLite", sqliteDatabase);
describeStore("SQLite with a writing thread", () => sqliteDatabase({ ownThread: true }));

describe("the SQLite file", () => {
  const clock = { now: () => new Date() };
  let folder: string;
  let file: string;
  const opened: Database[] = [];
  const open = async (
    over: { file?: string; busyMs?: number; waitMs?: number } = {},
  ): Promise<Database> => {
    const database = await openDatabase({ client: "sqlite3", file, clock, ...over });
    opened.push(database);
    return database;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-sqlite-"));
    file = join(folder, "data.sqlite");
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await rm(folder, { recursive: true, force: true });
  });

  it("is in WAL mode, syncs fully, checks foreign keys, and readers cannot write", async () => {
    await (await open()).migrate();
    const dialect = sqliteDialect({ file, busyMs: 1234, ownThread: false });
    try {
      const pragma = async (db: typeof dialect.writer, name: string): Promise<unknown> =>
        Object.values((await db.raw(`pragma ${name}`))[0])[0];
      assert.equal(await pragma(dialect.writer, "journal_mode"), "wal");
      assert.equal(await pragma(dialect.writer, "synchronous"), 2);
      assert.equal(await pragma(dialect.writer, "foreign_keys"), 1);
      assert.equal(await pragma(dialect.writer, "busy_timeout"), 1234);
      assert.equal(await pragma(dialect.readers, "busy_timeout"), 1234);
      assert.equal(await pragma(dialect.writer, "application_id"), 0x4353474e);
      await fails(
        translating(dialect, () => dialect.readers("countersign_settings").delete()),
        "database_unusable",
      );
      await assert.rejects(
        dialect
          .writer("countersign_certificate_ders")
          .insert({ tenant: "t", id: "none", der: Buffer.from([1]) }),
        /FOREIGN KEY/,
      );
    } finally {
      await dialect.close();
    }
  });

  it("keeps everything over a second opening, whose migration finds nothing to do", async () => {
    const applied: unknown[] = [];
    const logger = { debug: log, info: log, warn: log, error: log };
    function log(fields: object): void {
      applied.push(fields);
    }
    const options = { client: "sqlite3", file, clock, logger } as const;
    const first = await openDatabase(options);
    await first.migrate();
    await first.directory.open("t").devices.save(aDevice());
    await first.directory.setting("epoch", async () => bytes(1));
    await first.close();
    await first.close();
    const second = await openDatabase(options);
    opened.push(second);
    await second.migrate();
    const [once, ...more] = applied as { readonly applied: readonly string[] }[];
    assert.equal(once?.applied[0], "0001-first");
    assert.deepEqual(once.applied, once.applied.toSorted());
    assert.deepEqual(more, []);
    assert.deepEqual(await second.directory.open("t").devices.get("device-1"), aDevice());
    assert.deepEqual(await second.directory.setting("epoch", async () => bytes(2)), bytes(1));
  });

  it("that a newer version has migrated still works", async () => {
    const database = await open();
    await database.migrate();
    const dialect = sqliteDialect({ file, busyMs: 1000, ownThread: false });
    await dialect.writer("countersign_migrations").insert({ name: "9999-later", batch: 2 });
    await dialect.writer.raw("alter table countersign_devices add column later text");
    await dialect.close();
    await database.migrate();
    await database.directory.open("t").devices.save(aDevice());
    await database.check();
  });

  it("that was not migrated says so", async () => {
    const database = await open();
    await fails(database.directory.tenants(), "schema_outdated");
    await fails(database.check(), "schema_outdated");
    await fails(database.directory.open("t").devices.save(aDevice()), "schema_outdated");
  });

  it("serves two processes at once", async () => {
    const script = fileURLToPath(new URL("second-process.ts", import.meta.url));
    const rounds = 60;
    // Both migrate the new file at the same time.
    const other = spawn(
      process.execPath,
      ["--import", "./test/support/typescript.mjs", script, file, "t", String(rounds)],
      {
        stdio: ["ignore", "inherit", "pipe"],
      },
    );
    let said = "";
    other.stderr.on("data", (chunk) => (said += String(chunk)));
    const exit = once(other, "exit");
    const database = await open();
    await database.migrate();
    const store = database.directory.open("t");
    await store.templates.insert(aTemplate());
    await store.devices.save(aDevice());
    const ours = async (): Promise<void> => {
      const item = aReservation();
      await store.run(async (tx) => {
        const template = await tx.templates.get("wifi");
        assert.ok(template);
        await tx.templates.update({ ...template, version: template.version + 1 });
      });
      await store.enrolments.reserve(item);
      assert.equal(await store.enrolments.settle(aSettlement(item.id)), "issued");
    };
    let count = 0;
    while (other.exitCode === null) {
      await ours();
      count += 1;
    }
    const [code] = await exit;
    assert.equal(code, 0, said);
    assert.equal((await store.templates.get("wifi"))?.version, 1 + count + rounds);
  }).timeout(20_000);

  it("locked by another program gives database_locked to every caller, and nothing is written", async () => {
    const database = await open({ busyMs: 50 });
    await database.migrate();
    const store = database.directory.open("t");
    await store.devices.save(aDevice());
    const other = sqliteDialect({ file, busyMs: 50, ownThread: false });
    try {
      const item = aReservation();
      await other.transaction("alone", async () => {
        await Promise.all([
          fails(store.enrolments.reserve(item), "database_locked"),
          fails(database.directory.open("u").enrolments.reserve(aReservation()), "database_locked"),
          fails(store.devices.save(aDevice()), "database_locked"),
          fails(
            store.run((tx) => tx.devices.save(aDevice())),
            "database_locked",
          ),
          fails(database.check(), "database_locked"),
        ]);
        assert.deepEqual(await store.devices.get("device-1"), aDevice(), "reading goes on");
      });
      await database.check();
      assert.deepEqual(await store.enrolments.reserve(item), { status: "reserved" });
    } finally {
      await other.close();
    }
  });

  it("on a full disk gives storage_full, and works again when there is space", async () => {
    await (await open()).migrate();
    const dialect = sqliteDialect({ file, busyMs: 1000, ownThread: false });
    const fill = (): Promise<unknown> =>
      translating(dialect, () =>
        dialect.batch((sql) =>
          sql.all("insert into countersign_settings values ('big', ?)", [new Uint8Array(1e6)]),
        ),
      );
    try {
      const [{ page_count: pages }] = await dialect.writer.raw("pragma page_count");
      await dialect.writer.raw(`pragma max_page_count = ${pages}`);
      await fails(fill(), "storage_full");
      await fails(
        translating(dialect, () =>
          dialect.transaction("alone", (tx) =>
            tx("countersign_settings").insert({ name: "big", value: Buffer.alloc(1e6) }),
          ),
        ),
        "storage_full",
      );
      await dialect.writer.raw("pragma max_page_count = 1000000");
      await fill();
    } finally {
      await dialect.close();
    }
  });

  it("that is no database, lies nowhere or cannot be made gives database_unusable", async () => {
    await writeFile(file, "this is a text and no database at all, long enough to be looked at\n");
    await fails(open(), "database_unusable");
    await fails(open({ file: join(folder, "none", "data.sqlite") }), "database_unusable");
    // Read-only for root too.
    await fails(open({ file: "/proc/data.sqlite" }), "database_unusable");
    await fails(open({ file: folder }), "database_unusable");
  });

  it("tells no value in an error", async () => {
    const database = await open();
    await database.migrate();
    const store = database.directory.open("t");
    await store.devices.save(aDevice({ attributes: { serialnumber: "VERYSECRET" } }));
    const again = store.devices.save(
      aDevice({ id: "other", attributes: { serialnumber: "VERYSECRET" } }),
    );
    await assert.rejects(again, (error: Error) => {
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /VERYSECRET/);
      return true;
    });
  });

  describeOpening({ open, impatient: () => open({ waitMs: 100 }), stuck: "busy" });

  it("forgets ciphertexts after a day and keys after their grace", async () => {
    const database = await open();
    await database.migrate();
    const store = database.directory.open("t");
    await store.devices.save(aDevice());
    const item = aReservation({ ciphertext: { digest: "aa", content: "11" } });
    await store.enrolments.reserve(item);
    await store.enrolments.settle(aSettlement(item.id));
    const dialect = sqliteDialect({ file, busyMs: 1000, ownThread: false });
    const rows = async (): Promise<number[]> => [
      (await dialect.readers("countersign_ciphertexts")).length,
      (await dialect.readers("countersign_idempotency")).length,
    ];
    try {
      assert.deepEqual(await rows(), [1, 1]);
      const late = (seconds: number): ReturnType<typeof store.enrolments.reserve> =>
        store.enrolments.reserve(
          aReservation({
            deviceId: "nobody",
            now: after(seconds),
            leaseUntil: after(seconds + 30),
          }),
        );
      await late(86_399);
      assert.deepEqual(await rows(), [1, 0]);
      await late(86_460);
      assert.deepEqual(await rows(), [0, 0]);
    } finally {
      await dialect.close();
    }
  });
});
