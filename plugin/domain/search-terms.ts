import type { Certificate } from "./certificate.ts";
import { parseDn } from "./distinguished-name.ts";
import { normalizeSerial } from "./serial-number.ts";

/** A longer word is found by its beginning. */
export const LONGEST_TERM = 64;
const MOST_TERMS = 40;

/** What a certificate is found by: whole values and their words, its serial number and its fingerprint; in lower case, each once. */
export const termsOf = (
  certificate: Pick<Certificate, "subject" | "sans" | "serial" | "fingerprintSha256">,
): readonly string[] => {
  const values = [
    ...valuesOf(certificate.subject),
    ...certificate.sans.map(({ value }) => value),
  ].map((value) => value.toLowerCase());
  const words = values.flatMap((value) => value.split(/[^\p{L}\p{N}]+/u));
  const terms = [
    certificate.serial,
    certificate.fingerprintSha256 ?? "",
    ...values.filter((value) => !/\s/.test(value)),
    ...words,
  ];
  return [...new Set(terms.map(cut))].filter((term) => term !== "").slice(0, MOST_TERMS);
};

/** The words of a search: every one must be the beginning of a term. At most eight count. */
export const searchTerms = (text: string): readonly string[] =>
  [...new Set(text.toLowerCase().split(/\s+/).map(asStored).map(cut))]
    .filter((term) => term !== "")
    .slice(0, 8);

/** More octets than a hardware address (EUI-64) has, which is a name and not a serial number. */
const NUMBER = /^(?:0x)?[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){8,}$/;
/** RFC 5280 section 4.1.2.2 allows 20, and a leading zero octet may be written. */
const MOST_OF_A_SERIAL = 2 * 21;

/** Serial numbers and fingerprints in any spelling (C-04); leading zeros belong to a fingerprint. */
const asStored = (word: string): string => {
  if (!NUMBER.test(word)) return word;
  const hex = word.replace(/^0x|[:-]/g, "");
  return hex.length > MOST_OF_A_SERIAL ? hex : (normalizeSerial(hex) ?? word);
};

/** Code points, so that no half of a surrogate pair is stored. */
const cut = (term: string): string => Array.from(term).slice(0, LONGEST_TERM).join("");

const valuesOf = (subject: string): readonly string[] => {
  try {
    return parseDn(subject).flatMap((rdn) => rdn.map(([, value]) => value));
  } catch {
    // A name from outside may hold what we would not write.
    return [subject];
  }
};
