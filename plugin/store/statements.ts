/** What a statement takes. */
export type Value = string | number | null | Uint8Array;

/**
 * Prepared statements on one connection, for the hot path. Placeholders are `?`. The lock clauses end a `select` whose rows must not
 * change before the transaction ends; they are empty where a write transaction excludes all others. `skipLocked` takes only rows that
 * no other transaction holds.
 */
export interface Statements {
  all<R>(sql: string, values: readonly Value[]): Promise<R[]>;
  readonly forUpdate: string;
  readonly forShare: string;
  readonly skipLocked: string;
}
