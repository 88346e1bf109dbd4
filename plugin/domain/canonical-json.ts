/**
 * Canonical JSON (RFC 8785): no space, members by the UTF-16 code units of their names, numbers and strings as ECMAScript writes them.
 * What JSON has no form for gets one, so that a value and its plain JSON copy have the same text: dates as ISO 8601, octets as base64,
 * big integers as decimal text, undefined members left out (`null` in lists). One deviation: a lone surrogate is escaped and not refused,
 * since a device could otherwise stop the ledger with it.
 */
export const canonicalJson = (value: unknown): string => {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (typeof value === "bigint") return JSON.stringify(String(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return value === undefined ? "null" : JSON.stringify(value);
};
