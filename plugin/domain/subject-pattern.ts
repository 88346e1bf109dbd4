import type { SubjectAltName } from "./san.ts";
import { normalizeSan } from "./san-value.ts";
import { parseDn, type DistinguishedName } from "./distinguished-name.ts";
import type { SanPattern } from "./template.ts";
import { parseTextPattern, renderText, type TextPattern } from "./text-pattern.ts";

/** A name whose values are patterns: RDNs in order, each a list of [OID, pattern]. */
export type SubjectPattern = readonly (readonly (readonly [oid: string, value: TextPattern])[])[];

/**
 * Compiles a DN pattern such as `CN=%username%,O=Example`. The DN is read first and the variables in each value after
 * it, so that no value of a device can add an attribute. Throws `invalid_input`.
 */
export const compileSubject = (pattern: string): SubjectPattern =>
  parseDn(pattern).map((rdn) => rdn.map(([oid, value]) => [oid, parseTextPattern(value)] as const));

/** The device attributes that a DN pattern or a SAN pattern needs, each once, in lower case. Throws `invalid_input`. */
export const patternVariables = (pattern: string): readonly string[] => [
  ...new Set(
    parseTextPattern(pattern).flatMap((part) => (part.kind === "variable" ? [part.name] : [])),
  ),
];

/** The subject of one device. Throws `variable_without_value`, and `invalid_input` for what a name cannot hold. */
export const renderSubject = (
  pattern: string,
  attributes: Readonly<Record<string, string>>,
): DistinguishedName =>
  compileSubject(pattern).map((rdn) =>
    rdn.map(([oid, value]) => [oid, renderText(value, attributes)] as const),
  );

/** One alternative name of one device, normalised. Throws `variable_without_value` and `invalid_input`. */
export const renderSan = (
  { type, pattern }: SanPattern,
  attributes: Readonly<Record<string, string>>,
): SubjectAltName =>
  normalizeSan({ type, value: renderText(parseTextPattern(pattern), attributes) });
