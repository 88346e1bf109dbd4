import type { TenantId } from "../../domain/tenant.ts";

/** One row of a batch with its owner; batches gather the rows of all tenants. */
export interface Owned<T> {
  readonly tenant: TenantId;
  readonly item: T;
}

/** A key that no other tenant's object has: tenant ids hold no slash. */
export const ownedKey = (tenant: TenantId, ...ids: readonly string[]): string =>
  [tenant, ...ids].join("/");

/** In one order, so that two nodes which lock the same rows wait for each other at the first of them and not crosswise. */
export const inOrder = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);

/**
 * Rows in one statement: keeps every statement far below SQLite's 32,766 and PostgreSQL's 65,535 variables, and the number of
 * distinct prepared statements small.
 */
const CHUNK = 100;

/** Runs `work` on a chunk after the other; answers all their rows. Nothing runs for an empty list. */
export const inChunks = async <T, R>(
  items: readonly T[],
  work: (chunk: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> => {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += CHUNK)
    results.push(...(await work(items.slice(start, start + CHUNK))));
  return results;
};

/**
 * `values (?, ...), ...` of so many rows. A `t` in `shape` is a text or binary column, an `i` an integer, which PostgreSQL
 * must be told where no column says so.
 */
export const values = (shape: string, rows: number): string => {
  const row = `(${Array.from(shape, (kind) => (kind === "i" ? "cast(? as bigint)" : "?")).join(",")})`;
  return `values ${Array<string>(rows).fill(row).join(",")}`;
};
