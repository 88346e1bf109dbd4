import type { Clock, Logger } from "../ports/ambient.ts";
import type { Database } from "../ports/stores.ts";
import { toBlob } from "./base/columns.ts";
import { PoolSession } from "./base/session.ts";
import { WriteQueue } from "./base/write-queue.ts";
import { translating, type Dialect } from "./dialect.ts";
import { TenantDirectory } from "./directory.ts";
import { GroupCommit } from "./enrolling/group-commit.ts";
import { migrationConfig } from "./migrations/index.ts";
import { sqliteDialect } from "./sqlite.ts";

export interface DatabaseOptions {
  readonly client: "sqlite3";
  /** Path of the database file; its folder must exist. */
  readonly file: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long a statement waits for another process that writes; 5,000 ms unless given. */
  readonly busyMs?: number;
  /** How long work waits for this process's own writer before it is refused with `busy`; 30,000 ms unless given. */
  readonly waitMs?: number;
}

/**
 * Opens the database and looks whether it is one; call `migrate` before anything else. Throws `database_unusable` (no such folder, no
 * right to write, not a database) or `database_locked`.
 */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const dialect = sqliteDialect({
    file: options.file,
    busyMs: options.busyMs ?? 5_000,
    logger: options.logger,
  });
  try {
    await translating(dialect, () => dialect.writer.raw("select count(*) from sqlite_master"));
    await translating(dialect, () => dialect.readers.raw("select 1"));
  } catch (error) {
    await dialect.close();
    throw error;
  }
  return databaseOn(dialect, options);
};

const databaseOn = (
  dialect: Dialect,
  { clock, logger, waitMs }: Pick<DatabaseOptions, "clock" | "logger" | "waitMs">,
): Database => {
  const queue = new WriteQueue(waitMs ?? 30_000);
  const session = new PoolSession(dialect, queue);
  let closing: Promise<void> | undefined;
  return {
    directory: new TenantDirectory(session, new GroupCommit(session)),

    migrate: async () => {
      const applied = await queue.enter(() =>
        translating(dialect, () =>
          // All of them in one transaction of ours: a crash leaves neither half a schema nor knex's lock behind.
          dialect.migration(async (tx) => {
            const [, names] = (await tx.migrate.latest(migrationConfig)) as [number, string[]];
            return names;
          }),
        ),
      );
      if (applied.length > 0) logger?.info({ applied }, "database schema changed");
    },

    check: async () => {
      const name = "checked-at";
      const value = toBlob(new TextEncoder().encode(clock.now().toISOString()));
      await session.write((db) =>
        db("countersign_settings").insert({ name, value }).onConflict("name").merge(),
      );
      await session.read((db) => db("countersign_settings").where({ name }).select("value"));
    },

    close: () => {
      closing ??= queue.drained().then(() => dialect.close());
      return closing;
    },
  };
};
