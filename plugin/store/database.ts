import type { Clock, Logger } from "../ports/ambient.ts";
import type { Database } from "../ports/stores.ts";
import { toBlob } from "./base/columns.ts";
import { PoolSession } from "./base/session.ts";
import { WriteQueue } from "./base/write-queue.ts";
import { requireWhole } from "./copying/copy-mark.ts";
import { translating, type Dialect } from "./dialect.ts";
import { TenantDirectory } from "./directory.ts";
import { GroupCommit } from "./enrolling/group-commit.ts";
import { migrationConfig } from "./migrations/index.ts";
import type { PostgresConnection } from "./postgres/connection.ts";
import { postgresDialect, requireUsable } from "./postgres/dialect.ts";
import { sqliteDialect } from "./sqlite/dialect.ts";

/** Which database: a SQLite file, or a PostgreSQL server. */
export type DatabasePlace =
  | {
      readonly client: "sqlite3";
      /** Path of the database file; its folder must exist. */
      readonly file: string;
      /** Whether the hot path writes in a thread of its own; false unless given. */
      readonly ownThread?: boolean | undefined;
    }
  | {
      readonly client: "pg";
      /** The database must exist; its tables need not. */
      readonly connection: PostgresConnection;
      /** Connections for reading, 4 unless given; writing takes two more. */
      readonly readers?: number | undefined;
      /** How long a statement may take; 30,000 ms unless given. */
      readonly statementMs?: number | undefined;
    };

export type DatabaseOptions = DatabasePlace & {
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long a statement waits for another process or node that writes; 5,000 ms unless given. */
  readonly busyMs?: number;
  /** How long work waits for this process's own writer before it is refused with `busy`; 30,000 ms unless given. */
  readonly waitMs?: number;
};

/**
 * Opens the database and looks whether it is one; call `migrate` before anything else. Throws `database_unusable` (no such folder, no
 * right to write, not a database, no such server), `database_locked`, or `invalid_config` for a connection URL that is none.
 */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> =>
  databaseOn(await openDialect(options), options);

/** The same without the stores on it, for what concerns tables as such. */
export const openDialect = async (
  options: DatabasePlace & Pick<DatabaseOptions, "logger" | "busyMs">,
): Promise<Dialect> => {
  const common = { busyMs: options.busyMs ?? 5_000, logger: options.logger };
  const dialect =
    options.client === "sqlite3"
      ? sqliteDialect({ ...common, file: options.file, ownThread: options.ownThread ?? false })
      : postgresDialect({
          ...common,
          connection: options.connection,
          readers: options.readers ?? 4,
          statementMs: options.statementMs ?? 30_000,
        });
  try {
    await translating(dialect, () =>
      options.client === "sqlite3"
        ? dialect.writer.raw("select count(*) from sqlite_master")
        : requireUsable(dialect),
    );
    await translating(dialect, () => dialect.readers.raw("select 1"));
  } catch (error) {
    await dialect.close();
    throw error;
  }
  return dialect;
};

/** Applies what is not applied yet; answers the names. */
export const migrateOn = (dialect: Dialect): Promise<readonly string[]> =>
  translating(dialect, () =>
    // All of them in one transaction of ours: a crash leaves neither half a schema nor knex's lock behind.
    dialect.migration(async (tx) => {
      const [, names] = (await tx.migrate.latest(migrationConfig)) as [number, string[]];
      return names;
    }),
  );

const databaseOn = (
  dialect: Dialect,
  { clock, logger, waitMs = 30_000 }: Pick<DatabaseOptions, "clock" | "logger" | "waitMs">,
): Database => {
  const queue = new WriteQueue(waitMs);
  const batches = dialect.batchLanes === 0 ? queue : new WriteQueue(waitMs, dialect.batchLanes);
  const session = new PoolSession(dialect, queue, batches);
  let closing: Promise<void> | undefined;
  return {
    directory: new TenantDirectory(session, new GroupCommit(session)),

    migrate: async () => {
      const applied = await queue.enter(() => migrateOn(dialect));
      await session.read((db) => requireWhole(db));
      if (applied.length > 0) logger?.info({ applied }, "database schema changed");
      return applied;
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
      closing ??= Promise.all([queue.drained(), batches.drained()]).then(() => dialect.close());
      return closing;
    },
  };
};
