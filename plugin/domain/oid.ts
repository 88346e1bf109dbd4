/** Longest dotted form that is taken; far above every OID in use. */
const LONGEST = 120;

/**
 * Whether `text` is an object identifier in dotted decimal (X.660): at least two arcs, no leading zeros, first arc 0 to
 * 2, second arc below 40 under 0 and 1.
 */
export const isOid = (text: string): boolean => {
  if (text.length > LONGEST || !/^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(text)) return false;
  const [first, second] = text.split(".");
  return first === "2" || Number(second) < 40;
};
