import type { Directory } from "../ports/stores.ts";
import { TransactionSession } from "./base/session.ts";
import { requireWhole } from "./copying/copy-mark.ts";
import { pagesOf, type Row } from "./copying/pages.ts";
import { appliedOn, countRows, dataTables } from "./copying/schema.ts";
import { translating, type Dialect } from "./dialect.ts";
import { TenantDirectory } from "./directory.ts";
import { GroupCommit } from "./enrolling/group-commit.ts";

/** A whole database as it was at one moment. */
export interface Snapshot {
  /** Names of the migrations applied, sorted. */
  readonly schema: readonly string[];
  /** All tables with data, each after those it refers to. */
  readonly tables: readonly string[];
  /** Of all tables. */
  readonly rows: number;
  /** The rows of one table in pages, in the order of its key. */
  pages(table: string): AsyncGenerator<readonly Row[]>;
  /** The same moment through the stores; for reading. */
  readonly directory: Directory;
}

/** Reads a database while others write to it. Throws `database_unusable` for one that was only partly copied. */
export const withSnapshot = <T>(
  dialect: Dialect,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> =>
  translating(dialect, () =>
    dialect.snapshot(async (tx) => {
      await requireWhole(tx);
      const tables = await dataTables(dialect, tx);
      const session = new TransactionSession(dialect, tx);
      return work({
        schema: await appliedOn(tx),
        tables: tables.map(({ name }) => name),
        rows: await countRows(tx, tables),
        directory: new TenantDirectory(session, new GroupCommit(session)),
        pages: async function* (name) {
          const table = tables.find((candidate) => candidate.name === name);
          if (table === undefined) return;
          for await (const { rows } of pagesOf(tx, table, undefined)) yield rows;
        },
      });
    }),
  );
