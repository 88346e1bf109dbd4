import { CountersignError } from "../errors.ts";
import type { Directory } from "../ports/stores.ts";
import { TransactionSession } from "./base/session.ts";
import type { Row } from "./copying/pages.ts";
import { appliedOn, countRows, dataTables } from "./copying/schema.ts";
import { digestOf, type TableDigest } from "./copying/table-digest.ts";
import { migrateOn } from "./database.ts";
import { translating, type Dialect } from "./dialect.ts";
import { TenantDirectory } from "./directory.ts";
import { GroupCommit } from "./enrolling/group-commit.ts";
import { RestoredRows } from "./restored-rows.ts";

/** An empty database that is being filled, in one transaction: nobody sees any of it before all of it. */
export interface Refill {
  readonly tables: readonly string[];
  /** Rows of one table, as `Snapshot.pages` gave them; tables in the order of `tables`. */
  insert(table: string, rows: readonly Row[]): Promise<void>;
  /** What the table holds now; `each` hears of every page. */
  digest(table: string, each: (rows: number) => void): Promise<TableDigest>;
  /** Lets new rows get ids after those that were inserted; before anything is written through the stores. */
  continueIds(): Promise<void>;
  /** What is being filled, through the stores. */
  readonly directory: Directory;
  readonly rows: RestoredRows;
}

/**
 * Fills an empty database with what `work` brings, all of it or nothing; the tables are made first. `schema`: the migrations that the rows
 * were read under. Throws `already_initialised` for a database that holds anything, `schema_outdated` for rows of another version.
 */
export const refill = async <T>(
  dialect: Dialect,
  schema: readonly string[],
  work: (target: Refill) => Promise<T>,
): Promise<T> => {
  await migrateOn(dialect);
  return translating(dialect, () =>
    dialect.transaction("alone", async (tx) => {
      if ((await appliedOn(tx)).join() !== schema.join())
        throw new CountersignError(
          "schema_outdated",
          "the rows have the schema of another version of Countersign: restore with that version, then upgrade",
        );
      const tables = await dataTables(dialect, tx);
      if ((await countRows(tx, tables)) > 0)
        throw new CountersignError("already_initialised", "the database is not empty");
      const session = new TransactionSession(dialect, tx);
      const tableOf = (name: string) => {
        const table = tables.find((candidate) => candidate.name === name);
        if (table === undefined)
          throw new CountersignError("schema_outdated", `there is no table ${name}`);
        return table;
      };
      try {
        return await work({
          tables: tables.map(({ name }) => name),
          insert: (name, rows) => tx(tableOf(name).name).insert(rows),
          digest: (name, each) => digestOf(tx, tableOf(name), () => false, each),
          continueIds: () => dialect.continueIds(tx, tables),
          directory: new TenantDirectory(session, new GroupCommit(session)),
          rows: new RestoredRows(tx),
        });
      } finally {
        session.end();
      }
    }),
  );
};
