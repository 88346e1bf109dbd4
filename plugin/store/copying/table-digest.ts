import { createHash } from "node:crypto";
import type { Knex } from "knex";
import type { Table } from "../dialect.ts";
import { pagesOf, type Row } from "./pages.ts";

/** What a table holds: equal for two tables of equal rows, whichever database holds them and whatever its order of texts is. */
export interface TableDigest {
  readonly rows: number;
  /** Hex: the sum of the rows' SHA-256, modulo 2^256. */
  readonly digest: string;
}

/** Sums rows up, in any order. */
export const digestOfRows = () => {
  let [count, sum] = [0, 0n];
  return {
    add: (rows: readonly Row[]): void => {
      for (const row of rows) sum = BigInt.asUintN(256, sum + digestOfRow(row));
      count += rows.length;
    },
    end: (): TableDigest => ({ rows: count, digest: sum.toString(16).padStart(64, "0") }),
  };
};

/** Reads the whole table but the rows that `leave` names; `each` hears of every page. */
export const digestOf = async (
  db: Knex,
  table: Table,
  leave: (row: Row) => boolean,
  each: (rows: number) => void,
): Promise<TableDigest> => {
  const digest = digestOfRows();
  for await (const { rows } of pagesOf(db, table, undefined)) {
    const mine = rows.filter((row) => !leave(row));
    digest.add(mine);
    each(mine.length);
  }
  return digest.end();
};

const digestOfRow = (row: Row): bigint => {
  const hash = createHash("sha256");
  for (const name of Object.keys(row).sort()) {
    const value = row[name];
    const octets = value instanceof Uint8Array;
    const head = [name, octets ? "octets" : typeof value, octets ? value.length : value];
    hash.update(`${JSON.stringify(head)}\n`);
    if (octets) hash.update(value);
  }
  return BigInt(`0x${hash.digest("hex")}`);
};
