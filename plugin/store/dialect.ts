import type { Knex } from "knex";
import { CountersignError, type ErrorCode } from "../errors.ts";

/** What a statement takes. */
export type Value = string | number | null | Uint8Array;

/**
 * Prepared statements on one connection, for the hot path. Placeholders are `?`. The two lock clauses end a `select` whose rows must not
 * change before the transaction ends; they are empty where a write transaction excludes all others.
 */
export interface Statements {
  all<R>(sql: string, values: readonly Value[]): Promise<R[]>;
  readonly forUpdate: string;
  readonly forShare: string;
}

/** All that differs from one database to another. Everything else is SQL that all of them know. */
export interface Dialect {
  /** Pool of one: every write goes through it. */
  readonly writer: Knex;
  /** Cannot write. */
  readonly readers: Knex;
  /** A transaction that holds the right to write from its start (foundations.md 9). */
  transaction<T>(work: (tx: Knex) => Promise<T>): Promise<T>;
  /** The same with prepared statements only. */
  batch<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** Reads by a prepared statement, outside any transaction; may run beside others. For a fixed set of texts. */
  rows<R>(sql: string, values: readonly Value[]): Promise<R[]>;
  /** Prepared statements inside a transaction of `transaction`. */
  within<T>(tx: Knex, work: (statements: Statements) => Promise<T>): Promise<T>;
  /** A transaction that schema changes may be made in, and that excludes all other nodes. */
  migration<T>(work: (tx: Knex) => Promise<T>): Promise<T>;
  /** The code for an error of this database's driver; undefined for any other error. */
  classify(error: unknown): ErrorCode | undefined;
  close(): Promise<void>;
}

/** Runs `work`; an error of the driver becomes a CountersignError, any other one passes. */
export const translating = async <T>(
  dialect: Pick<Dialect, "classify">,
  work: () => PromiseLike<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw translated(dialect, error);
  }
};

export const translated = (dialect: Pick<Dialect, "classify">, error: unknown): unknown => {
  if (error instanceof CountersignError) return error;
  const code = dialect.classify(error);
  if (code === undefined) return error;
  // The driver's text names tables and columns, never values (see `compileSqlOnError`).
  return new CountersignError(code, `the database answered: ${(error as Error).message}`, {
    cause: error,
    ...(code === "database_locked" ? { retryAfter: 5 } : {}),
  });
};
