import type { Row } from "../store/copying/pages.ts";

type Cell = string | number | null | { readonly b: string };

/** Rows as they stand in a backup: JSON, the names once, octets as `{ "b": base64 }`. */
interface Page {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export const writePage = (rows: readonly Row[]): Uint8Array => {
  const columns = Object.keys(rows[0] ?? {});
  const page: Page = {
    columns,
    rows: rows.map((row) => columns.map((name) => cellOf(row[name] ?? null))),
  };
  return Buffer.from(JSON.stringify(page));
};

export const readPage = (octets: Uint8Array): readonly Row[] => {
  const { columns, rows } = JSON.parse(Buffer.from(octets).toString("utf8")) as Page;
  return rows.map((cells) =>
    Object.fromEntries(columns.map((name, at) => [name, valueOf(cells[at] ?? null)])),
  );
};

const cellOf = (value: Row[string]): Cell =>
  value instanceof Uint8Array
    ? {
        b: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
      }
    : (value ?? null);

const valueOf = (cell: Cell): string | number | null | Uint8Array =>
  typeof cell === "object" && cell !== null ? Buffer.from(cell.b, "base64") : cell;
