import type { Knex } from "knex";
import type { Table } from "../dialect.ts";

/** See `Dialect.tables`. */
export const sqliteTables = async (db: Knex): Promise<readonly Table[]> => {
  const names = await db.raw<{ readonly name: string }[]>(
    "select name from sqlite_master where type = 'table' and name like 'countersign\\_%' escape '\\'",
  );
  const tables: Table[] = [];
  for (const { name } of names) {
    const columns = await db.raw<{ readonly name: string; readonly pk: number }[]>(
      `select name, pk from pragma_table_info('${name}') where pk > 0 order by pk`,
    );
    const parents = await db.raw<{ readonly parent: string }[]>(
      `select distinct "table" as parent from pragma_foreign_key_list('${name}')`,
    );
    tables.push({
      name,
      key: columns.map((column) => column.name),
      parents: parents.map(({ parent }) => parent),
    });
  }
  return tables;
};
