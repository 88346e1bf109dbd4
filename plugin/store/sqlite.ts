import knexPackage, { type Knex } from "knex";
import type { ErrorCode } from "../errors.ts";
import type { Logger } from "../ports/ambient.ts";
import type { Dialect, Statements } from "./dialect.ts";
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
      return await work({ all, forUpdate: "", forShare: "" });
    } finally {
      await source.releaseConnection(connection);
    }
  };

  return {
    writer,
    readers,
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
    transaction: (work) =>
      telling(writer, async (tx) => {
        // A write that changes nothing: knex opens with a plain BEGIN, and reading first would end in SQLITE_BUSY at the first write.
        await tx.raw("delete from countersign_settings where name is null");
        return work(tx);
      }),
    migration: (work) =>
      telling(writer, async (tx) => {
        await tx.raw(`pragma application_id = ${APPLICATION_ID}`);
        return work(tx);
      }),
    classify,
    close: async () => {
      await Promise.all(leave.map((end) => end()));
      await Promise.all([writer.destroy(), readers.destroy()]);
    },
  };
};

const bound = (statements: PreparedStatements): Pick<Statements, "all"> => ({
  all: (sql, values) => statements.all(sql, values),
});

/** A transaction of knex that fails with the error of `work`: SQLite rolls back by itself on a full disk, and knex tells of that instead. */
const telling = async <T>(writer: Knex, work: (tx: Knex) => Promise<T>): Promise<T> => {
  const errors: unknown[] = [];
  try {
    return await writer.transaction(async (tx) => {
      try {
        return await work(tx);
      } catch (error) {
        errors.push(error);
        throw error;
      }
    });
  } catch (error) {
    throw errors[0] ?? error;
  }
};

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
      afterCreate: (connection: SqliteConnection, done: (error?: Error) => void) => {
        prepare(connection).then(() => done(), done);
      },
    },
  });

/** Knex would write to the console, in the host's process, what it also throws. */
const knexLog = (logger: Logger | undefined): Knex.Logger => {
  const say = (text: unknown): void => logger?.debug({ text: String(text) }, "knex says");
  return { warn: say, error: say, deprecate: say, debug: say };
};

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
  for (let waited = 0; ; waited += pauseMs) {
    try {
      await exec(connection, "pragma journal_mode = WAL");
      return;
    } catch (error) {
      if (classify(error) !== "database_locked" || waited >= busyMs) throw error;
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

const classify = (error: unknown): ErrorCode | undefined => {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code, message } = error;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return undefined;
  if (code === "SQLITE_CONSTRAINT")
    return /UNIQUE|PRIMARY KEY/.test(message) ? "conflict" : "internal";
  if (/no such (table|column)/.test(message)) return "schema_outdated";
  return CODES[code] ?? "internal";
};
