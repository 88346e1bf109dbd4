import type { Knex } from "knex";
import { CountersignError } from "../../errors.ts";
import { toBlob } from "../base/columns.ts";
import type { Place, Row } from "./pages.ts";

const SETTINGS = "countersign_settings";
const NAME = "copy-in-progress";

/** How far a copy has come; it stands in the target until the copy is complete and checked. */
export interface CopyMark {
  /** Says which database is being copied. */
  readonly source: string;
  /** The table being copied and where its last page ended; tables before it are complete. */
  readonly table: string | undefined;
  readonly place: Place | undefined;
  /** Rows copied so far, of all tables. */
  readonly rows: number;
}

export const isMark = (table: string, row: Row): boolean =>
  table === SETTINGS && row["name"] === NAME;

export const readMark = async (db: Knex): Promise<CopyMark | undefined> => {
  const [row]: { readonly value: Uint8Array }[] = await db(SETTINGS)
    .where({ name: NAME })
    .select("value");
  return row === undefined
    ? undefined
    : (JSON.parse(Buffer.from(row.value).toString("utf8")) as CopyMark);
};

export const writeMark = async (db: Knex, mark: CopyMark): Promise<void> => {
  const value = toBlob(new TextEncoder().encode(JSON.stringify(mark)));
  await db(SETTINGS).insert({ name: NAME, value }).onConflict("name").merge();
};

export const removeMark = async (db: Knex): Promise<void> => {
  await db(SETTINGS).where({ name: NAME }).delete();
};

/** Throws `database_unusable` for a database that holds only a part of another. */
export const requireWhole = async (db: Knex): Promise<void> => {
  if ((await readMark(db)) !== undefined)
    throw new CountersignError(
      "database_unusable",
      "a copy into this database was not finished; run `countersign db copy` again",
    );
};
