import type { Certificate } from "../api/calls.ts";

const COLUMNS = [
  "id",
  "serial",
  "subject",
  "status",
  "notBefore",
  "notAfter",
  "authorityId",
  "templateId",
  "deviceId",
  "revokedAt",
  "revocationReason",
  "fingerprintSha256",
] as const;

/** RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe. */
export const csvOf = (certificates: readonly Certificate[]): string =>
  [
    [...COLUMNS, "sans"],
    ...certificates.map((one) => [
      ...COLUMNS.map((name) => one[name] ?? ""),
      one.sans.map(({ type, value }) => `${type}:${value}`).join(" "),
    ]),
  ]
    .map((row) => row.map((cell) => quoted(cell)).join(","))
    .join("\r\n")
    .concat("\r\n");

const quoted = (cell: string): string => {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
