import { isPure } from "../domain/algorithm.ts";
import { readDer, TAG } from "./der-read.ts";
import { faultIf, type LintRule } from "./lint-rule.ts";
import { mostCharacters } from "../domain/name-values.ts";
import { hasControlCharacters } from "./name.ts";
import { OID } from "./oids.ts";
import { weakness } from "./public-key.ts";

/** RFC 5280 section 4.1.2.1. */
const versionIsThree: LintRule = ({ certificate: { version } }) =>
  faultIf(version !== 3, `version ${version}`);

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets, minimal. */
const serialIsPositiveAndShort: LintRule = ({ certificate: { serialOctets: octets, serial } }) => {
  const [first = 0, second = 0] = octets;
  const minimal = octets.length === 1 || first !== 0 || second >= 0x80;
  const sound = first < 0x80 && octets.some((octet) => octet !== 0) && minimal;
  return faultIf(!sound || octets.length > 20, `serial number ${serial}`);
};

/** CA/Browser Forum Baseline Requirements 7.1: room for 64 random bits. */
const serialIsUnpredictable: LintRule = ({ certificate: { serial } }) =>
  faultIf(serial.length < 16, `serial number ${serial} is shorter than 64 bits`);

/** RFC 5280 section 4.1.2.5. */
const validityIsOrdered: LintRule = ({ certificate: { notBefore, notAfter } }) =>
  faultIf(notBefore >= notAfter, () => `${notBefore.toISOString()} to ${notAfter.toISOString()}`);

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050. */
const timesHaveTheirType: LintRule = ({ certificate }) => {
  const tags = readDer(certificate.validityRaw).children.map(({ tag }) => tag);
  const due = [certificate.notBefore, certificate.notAfter].map((date) =>
    date.getUTCFullYear() < 2050 ? TAG.utcTime : TAG.generalizedTime,
  );
  return faultIf(tags.join() !== due.join(), "UTCTime and GeneralizedTime are mixed up");
};

/** Decision 11: never past the authority. */
const endsWithIssuer: LintRule = ({ certificate: { notAfter }, issuer }) =>
  faultIf(
    issuer !== undefined && notAfter > issuer.certificate.notAfter,
    () => `${notAfter.toISOString()} is past the end of the authority`,
  );

/** RFC 5280 section 4.1.2.4: the issuer is not empty, and is the name of the authority byte by byte. */
const issuerIsTheAuthority: LintRule = ({ certificate, issuer }) => {
  const name = (issuer?.certificate ?? certificate).subjectRaw;
  if (certificate.issuer.length === 0) return "the issuer is empty";
  return faultIf(Buffer.compare(certificate.issuerRaw, name) !== 0, "the issuer is another name");
};

/** RFC 5280 section 4.1.2.6: an empty subject needs a critical subjectAltName, and a CA has a subject. */
const emptySubjectHasNames: LintRule = ({ certificate, role }) => {
  if (certificate.subject.length > 0) return undefined;
  if (role === "authority") return "a CA without subject";
  const names = certificate.find(OID.subjectAltName);
  return faultIf(names?.critical !== true, "empty subject without critical subjectAltName");
};

/** RFC 5280 appendix A.1, upper bounds. */
const nameValuesFit: LintRule = ({ certificate }) => {
  const long = certificate.subject
    .flat()
    .find(([type, value]) => Array.from(value).length > mostCharacters(type));
  return long && `${long[1]} is longer than the attribute ${long[0]} may be`;
};

/** RFC 5280 appendix A.1, X520countryName: two letters (ISO 3166). */
const countryIsTwoLetters: LintRule = ({ certificate }) => {
  const countries: readonly string[] = [OID.countryName, OID.jurisdictionCountryName];
  const wrong = certificate.subject
    .flat()
    .find(([type, value]) => countries.includes(type) && !/^[A-Za-z]{2}$/.test(value));
  return wrong && `country ${wrong[1]}`;
};

/** Names with NUL and its like deceive people and programs (scep.md case 62). */
const namesArePlainText: LintRule = ({ certificate }) => {
  const texts = [...certificate.subject.flat(), ...certificate.sans.map((s) => [s.type, s.value])];
  const wrong = texts.find(([, value = ""]) => value === "" || hasControlCharacters(value));
  return wrong && `${JSON.stringify(wrong[1])} is empty or holds control characters`;
};

/** Decision 2 and T-16: RSA from 2048 bits with an odd exponent, P-256, P-384, P-521, other kinds for CAs; no key of a faulty generator. */
const keyIsStrong: LintRule = ({ certificate: { publicKey }, role }) => {
  const { type, bits, exponent = 3n } = publicKey;
  if (type === "rsa" && bits < 2048) return `RSA key of ${bits} bits`;
  if (exponent < 3n || exponent % 2n === 0n) return `RSA exponent ${exponent.toString()}`;
  if (type !== "rsa" && type !== "ec" && role !== "authority")
    return `key of ${type} for the role ${role}`;
  return weakness(publicKey);
};

/** RFC 5280 section 4.1.1.2: a scheme of today that the authority's key can make. */
const signatureFitsIssuer: LintRule = ({ certificate, issuer }) => {
  const { scheme } = certificate;
  if (scheme === undefined || /-(?:md5|sha1)$/.test(scheme)) return `scheme ${scheme ?? "unknown"}`;
  const { type, algorithm } = (issuer?.certificate ?? certificate).publicKey;
  const fits = isPure(scheme)
    ? scheme === algorithm
    : type === (scheme.startsWith("ecdsa-") ? "ec" : "rsa");
  return faultIf(!fits, `${scheme} with a key of ${algorithm ?? type}`);
};

/** Rules for the basic fields. */
export const fieldRules = {
  versionIsThree,
  serialIsPositiveAndShort,
  serialIsUnpredictable,
  validityIsOrdered,
  timesHaveTheirType,
  endsWithIssuer,
  issuerIsTheAuthority,
  emptySubjectHasNames,
  nameValuesFit,
  countryIsTwoLetters,
  namesArePlainText,
  keyIsStrong,
  signatureFitsIssuer,
} as const satisfies Record<string, LintRule>;
