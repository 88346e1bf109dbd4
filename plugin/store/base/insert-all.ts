import type { Knex } from "knex";

/** Rows in one statement: far below what either database takes in variables. */
const AT_ONCE = 500;

/** Inserts many rows in few statements, in their order. */
export const insertAll = async (
  db: Knex,
  table: string,
  rows: readonly Readonly<Record<string, string | number | null>>[],
): Promise<void> => {
  for (let start = 0; start < rows.length; start += AT_ONCE)
    await db(table).insert(rows.slice(start, start + AT_ONCE));
};
