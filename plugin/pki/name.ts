import { isAscii, isPrintable, stringTypeOf } from "../domain/name-values.ts";
import { CountersignError } from "../errors.ts";
import { expect, members, oidOf, readBer, TAG, textOf, type Element } from "./der-read.ts";
import { ia5String, oid, printableString, sequence, setOf, utf8String } from "./der-write.ts";

/**
 * A distinguished name: RDNs in the order of the encoding (`C` first, `CN` last by custom), each a set of attribute OID and text.
 * The same shape as `DistinguishedName` of the domain.
 */
export type Rdns = readonly (readonly (readonly [oid: string, value: string])[])[];

/** Whether the text can be written as UTF-8, that is, holds no half of a surrogate pair. */
export const isUnicode = (text: string): boolean => !/\p{Cs}/u.test(text);

/** Whether the text holds NUL or another control character, which names never need and which deceive people and programs. */
export const hasControlCharacters = (text: string): boolean => /\p{Cc}/u.test(text);

const encodeValue = (type: string, value: string): Uint8Array => {
  const kind = stringTypeOf(type);
  const fits = kind === "printable" ? isPrintable(value) : kind === "utf8" || isAscii(value);
  if (value === "" || !isUnicode(value) || (!fits && kind !== "ia5-if-it-fits"))
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(value)} cannot be a value of the name attribute ${type}`,
    );
  if (kind === "printable") return printableString(value);
  return kind === "utf8" || !fits ? utf8String(value) : ia5String(value);
};

/**
 * Name, DER. countryName, serialNumber and dnQualifier become PrintableString, domainComponent and emailAddress IA5String,
 * unstructuredName IA5String where it fits, everything else UTF8String. Throws `invalid_input` for a value that is empty or not
 * in the alphabet of its string type. Lengths are the lint's matter.
 */
export const encodeName = (rdns: Rdns): Uint8Array =>
  sequence(
    ...rdns.map((rdn) => {
      if (rdn.length === 0) throw new CountersignError("invalid_input", "an RDN has no attribute");
      return setOf(...rdn.map(([type, value]) => sequence(oid(type), encodeValue(type, value))));
    }),
  );

/** Calls back for each attribute; the values of what it returns, RDN by RDN. */
const mapName = <T>(name: Element, map: (type: string, value: Element) => T): readonly T[][] =>
  members(name, TAG.sequence, "name").map((rdn) => {
    const attributes = members(rdn, TAG.set, "relative name").map((attribute) => {
      const [type, value, ...rest] = members(attribute, TAG.sequence, "name attribute");
      if (value === undefined || rest.length > 0)
        throw new CountersignError("bad_message", "not valid ASN.1: name attribute");
      return map(oidOf(type, "name attribute"), value);
    });
    expect(rdn.children[0], TAG.sequence, "name attribute");
    return attributes;
  });

const hexOf = (element: Element): string => Buffer.from(element.raw).toString("hex");

/**
 * The attributes of a Name as text. A value that is no readable text comes as `#` and its DER in hex (RFC 4514 section 2.4).
 * Throws `bad_message` for what is no Name.
 */
export const decodeName = (name: Element): Rdns =>
  mapName(name, (type, value) => [type, textOf(value) ?? `#${hexOf(value)}`] as const);

/** RFC 4518 preparation as far as names need it: control characters away, NFKC, case folded, spaces trimmed and single. */
const fold = (text: string): string =>
  text
    .replace(/[\t\n\v\f\r\u0085]/gu, " ")
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .normalize("NFKC")
    .toLowerCase()
    .toUpperCase()
    .replace(/\p{Z}+/gu, " ")
    .trim();

const comparable = (raw: Uint8Array): string =>
  JSON.stringify(
    mapName(readBer(raw), (type, value) => {
      const text = textOf(value);
      return JSON.stringify([type, text === undefined ? { der: hexOf(value) } : fold(text)]);
    }).map((rdn) => rdn.sort()),
  );

/**
 * Whether two Names, DER or BER, are the same name: equal bytes, or equal after RFC 5280 section 7.1 (string type, case and inner spaces do
 * not count; the attributes of one RDN have no order). Throws `bad_message` for what is no Name.
 */
export const sameName = (a: Uint8Array, b: Uint8Array): boolean =>
  Buffer.compare(a, b) === 0 || comparable(a) === comparable(b);
