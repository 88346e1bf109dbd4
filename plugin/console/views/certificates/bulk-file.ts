/** One certificate of a file, as the API takes it. */
export interface BulkRow {
  readonly serial?: string;
  readonly id?: string;
  readonly authorityId?: string;
  readonly reason?: string;
}

/** What a file holds, and the lines of it that name no certificate. */
export interface BulkFile {
  readonly rows: readonly BulkRow[];
  readonly left: readonly { readonly line: number; readonly text: string }[];
}

const SERIAL = /^(?:0x)?[0-9a-f][0-9a-f: -]*$/i;

/** The fields of one line; a field in quotes may hold commas, and a quote twice is one. */
const fieldsOf = (line: string): readonly string[] => {
  const fields: string[] = [];
  for (const [, quoted, plain, end] of line.matchAll(
    /(?:"((?:[^"]|"")*)"|([^,;\t]*))([,;\t]|$)/g,
  )) {
    fields.push((quoted?.replaceAll('""', '"') ?? plain ?? "").trim());
    if (end === "") break;
  }
  // A formula guard that an export of ours has put before it.
  return fields.map((field) => field.replace(/^'(?=[=+\-@])/, ""));
};

/**
 * CSV (the column whose heading names serials; without one the second, or the only one; columns `reason` and `authority` count line by
 * line), or a JSON list of the API's rows. Throws an `Error` that says what is wrong with the file as a whole.
 */
export const readBulkFile = (text: string): BulkFile => {
  const whole = text.replace(/^\uFEFF/, "").trim();
  if (whole === "") throw new Error("The file is empty.");
  return whole.startsWith("[") ? ofJson(whole) : ofCsv(whole);
};

const isRow = (row: unknown): row is BulkRow =>
  typeof row === "object" &&
  row !== null &&
  ["serial", "id"].some((name) => typeof (row as Record<string, unknown>)[name] === "string");

const ofJson = (text: string): BulkFile => {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new Error("The file begins as JSON, and is none.");
  }
  const rows: BulkRow[] = [];
  const left: { line: number; text: string }[] = [];
  for (const [index, one] of (list as readonly unknown[]).entries()) {
    const row = typeof one === "string" ? { serial: one } : one;
    if (isRow(row)) rows.push(row);
    else left.push({ line: index + 1, text: JSON.stringify(one) });
  }
  return { rows, left };
};

const ofCsv = (text: string): BulkFile => {
  const lines = text.split(/\r?\n/).map((line) => fieldsOf(line));
  const head = (lines[0] ?? []).map((field) => field.toLowerCase());
  const named = head.findIndex((field) => field.includes("serial"));
  const column = named !== -1 ? named : head.length > 1 ? 1 : 0;
  const hasHead = named !== -1 || !SERIAL.test(lines[0]?.[column] ?? "");
  const reasonAt = hasHead ? head.indexOf("reason") : -1;
  const authorityAt = hasHead ? head.findIndex((field) => /^(authority|ca)/.test(field)) : -1;
  const rows: BulkRow[] = [];
  const left: { line: number; text: string }[] = [];
  for (const [index, fields] of lines.entries()) {
    if ((hasHead && index === 0) || fields.every((field) => field === "")) continue;
    const serial = fields[column] ?? "";
    if (!SERIAL.test(serial)) {
      left.push({ line: index + 1, text: fields.join(", ") });
      continue;
    }
    const reason = fields[reasonAt] ?? "";
    const authorityId = fields[authorityAt] ?? "";
    rows.push({
      serial,
      ...(reason === "" ? {} : { reason }),
      ...(authorityId === "" ? {} : { authorityId }),
    });
  }
  return { rows, left };
};

/** A line of CSV that no spreadsheet takes for a formula. */
export const csvLine = (fields: readonly string[]): string =>
  `${fields.map((field) => `"${(/^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/.test(field) ? `'${field}` : field).replaceAll('"', '""')}"`).join(",")}\r\n`;
