import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../../plugin/ports/stores.ts";
import { openDatabase } from "../../plugin/store/database.ts";

/** A database for a test; `close` removes it. */
export interface TestDatabase {
  readonly database: Database;
  readonly file: string;
  close(): Promise<void>;
}

/** A new SQLite file in a folder of its own, not migrated. */
export const sqliteDatabase = async (): Promise<TestDatabase> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-store-"));
  const file = join(folder, "data.sqlite");
  const database = await openDatabase({
    client: "sqlite3",
    file,
    clock: { now: () => new Date() },
  });
  return {
    database,
    file,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
