/** JSON of any view: dates as ISO 8601, octets as base64, big integers as decimal text. */
export const toJson = (value: unknown): string => JSON.stringify(plain(value));

const plain = (value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
};
