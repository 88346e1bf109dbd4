/**
 * A serial number in any spelling (C-04: case, colons, blanks, hyphens, `0x` and leading zeros do not count) as the store keeps it: lower-case
 * hex of whole octets without leading zero octets. Undefined for what is no hex.
 */
export const normalizeSerial = (text: string): string | undefined => {
  const hex = text
    .toLowerCase()
    .replace(/^0x/, "")
    .replace(/[\s:-]/g, "");
  if (!/^[0-9a-f]+$/.test(hex)) return undefined;
  return hex.padStart(hex.length + (hex.length % 2), "0").replace(/^(?:00)+(?=..)/, "");
};
