import { CountersignError } from "../errors.ts";
import { hasForbiddenCharacter, type DistinguishedName } from "./distinguished-name.ts";
import { normalizeSan } from "./san-value.ts";
import type { SanType, SubjectAltName } from "./san.ts";
import { compileSubject, type SubjectPattern } from "./subject-pattern.ts";
import type { SanPattern } from "./template.ts";
import { parseTextPattern, type TextPattern } from "./text-pattern.ts";

/** What the variables of a pattern stand for in a request: device attribute (lower case) to value. */
export type Captures = ReadonlyMap<string, string>;

const COMMON_NAME = "2.5.4.3";
/** More alternative names than this in one request fit no template. */
const MOST_SANS = 100;

/**
 * Compiles a DN pattern into a test of requests (static challenges, decision 6). A subject fits when it has the
 * pattern's RDNs with the same attribute types, in any order, since many clients write names in the order of their own
 * library (Go: C, O, OU, CN); static text is compared as caseIgnoreMatch does (case and runs of blanks do not count) and
 * each variable takes at least one character, as few as it can. Of RDNs that fit alike the first is taken. RDNs with
 * one further CN may stand anywhere (T-22, renewal markers); anything else that is too much does not fit. The answer is
 * what the variables stand for, or undefined. Throws `invalid_input` for a faulty pattern and for two variables with no
 * text between them. Nothing backtracks: the time is bounded by the length of pattern times subject.
 */
export const subjectMatcher = (
  pattern: string,
): ((subject: DistinguishedName) => Captures | undefined) => {
  const wanted = compileSubject(pattern);
  for (const [, value] of wanted.flat()) refuseNeighbours(value);
  // Those that say most first, so that a bare variable does not take what only they fit.
  const ordered = wanted.toSorted((a, b) => textLengthOf(b) - textLengthOf(a));
  return (subject) => {
    const left = [...subject];
    if (left.filter(isNotOneCn).length > wanted.length) return undefined;
    let captures: Captures = new Map();
    for (const expected of ordered) {
      const known = captures;
      let fit: Captures | undefined;
      const at = left.findIndex((rdn) => (fit = matchRdn(expected, rdn, known)) !== undefined);
      if (fit === undefined) return undefined;
      captures = fit;
      left.splice(at, 1);
    }
    return left.some(isNotOneCn) ? undefined : captures;
  };
};

const isNotOneCn = (rdn: DistinguishedName[number]): boolean =>
  rdn.length !== 1 || rdn[0]?.[0] !== COMMON_NAME;

/** Characters of fixed text in an RDN of a pattern. */
const textLengthOf = (rdn: SubjectPattern[number]): number =>
  rdn
    .flatMap(([, value]) => value)
    .reduce((sum, part) => sum + (part.kind === "text" ? part.text.length : 0), 0);

/**
 * Compiles SAN patterns into a test of requests: every name of the request must fit a pattern of its type, and a
 * variable must stand for the same value as in `captures` and in the other names. URIs are compared octet by octet. A
 * request may leave names out. Throws like `subjectMatcher`.
 */
export const sanMatcher = (
  patterns: readonly SanPattern[],
): ((sans: readonly SubjectAltName[], captures: Captures) => Captures | undefined) => {
  const compiled = patterns.map(({ type, pattern }) => ({
    type,
    pattern: normalPattern(type, parseTextPattern(pattern)),
  }));
  for (const { pattern } of compiled) refuseNeighbours(pattern);
  return (sans, known) => {
    if (sans.length > MOST_SANS) return undefined;
    let captures: Captures | undefined = known;
    for (const san of sans) {
      const value = normalValue(san);
      if (value === undefined) return undefined;
      captures = firstFit(
        compiled.filter(({ type }) => type === san.type),
        value,
        captures,
      );
      if (captures === undefined) return undefined;
    }
    return captures;
  };
};

const firstFit = (
  patterns: readonly { readonly type: SanType; readonly pattern: TextPattern }[],
  value: string,
  captures: Captures,
): Captures | undefined => {
  for (const { type, pattern } of patterns) {
    const fit = matchText(pattern, value, captures, type === "uri" ? exact : folded);
    if (fit !== undefined) return fit;
  }
  return undefined;
};

/** Static names are brought into the form that requests are compared in. */
const normalPattern = (type: SanType, pattern: TextPattern): TextPattern => {
  const [only] = pattern;
  if (pattern.length !== 1 || only?.kind !== "text") return pattern;
  return [{ kind: "text", text: normalizeSan({ type, value: only.text }).value }];
};

const normalValue = (san: SubjectAltName): string | undefined => {
  try {
    return normalizeSan(san).value;
  } catch {
    return undefined;
  }
};

const refuseNeighbours = (pattern: TextPattern): void => {
  for (const [i, part] of pattern.entries()) {
    const next = pattern[i + 1];
    if (part.kind === "variable" && next?.kind === "variable") {
      throw new CountersignError(
        "invalid_input",
        `%${part.name}% and %${next.name}% need text between them, or a request cannot be compared`,
      );
    }
  }
};

/** Values of one RDN are a set in DER, so their order does not count. */
const matchRdn = (
  wanted: readonly (readonly [string, TextPattern])[],
  given: readonly (readonly [string, string])[],
  known: Captures,
): Captures | undefined => {
  if (wanted.length !== given.length) return undefined;
  const left = [...given];
  let captures: Captures | undefined = known;
  for (const [oid, pattern] of wanted) {
    const at = left.findIndex(([type]) => type === oid);
    const [pair] = at === -1 ? [] : left.splice(at, 1);
    captures = pair && matchText(pattern, pair[1], captures, folded);
    if (captures === undefined) return undefined;
  }
  return captures;
};

/** How text is brought into the form that is searched; must keep the length. */
type Fold = (text: string) => string;
const exact: Fold = (text) => text;
const folded: Fold = (text) =>
  // Some letters grow when lower-cased (U+0130); they stay as they are, so that positions fit.
  Array.from(text, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join("");

/** Each text of the pattern is looked for once, behind the one before; the last one must end the value. */
const matchText = (
  pattern: TextPattern,
  given: string,
  known: Captures,
  fold: Fold,
): Captures | undefined => {
  if (hasForbiddenCharacter(given)) return undefined;
  const value = fold === exact ? given : given.trim().replace(/ +/g, " ");
  const searched = fold(value);
  const captures = new Map(known);
  let variable: string | undefined;
  let at = 0;
  const capture = (end: number): boolean => {
    if (variable === undefined) return end === at;
    const text = value.slice(at, end).trim();
    const before = captures.get(variable);
    captures.set(variable, before ?? text);
    variable = undefined;
    return text !== "" && (before === undefined || fold(before) === fold(text));
  };
  for (const [i, part] of pattern.entries()) {
    if (part.kind === "variable") {
      variable = part.name;
      continue;
    }
    const wanted = fold(fold === exact ? part.text : part.text.replace(/ +/g, " "));
    const found =
      i < pattern.length - 1
        ? searched.indexOf(wanted, variable === undefined ? at : at + 1)
        : searched.endsWith(wanted)
          ? searched.length - wanted.length
          : -1;
    if (found === -1 || !capture(found)) return undefined;
    at = found + wanted.length;
  }
  return capture(value.length) ? captures : undefined;
};
