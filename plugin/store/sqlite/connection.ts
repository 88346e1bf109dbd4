import type { ErrorCode } from "../../errors.ts";
import type { SqliteConnection } from "../base/prepared-statements.ts";
import type { Fault } from "../dialect.ts";
import { MOST_PAGES } from "./checkpoints.ts";
import type { Statements } from "../statements.ts";

/** Runs statements that take and answer nothing. */
export const exec = (connection: SqliteConnection, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.exec(sql, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });

/** A connection that writes: write-ahead log, every commit on the disk, waits `busyMs` for another process that writes. */
export const prepareWriter = async (
  connection: SqliteConnection,
  busyMs: number,
): Promise<void> => {
  await exec(connection, `pragma busy_timeout = ${busyMs}`);
  await enterWal(connection, busyMs);
  await exec(
    connection,
    `pragma synchronous = FULL; pragma foreign_keys = ON; pragma wal_autocheckpoint = ${MOST_PAGES}`,
  );
};

/** `work` in a transaction that holds the right to write from its start (foundations.md 9). */
export const inTransaction = async <T>(
  statements: Pick<Statements, "all">,
  work: (statements: Statements) => Promise<T>,
): Promise<T> => {
  await statements.all("begin immediate", []);
  try {
    const result = await work(lockless(statements));
    await statements.all("commit", []);
    return result;
  } catch (error) {
    // SQLite may have rolled back by itself (a full disk); the first error is the one to tell.
    await statements.all("rollback", []).catch(() => undefined);
    throw error;
  }
};

/** A writer excludes all others, so nothing needs a lock of its own. */
export const lockless = (statements: Pick<Statements, "all">): Statements => ({
  all: (sql, values) => statements.all(sql, values),
  forUpdate: "",
  forShare: "",
  skipLocked: "",
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

/** What an error of the driver means. Its text names tables and columns, never values (see `compileSqlOnError`). */
export const faultOf = (error: unknown): Fault | undefined => {
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
