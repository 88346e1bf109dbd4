import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database, TenantStore } from "../../plugin/ports/stores.ts";
import { type DatabasePlace, openDatabase } from "../../plugin/store/database.ts";
import { NOW } from "../contract/store/samples.ts";
import type { PostgresServer } from "./postgres.ts";

/** A database for a test; `close` removes it. */
export interface TestDatabase {
  readonly database: Database;
  /** Where it is, for a second opening. */
  readonly place: DatabasePlace;
  close(): Promise<void>;
}

const clock = { now: (): Date => new Date() };

/** A new SQLite file in a folder of its own, not migrated. */
export const sqliteDatabase = async ({ ownThread = false } = {}): Promise<
  TestDatabase & { readonly file: string }
> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-store-"));
  const file = join(folder, "data.sqlite");
  const place = { client: "sqlite3", file, ownThread } as const;
  const database = await openDatabase({ ...place, clock });
  return {
    database,
    place,
    file,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** A new database on a PostgreSQL server, not migrated. */
export const postgresDatabase = async (server: PostgresServer): Promise<TestDatabase> => {
  const name = await server.create();
  const place = { client: "pg", connection: server.url(name) } as const;
  const database = await openDatabase({ ...place, clock });
  return {
    database,
    place,
    close: async () => {
      await database.close();
      await server.drop(name);
    },
  };
};

/** Migrates a database, makes a tenant in it and opens that. */
export const newTenant = async (
  { database }: TestDatabase,
  id = "default",
): Promise<TenantStore> => {
  await database.migrate();
  await database.directory.createTenant({ id, name: id, createdAt: NOW });
  return database.directory.open(id);
};
