import { createHash } from "node:crypto";

/** Our own namespace (RFC 9562 section 5.5); changing it would change every payload on every device. */
const NAMESPACE = Uint8Array.from([
  0x6b, 0x1f, 0x0c, 0x9e, 0x52, 0xd4, 0x4e, 0x0b, 0x9a, 0x77, 0x31, 0xc8, 0x5d, 0xe2, 0x40, 0x16,
]);

/**
 * A UUID version 5 of what `names` say together, in upper case as Apple writes it. The same names give the same UUID
 * for ever.
 */
export const nameUuid = (...names: readonly string[]): string => {
  const digest = createHash("sha1").update(NAMESPACE).update(JSON.stringify(names)).digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString("hex").slice(0, 32).toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};
