import type { DistinguishedName } from "./distinguished-name.ts";
import { dnAliasOfOid } from "./dn-attributes.ts";

/** How the value of an attribute is written; what is in no other list is a DirectoryString, as UTF8String. */
export type StringType = "printable" | "ia5" | "ia5-if-it-fits" | "utf8";

const COUNTRIES: readonly string[] = ["2.5.4.6", "1.3.6.1.4.1.311.60.2.1.3"];

/** RFC 5280 appendix A.1 fixes these; section 4.1.2.4 wants UTF8String for every other. */
const STRING_TYPES: Readonly<Record<string, StringType>> = {
  // countryName, serialNumber, dnQualifier, jurisdictionCountryName
  "2.5.4.6": "printable",
  "2.5.4.5": "printable",
  "2.5.4.46": "printable",
  "1.3.6.1.4.1.311.60.2.1.3": "printable",
  // domainComponent, emailAddress
  "0.9.2342.19200300.100.1.25": "ia5",
  "1.2.840.113549.1.9.1": "ia5",
  // unstructuredName: RFC 2985 allows both; older network devices know IA5String only.
  "1.2.840.113549.1.9.2": "ia5-if-it-fits",
};

/** RFC 5280 appendix A.1 (`ub-…`), X.520 for the postal ones. */
const MOST: Readonly<Record<string, number>> = {
  // commonName, serialNumber, localityName, stateOrProvinceName, streetAddress
  "2.5.4.3": 64,
  "2.5.4.5": 64,
  "2.5.4.7": 128,
  "2.5.4.8": 128,
  "2.5.4.9": 128,
  // organizationName, organizationalUnitName, title, businessCategory, postalCode
  "2.5.4.10": 64,
  "2.5.4.11": 64,
  "2.5.4.12": 64,
  "2.5.4.15": 128,
  "2.5.4.17": 40,
  // emailAddress, unstructuredName
  "1.2.840.113549.1.9.1": 255,
  "1.2.840.113549.1.9.2": 255,
};

export const stringTypeOf = (oid: string): StringType => STRING_TYPES[oid] ?? "utf8";

/** Most characters of a value; the lint holds certificates to it. */
export const mostCharacters = (oid: string): number => MOST[oid] ?? 32768;

/** Whether the text is in the alphabet of PrintableString (X.680 section 41.4). */
export const isPrintable = (text: string): boolean => /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);

/** Whether the text is 7-bit ASCII, control characters included, as an IA5String takes it. */
export const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);

/** Why no value of an attribute can hold this text, alone or beside others; undefined when one can. */
export const textFault = (oid: string, text: string): string | undefined => {
  const name = dnAliasOfOid(oid) ?? oid;
  const most = mostCharacters(oid);
  if (Array.from(text).length > most) return `${name} holds ${most} characters at most`;
  const kind = stringTypeOf(oid);
  if (kind === "printable" && !isPrintable(text))
    return `${name} holds letters, digits, blanks and '()+,-./:=? only`;
  return kind === "ia5" && !isAscii(text) ? `${name} holds ASCII only` : undefined;
};

/** Why this text cannot be the value of an attribute; undefined when it can. */
export const valueFault = (oid: string, value: string): string | undefined =>
  COUNTRIES.includes(oid) && !/^[A-Za-z]{2}$/.test(value)
    ? `${dnAliasOfOid(oid) ?? oid} is a country code of two letters`
    : textFault(oid, value);

/** Why a certificate cannot hold a name; undefined when it can. */
export const nameFault = (name: DistinguishedName): string | undefined =>
  name
    .flat()
    .map(([oid, value]) => valueFault(oid, value))
    .find((fault) => fault !== undefined);
