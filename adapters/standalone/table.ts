/** Rows under their headings, columns aligned by two blanks. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string => {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
};

/** One value as a cell: what is absent is a dash, lists are joined by commas, objects are written as JSON. */
export const cell = (value: unknown): string => {
  if (value === undefined || value === null || value === "") return "-";
  if (typeof value === "string") return oneLine(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map(cell).join(", ");
  return oneLine(JSON.stringify(value));
};

/** What came from a device or a request must not move the cursor of whoever reads it. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, " ");

/** An object as `name  value` lines; the members of inner objects stand below `outer.inner`. */
export const fields = (value: object): string => {
  const rows = flat("", value);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join("");
};

const flat = (prefix: string, value: object): readonly (readonly [string, string])[] =>
  Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? flat(`${prefix}${name}.`, member)
      : [[`${prefix}${name}`, cell(member)] as const],
  );
