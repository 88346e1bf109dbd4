import type { Knex } from "knex";
import type { Table } from "../dialect.ts";

export type Row = Readonly<Record<string, string | number | Uint8Array | null>>;

/** Where a page ended: the values of the table's key. */
export type Place = readonly (string | number)[];

const LARGEST = 500;
const FIRST = 50;
/** About how much of a table stands in memory, in octets: one list of revoked certificates may have 50 million. */
const PAGE_OCTETS = 4_000_000;

/** All rows of a table after `place`, in the order of its key, in pages. */
export async function* pagesOf(
  db: Knex,
  { name, key }: Table,
  place: Place | undefined,
): AsyncGenerator<{ readonly rows: readonly Row[]; readonly end: Place }> {
  let [after, limit] = [place, FIRST];
  for (;;) {
    const query = db(name)
      .orderBy([...key])
      .limit(limit);
    const columns = key.map(() => "??").join(", ");
    const values = key.map(() => "?").join(", ");
    const rows = (await (after === undefined
      ? query
      : query.whereRaw(`(${columns}) > (${values})`, [...key, ...after]))) as readonly Row[];
    const last = rows.at(-1);
    if (last === undefined) return;
    after = key.map((column) => last[column] as string | number);
    yield { rows, end: after };
    if (rows.length < limit) return;
    const octets = rows.reduce((sum, row) => sum + octetsOf(row), 0) / rows.length;
    limit = Math.max(1, Math.min(LARGEST, Math.floor(PAGE_OCTETS / octets)));
  }
}

const octetsOf = (row: Row): number =>
  Object.values(row).reduce<number>(
    (sum, value) => sum + (typeof value === "number" || value === null ? 8 : value.length),
    0,
  );
