import type { DistinguishedName } from "../../plugin/sdk.ts";

/** Keys that CertStrToName knows and that mean what we mean; everything else is a dotted OID. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.4", "SN"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "S"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.12", "T"],
  ["2.5.4.42", "G"],
  ["2.5.4.43", "I"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  ["1.2.840.113549.1.9.1", "E"],
]);

/**
 * A name as Windows' CertStrToName reads it: RDNs in the order of the certificate. A value is quoted when it starts or
 * ends with a blank or holds a character that Windows would take for syntax; a quotation mark inside is doubled.
 */
export const certStrName = (name: DistinguishedName): string =>
  name
    .map((rdn) => rdn.map(([oid, value]) => `${KEYS.get(oid) ?? oid}=${quoted(value)}`).join(" + "))
    .join(", ");

const quoted = (value: string): string =>
  /^\s|\s$|[,=+;"<>#\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
