import { CountersignError, REVOCATION_REASONS } from "../../plugin/sdk.ts";

/** One certificate of a list, as the API takes it. */
export interface ListedSerial {
  readonly serial: string;
  readonly reason?: string;
}

/** The fields of one line; a field in quotes may hold commas, and a quote twice is one. */
const fieldsOf = (line: string): readonly string[] => {
  const fields: string[] = [];
  for (const [, quoted, plain, end] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/g)) {
    fields.push((quoted?.replaceAll('""', '"') ?? plain ?? "").trim());
    if (end === "") break;
  }
  return fields;
};

const isSerial = (field: string): boolean => /^(?:0x)?[0-9a-f][0-9a-f: ]*$/i.test(field);
const REASONS = new Map(Object.keys(REVOCATION_REASONS).map((name) => [name.toLowerCase(), name]));

/**
 * Serials from a CSV text (C-18, C-19): the column whose heading names serials; without one the second column, or the only one. A column `reason` is taken
 * line by line. A line that holds no serial is passed on as it is, so that the answer says of it what is wrong. Throws `invalid_input` for a text without lines.
 */
export const readSerials = (text: string): readonly ListedSerial[] => {
  const rows = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map(fieldsOf);
  const [first] = rows;
  if (first === undefined) throw new CountersignError("invalid_input", "the list is empty");
  const headings = first.map((heading) => heading.toLowerCase());
  const named = headings.findIndex((heading) => heading.includes("serial"));
  const column = named !== -1 ? named : first.length > 1 ? 1 : 0;
  // A heading that does not say so is known by holding no serial.
  const lines = named !== -1 || !isSerial(first[column] ?? "") ? rows.slice(1) : rows;
  const reasons = headings.indexOf("reason");
  return lines.map((fields) => {
    const given = reasons === -1 ? "" : (fields[reasons] ?? "");
    const reason = REASONS.get(given.toLowerCase()) ?? given;
    return { serial: fields[column] ?? "", ...(reason === "" ? {} : { reason }) };
  });
};
