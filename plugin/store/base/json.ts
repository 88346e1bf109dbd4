import { CountersignError } from "../../errors.ts";

/**
 * Structured parts of a row as JSON text, without loss: octets, dates, bigints and members that are `undefined` come back as they
 * went in. Such a value is an object with the one member `$bytes` (base64), `$date` (milliseconds), `$bigint` or `$undefined`;
 * a member of ours that begins with `$` gets a second one.
 */
export const toJson = (value: unknown): string => JSON.stringify(wrap(value));

/** What `toJson` made; throws `internal` for a text that it did not make. */
export const fromJson = (text: string): unknown => {
  try {
    return unwrap(JSON.parse(text));
  } catch (cause) {
    throw new CountersignError("internal", "a stored JSON value cannot be read", { cause });
  }
};

const wrap = (value: unknown): unknown => {
  if (value === undefined) return { $undefined: 1 };
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(wrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.startsWith("$") ? `$${name}` : name,
      wrap(member),
    ]),
  );
};

const unwrap = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  const [first] = members;
  if (first !== undefined && members.length === 1) {
    const [name, content] = first as [string, unknown];
    if (name === "$undefined") return undefined;
    if (name === "$bigint") return BigInt(String(content));
    if (name === "$bytes") return new Uint8Array(Buffer.from(String(content), "base64"));
    if (name === "$date") return new Date(Number(content));
  }
  return Object.fromEntries(
    members.map(([name, member]) => [name.startsWith("$$") ? name.slice(1) : name, unwrap(member)]),
  );
};
