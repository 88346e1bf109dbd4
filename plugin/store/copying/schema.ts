import type { Knex } from "knex";
import type { Dialect, Table } from "../dialect.ts";

/** Not data: the schema's own. */
const OF_THE_SCHEMA = /^countersign_migrations(?:_lock)?$/;

/** The tables that hold data: by name, but each after those that its foreign keys name. */
export const dataTables = async (
  dialect: Pick<Dialect, "tables">,
  db: Knex,
): Promise<readonly Table[]> => inOrderOfParents(await dialect.tables(db));

/** Names of the migrations that were applied, sorted. */
export const appliedOn = async (db: Knex): Promise<string[]> => {
  const rows: { readonly name: string }[] = await db("countersign_migrations").select("name");
  return rows.map(({ name }) => name).sort();
};

/** How many rows some tables have together. */
export const countRows = async (db: Knex, tables: readonly Table[]): Promise<number> => {
  let total = 0;
  for (const { name } of tables) {
    const [row]: { rows?: number | string }[] = await db(name).count({ rows: "*" });
    total += Number(row?.rows ?? 0);
  }
  return total;
};

const inOrderOfParents = (all: readonly Table[]): readonly Table[] => {
  const ordered = new Set<Table>();
  const put = (table: Table): void => {
    if (ordered.has(table)) return;
    for (const parent of all)
      if (parent !== table && table.parents.includes(parent.name)) put(parent);
    ordered.add(table);
  };
  const data = all.filter(({ name }) => !OF_THE_SCHEMA.test(name));
  for (const table of data.sort((a, b) => (a.name < b.name ? -1 : 1))) put(table);
  return [...ordered];
};
