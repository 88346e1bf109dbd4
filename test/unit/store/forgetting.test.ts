import assert from "node:assert/strict";
import { openDialect } from "../../../plugin/store/database.ts";
import { aReservation, NOW } from "../../contract/store/samples.ts";
import { postgresDatabase, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer, type PostgresServer } from "../../support/postgres.ts";

const HEAP = 3000;
const TABLES = ["countersign_ciphertexts", "countersign_limits"];

/** A heap of rows that ran out a day ago is gone after a few seconds of enrolling, and never all at once. */
const forgetsFast = (open: () => Promise<TestDatabase>): Mocha.Test =>
  it("forgets expired rows as fast as they can come, some at a time", async () => {
    const opened = await open();
    const { database, place } = opened;
    const dialect = await openDialect(place);
    const left = async (): Promise<number[]> =>
      Promise.all(TABLES.map(async (table) => (await dialect.readers(table)).length));
    const expired = NOW.getTime() - 90_000_000;
    try {
      await database.migrate();
      await dialect.transaction("alone", async (db) => {
        for (let at = 0; at < HEAP; at += 100) {
          const some = Array.from({ length: 100 }, (_, n) => String(at + n));
          await db("countersign_ciphertexts").insert(
            some.map((n) => ({ tenant: "t", digest: n, content: n, expires_at: expired })),
          );
          await db("countersign_limits").insert(
            some.map((n) => ({
              ...{ tenant: "t", subject: n, used: 1, started_at: expired, ends_at: expired },
            })),
          );
        }
      });
      const { enrolments } = database.directory.open("t");
      const at = (milliseconds: number) =>
        enrolments.reserve(
          aReservation({ deviceId: "nobody", now: new Date(NOW.getTime() + milliseconds) }),
        );
      await at(0);
      for (const rows of await left()) assert.ok(rows > 2000 && rows < HEAP, `${rows} left`);
      for (let later = 250; later <= 2000; later += 250) await at(later);
      for (const rows of await left()) assert.ok(rows < 20, `${rows} left`);
    } finally {
      await dialect.close();
      await opened.close();
    }
  });

describe("forgetting", () => {
  describe("SQLite", () => forgetsFast(sqliteDatabase));
  describe("PostgreSQL", () => {
    let server: PostgresServer;
    before(async function () {
      server = await postgresServer(this);
    });
    forgetsFast(() => postgresDatabase(server));
  });
});
