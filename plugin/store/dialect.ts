import type { Knex } from "knex";
import { CountersignError, type ErrorCode } from "../errors.ts";
import type { Batch, BatchAnswers } from "./enrolling/batch.ts";
import type { Statements, Value } from "./statements.ts";

/** What an error of a driver means. `text` and `cause` hold no stored value and no password. */
export interface Fault {
  readonly code: ErrorCode;
  readonly text: string;
  readonly cause: unknown;
}

/** Whether a transaction has the database for itself, or shares it with others that only guard their own rows. */
export type Access = "alone" | "shared";

/** A table as copying sees it. */
export interface Table {
  readonly name: string;
  /** Columns of its primary key. */
  readonly key: readonly string[];
  /** Tables that its foreign keys name. */
  readonly parents: readonly string[];
}

/** All that differs from one database to another. Everything else is SQL that all of them know. */
export interface Dialect {
  /** Every write goes through it; as many connections as transactions of this node may run at once. */
  readonly writer: Knex;
  /** Cannot write. */
  readonly readers: Knex;
  /** How many of this node's `batch` transactions may run at once; 0 when they wait in one line with all other writes. */
  readonly batchLanes: number;
  /**
   * A transaction that holds the right to write from its start (foundations.md 9). One that is `alone` runs `work` once, and no other
   * write of any node is between its reads and its writes; a `shared` one may run `work` again after a deadlock.
   */
  transaction<T>(access: Access, work: (tx: Knex) => Promise<T>): Promise<T>;
  /** A `shared` one with prepared statements only. */
  batch<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** Performs what `take` hands over in a `shared` transaction; may perform the same again after a deadlock. */
  commit(take: () => Batch): Promise<BatchAnswers>;
  /** Reads by a prepared statement, outside any transaction; may run beside others. For a fixed set of texts. */
  rows<R>(sql: string, values: readonly Value[]): Promise<R[]>;
  /** Prepared statements inside a transaction of `transaction`. */
  within<T>(tx: Knex, work: (statements: Statements) => Promise<T>): Promise<T>;
  /**
   * Reads that all see the database as it was at the first of them, however long they take; writers go on meanwhile. No statement of it
   * runs into a time limit.
   */
  snapshot<T>(work: (tx: Knex) => Promise<T>): Promise<T>;
  /** A transaction that schema changes may be made in, and that excludes the migrations of all other nodes. */
  migration<T>(work: (tx: Knex) => Promise<T>): Promise<T>;
  /** All tables of ours that are there, in no order. */
  tables(db: Knex): Promise<readonly Table[]>;
  /** Lets ids that the database gives out begin after those that were copied into these tables. */
  continueIds(db: Knex, tables: readonly Table[]): Promise<void>;
  /** What an error of this database's driver means; undefined for any other error. */
  faultOf(error: unknown): Fault | undefined;
  close(): Promise<void>;
}

/** Runs `work`; an error of the driver becomes a CountersignError, any other one passes. */
export const translating = async <T>(
  dialect: Pick<Dialect, "faultOf">,
  work: () => PromiseLike<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw translated(dialect, error);
  }
};

export const translated = (dialect: Pick<Dialect, "faultOf">, error: unknown): unknown => {
  if (error instanceof CountersignError) return error;
  const fault = dialect.faultOf(error);
  if (fault === undefined) return error;
  const { code, text, cause } = fault;
  const passing = code === "database_locked" || code === "busy";
  return new CountersignError(code, text, { cause, ...(passing ? { retryAfter: 5 } : {}) });
};
