import type { Knex } from "knex";
import type { Table } from "../dialect.ts";

/** See `Dialect.tables`. */
export const postgresTables = async (db: Knex): Promise<readonly Table[]> => {
  const { rows } = await db.raw<{ readonly rows: readonly Table[] }>(
    `select c.relname as name,
       (select coalesce(json_agg(a.attname order by k.place), '[]')
        from pg_index i
        cross join unnest(i.indkey::int2[]) with ordinality as k(number, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
        where i.indrelid = c.oid and i.indisprimary) as key,
       (select coalesce(json_agg(distinct p.relname), '[]')
        from pg_constraint f join pg_class p on p.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f') as parents
     from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
       and c.relname like 'countersign\\_%'`,
  );
  return rows;
};

/** See `Dialect.continueIds`. */
export const continuePostgresIds = async (db: Knex, tables: readonly Table[]): Promise<void> => {
  for (const { name, key } of tables) {
    const [column] = key;
    if (column === undefined || key.length > 1) continue;
    const { rows } = await db.raw<{
      readonly rows: readonly { readonly sequence: string | null }[];
    }>("select pg_get_serial_sequence(?, ?) as sequence", [name, column]);
    const sequence = rows[0]?.sequence ?? undefined;
    if (sequence !== undefined)
      await db.raw(`select setval(?, max(??)) from ?? having max(??) is not null`, [
        sequence,
        column,
        name,
        column,
      ]);
  }
};
