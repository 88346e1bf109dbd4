import type { Knex } from "knex";
import { CountersignError } from "../errors.ts";
import {
  type CopyMark,
  isMark,
  readMark,
  removeMark,
  requireWhole,
  writeMark,
} from "./copying/copy-mark.ts";
import { pagesOf } from "./copying/pages.ts";
import { appliedOn, countRows, dataTables } from "./copying/schema.ts";
import { digestOf, type TableDigest } from "./copying/table-digest.ts";
import { migrateOn } from "./database.ts";
import { translating, type Dialect, type Table } from "./dialect.ts";

/** How far copying or checking has come, in rows. */
export interface CopyProgress {
  readonly phase: "copy" | "check";
  readonly table: string;
  readonly done: number;
  readonly total: number;
}

export interface CopyOptions {
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  /** Stops after the page under way; the same call goes on from there. */
  readonly signal?: AbortSignal | undefined;
}

/** `finished`: every row is there and was compared. Otherwise it was stopped. */
export interface CopyReport {
  readonly finished: boolean;
  readonly tables: Readonly<Record<string, TableDigest>>;
}

/**
 * Copies every row of one database into another, then compares both. The source cannot be written to meanwhile (its writers get
 * `database_locked`); the target gets its tables first. Throws `already_initialised` for a target that holds anything but an earlier part
 * of this copy, `schema_outdated` for a source of another version, and `conflict` when both differ at the end.
 */
export const copyBetween = async (
  source: Dialect,
  target: Dialect,
  options: CopyOptions = {},
): Promise<CopyReport> => {
  await migrateOn(target);
  return translating(source, () =>
    source.transaction("alone", async (from) => {
      await requireSameSchema(from, target);
      await requireWhole(from);
      const tables = await dataTables(source, from);
      const id = (await digestOf(from, named(tables, "countersign_tenants"), none, none)).digest;
      const mark = await translating(target, () => markOf(target, tables, id));
      const total = await countRows(from, tables);
      const copied = await copyRows({ from, target, tables, total, options }, mark);
      if (!copied) return { finished: false, tables: {} };
      await translating(target, () =>
        target.transaction("alone", (to) => target.continueIds(to, tables)),
      );
      return compare({ from, target, tables, total, options });
    }),
  );
};

interface Work {
  readonly from: Knex;
  readonly target: Dialect;
  readonly tables: readonly Table[];
  readonly total: number;
  readonly options: CopyOptions;
}

const none = (): false => false;

/** Each page and the mark behind it are one transaction. Answers false when it was stopped. */
const copyRows = async (work: Work, start: CopyMark): Promise<boolean> => {
  const { from, target, tables, total, options } = work;
  const { onProgress, signal } = options;
  const first = Math.max(
    0,
    tables.findIndex(({ name }) => name === start.table),
  );
  let done = start.rows;
  for (const table of tables.slice(first)) {
    const place = table.name === start.table ? start.place : undefined;
    onProgress?.({ phase: "copy", table: table.name, done, total });
    for await (const { rows, end } of pagesOf(from, table, place)) {
      if (signal?.aborted === true) return false;
      const mark = {
        source: start.source,
        table: table.name,
        place: end,
        rows: done + rows.length,
      };
      await translating(target, () =>
        target.transaction("alone", async (to) => {
          await to(table.name).insert(rows);
          await writeMark(to, mark);
        }),
      );
      done = mark.rows;
      onProgress?.({ phase: "copy", table: table.name, done, total });
    }
  }
  return true;
};

const compare = async ({ from, target, tables, total, options }: Work): Promise<CopyReport> => {
  const found: Record<string, TableDigest> = {};
  let done = 0;
  for (const table of tables) {
    const each = (rows: number): void => {
      done += rows;
      options.onProgress?.({ phase: "check", table: table.name, done, total });
    };
    const theirs = await digestOf(from, table, none, each);
    const ours = await translating(target, () =>
      digestOf(target.readers, table, (row) => isMark(table.name, row), none),
    );
    if (ours.rows !== theirs.rows || ours.digest !== theirs.digest)
      throw new CountersignError(
        "conflict",
        `${table.name} differs: ${theirs.rows} rows at the source, ${ours.rows} at the target. ` +
          "Was the source written to while the copy was stopped? Empty the target and copy again.",
      );
    found[table.name] = ours;
    if (options.signal?.aborted === true) return { finished: false, tables: {} };
  }
  await translating(target, () => target.transaction("alone", removeMark));
  return { finished: true, tables: found };
};

/** The mark of this copy, made for a target that is empty. */
const markOf = (target: Dialect, tables: readonly Table[], source: string): Promise<CopyMark> =>
  target.transaction("alone", async (to) => {
    const mark = await readMark(to);
    if (mark !== undefined) {
      if (mark.source === source) return mark;
      throw new CountersignError("already_initialised", "the target holds a part of another copy");
    }
    if ((await countRows(to, tables)) > 0)
      throw new CountersignError("already_initialised", "the target is not empty");
    const fresh = { source, table: undefined, place: undefined, rows: 0 };
    await writeMark(to, fresh);
    return fresh;
  });

const requireSameSchema = async (from: Knex, target: Dialect): Promise<void> => {
  const theirs = await appliedOn(from);
  const ours = await translating(target, () => appliedOn(target.readers));
  if (theirs.join() === ours.join()) return;
  throw new CountersignError(
    "schema_outdated",
    "the source has the schema of another version; run `countersign db migrate` on it with this one",
  );
};

const named = (tables: readonly Table[], name: string): Table => {
  const table = tables.find((candidate) => candidate.name === name);
  if (table === undefined)
    throw new CountersignError("schema_outdated", `the source has no table ${name}`);
  return table;
};
