import type { DistinguishedName } from "./distinguished-name.ts";
import type { SanType, SubjectAltName } from "./san.ts";
import { compileSubject } from "./subject-pattern.ts";
import type { SanPattern } from "./template.ts";
import { parseTextPattern, type TextPattern } from "./text-pattern.ts";

const COMMON_NAME = "2.5.4.3";
/** Alternative names that RADIUS networks look for the domain in (T-24). */
const LOOKED_AT: ReadonlySet<SanType> = new Set(["dns", "upn"]);

/** Whether a name is the domain, or ends in it behind a dot or an @; case does not count. */
const endsIn = (name: string, domain: string): boolean => {
  const [given, wanted] = [name.trim().toLowerCase(), domain.toLowerCase()];
  return given === wanted || given.endsWith(`.${wanted}`) || given.endsWith(`@${wanted}`);
};

/** Whether the domain occurs in a DNS name, the user principal name or a common name of a certificate (T-24). */
export const holdsDomain = (
  domain: string,
  subject: DistinguishedName,
  sans: readonly SubjectAltName[],
): boolean =>
  subject.flat().some(([oid, value]) => oid === COMMON_NAME && endsIn(value, domain)) ||
  sans.some(({ type, value }) => LOOKED_AT.has(type) && endsIn(value, domain));

/** Whether any device could get a name with the domain by these patterns. Throws `invalid_input` for faulty ones. */
export const couldHoldDomain = (
  domain: string,
  { subject, sans }: { readonly subject: string; readonly sans: readonly SanPattern[] },
): boolean => {
  const patterns = [
    ...compileSubject(subject)
      .flat()
      .flatMap(([oid, value]) => (oid === COMMON_NAME ? [value] : [])),
    ...sans.flatMap(({ type, pattern }) =>
      LOOKED_AT.has(type) ? [parseTextPattern(pattern)] : [],
    ),
  ];
  return patterns.some((pattern) => couldEndIn(pattern, domain));
};

/** A variable at the end, or before the text there, may stand for what is missing. */
const couldEndIn = (pattern: TextPattern, domain: string): boolean => {
  const last = pattern.at(-1);
  if (last === undefined) return false;
  if (last.kind === "variable" || endsIn(last.text, domain)) return true;
  const tail = last.text.toLowerCase();
  return pattern.length > 1 && `@${domain.toLowerCase()}`.endsWith(tail);
};
