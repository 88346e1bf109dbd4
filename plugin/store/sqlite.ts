import knexPackage, { type Knex } from "knex";
import type { ErrorCode } from "../errors.ts";
import type { Logger } from "../ports/ambient.ts";
import { knexLog } from "./base/knex-log.ts";
import { telling } from "./base/transaction.ts";
import type { Dialect, Fault, Statements } from "./dialect.ts";
import { sqliteTables } from "./copying/sqlite-tables.ts";
import { PreparedStatements, type SqliteConnection } from "./base/prepared-statements.ts";

export interface SqliteOptions {
  readonly file: string;
  /** How long a statement waits for another process that writes, in milliseconds. */
  readonly busyMs: number;
  readonly logger?: Logger | undefined;
}

/** "CSGN": says whose file it is (`file` and `PRAGMA application_id` show it). */
const APPLICATION_ID = 0x4353474e;
const READERS = 4;

/** What knex keeps its connections in. */
interface ConnectionSource {
  acquireConnection(): Promise<SqliteConnection>;
  releaseConnection(connection: SqliteConnection): Promise<void>;
}
const sourceOf = (db: Knex): ConnectionSource => db.client as ConnectionSource;

/** SQLite 3.35 or later (`returning`), one file, any number of processes on one machine. */
export const sqliteDialect = ({ file, busyMs, logger }: SqliteOptions): Dialect => {
  const busy = `pragma busy_timeout = ${busyMs}`;
  const writer = open({ file, logger, min: 1, max: 1 }, async (connection) => {
    await exec(connection, busy);
    await enterWal(connection, busyMs);
    await exec(connection, "pragma synchronous = FULL; pragma foreign_keys = ON");
  });
  const readers = open({ file, logger, min: 0, max: READERS + 1 }, (connection) =>
    exec(connection, `${busy}; pragma foreign_keys = ON; pragma query_only = ON`),
  );
  let reading: Promise<PreparedStatements> | undefined;
  /** A connection of its own, never given back: the pool could not close one that has statements. */
  const openReading = async (): Promise<PreparedStatements> => {
    const connection = await sourceOf(readers).acquireConnection();
    const statements = new PreparedStatements(connection);
    leave.push(async () => {
      await statements.finalize();
      await sourceOf(readers).releaseConnection(connection);
    });
    return statements;
  };
  const prepared = new WeakMap<SqliteConnection, PreparedStatements>();
  const leave: (() => Promise<void>)[] = [];

  const within = async <T>(db: Knex, work: (statements: Statements) => Promise<T>): Promise<T> => {
    const source = sourceOf(db);
    const connection = await source.acquireConnection();
    let statements = prepared.get(connection);
    if (statements === undefined) {
      const made = new PreparedStatements(connection);
      prepared.set(connection, made);
      leave.push(() => made.finalize());
      statements = made;
    }
    const { all } = bound(statements);
    try {
      return await work({ all, forUpdate: "", forShare: "", skipLocked: "" });
    } finally {
      await source.releaseConnection(connection);
    }
  };

  return {
    writer,
    readers,
    batchLanes: 0,
    rows: async (sql, values) => {
      reading ??= openReading().catch((failure: unknown) => {
        reading = undefined;
        throw failure;
      });
      return (await reading).all(sql, values);
    },
    within,
    batch: (work) =>
      within(writer, async (statements) => {
        await statements.all("begin immediate", []);
        try {
          const result = await work(statements);
          await statements.all("commit", []);
          return result;
        } catch (error) {
          // SQLite may have rolled back by itself (a full disk); the first error is the one to tell.
          await statements.all("rollback", []).catch(() => undefined);
          throw error;
        }
      }),
    // A writer excludes all others in this database, so either access is the same.
    transaction: (_access, work) =>
      telling(writer, async (tx) => {
        // A write that changes nothing: knex opens with a plain BEGIN, and reading first would end in SQLITE_BUSY at the first write.
        await tx.raw("delete from countersign_settings where name is null");
        return work(tx);
      }),
    snapshot: (work) =>
      telling(readers, async (tx) => {
        // The first read is what fixes the moment.
        await tx.raw("select count(*) from sqlite_master");
        return work(tx);
      }),
    migration: (work) =>
      telling(writer, async (tx) => {
        await tx.raw(`pragma application_id = ${APPLICATION_ID}`);
        return work(tx);
      }),
    tables: sqliteTables,
    // The largest id that was ever inserted is remembered here.
    continueIds: () => Promise.resolve(),
    faultOf,
    close: async () => {
      await Promise.all(leave.map((end) => end()));
      await Promise.all([writer.destroy(), readers.destroy()]);
    },
  };
};

const bound = (statements: PreparedStatements): Pick<Statements, "all"> => ({
  all: (sql, values) => statements.all(sql, values),
});

const open = (
  { file, logger, min, max }: Omit<SqliteOptions, "busyMs"> & Record<"min" | "max", number>,
  prepare: (connection: SqliteConnection) => Promise<void>,
): Knex =>
  knexPackage.knex({
    client: "sqlite3",
    connection: { filename: file },
    useNullAsDefault: true,
    // Without it an error's text would hold the bound values.
    compileSqlOnError: false,
    log: knexLog(logger),
    pool: {
      min,
      max,
      // A database that stays locked is told after `busyMs`; knex would go on trying for a minute and then blame its pool.
      propagateCreateError: true,
      afterCreate: (connection: SqliteConnection, done: (error?: Error) => void) => {
        prepare(connection).then(() => done(), done);
      },
    },
  });

const exec = (connection: SqliteConnection, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.exec(sql, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });

/** Two processes that open a new file at once: SQLite does not wait by itself while the journal's mode changes. */
const enterWal = async (connection: SqliteConnection, busyMs: number): Promise<void> => {
  const pauseMs = 25;
  // By the clock, since a try may wait `busyMs` itself.
  const start = performance.now();
  for (;;) {
    try {
      await exec(connection, "pragma journal_mode = WAL");
      return;
    } catch (error) {
      if (codeOf(error) !== "database_locked" || performance.now() - start >= busyMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};

const CODES: Readonly<Record<string, ErrorCode>> = {
  SQLITE_BUSY: "database_locked",
  SQLITE_LOCKED: "database_locked",
  SQLITE_FULL: "storage_full",
  SQLITE_CANTOPEN: "database_unusable",
  SQLITE_READONLY: "database_unusable",
  SQLITE_CORRUPT: "database_unusable",
  SQLITE_NOTADB: "database_unusable",
  SQLITE_IOERR: "database_unusable",
  SQLITE_PERM: "database_unusable",
};

/** The driver's text names tables and columns, never values (see `compileSqlOnError`). */
const faultOf = (error: unknown): Fault | undefined => {
  const code = codeOf(error);
  return code === undefined
    ? undefined
    : { code, text: `the database answered: ${(error as Error).message}`, cause: error };
};

const codeOf = (error: unknown): ErrorCode | undefined => {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code, message } = error;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return undefined;
  if (code === "SQLITE_CONSTRAINT")
    return /UNIQUE|PRIMARY KEY/.test(message) ? "conflict" : "internal";
  if (/no such (table|column)/.test(message)) return "schema_outdated";
  return CODES[code] ?? "internal";
};
