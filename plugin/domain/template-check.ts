import { CountersignError, type Issue } from "../errors.ts";
import { attemptProblems } from "./attempt-policy.ts";
import { isRsa } from "./algorithm.ts";
import { NEVER_ISSUED } from "./certificate-profile.ts";
import { addDuration, compareDurations, parseDuration, type Duration } from "./duration.ts";
import { textFault, valueFault } from "./name-values.ts";
import { isOid } from "./oid.ts";
import { parseRenewalSpread } from "./renewal-spread.ts";
import { parseRenewalWindow } from "./renewal-window.ts";
import { couldHoldDomain } from "./required-domain.ts";
import { revocationProblems } from "./revocation-rules.ts";
import { normalizeSan } from "./san-value.ts";
import { sanMatcher, subjectMatcher } from "./subject-matcher.ts";
import { compileSubject } from "./subject-pattern.ts";
import type { Template } from "./template.ts";
import { parseTextPattern } from "./text-pattern.ts";

/** What of a template is checked: all that its author writes. */
export type TemplateDraft = Omit<
  Template,
  | "id"
  | "name"
  | "version"
  | "authorityId"
  | "profileId"
  | "rules"
  | "shapeExtras"
  | "createdAt"
  | "updatedAt"
>;

/** The authority a template is checked against. */
export interface TemplateAuthority {
  readonly now: Date;
  readonly notAfter: Date | undefined;
}

const SHORTEST_CHALLENGE = parseDuration("PT1M");
const LONGEST_CHALLENGE = parseDuration("P90D");
const LONGEST_BACKDATE = parseDuration("P7D");

/**
 * Why a template could never issue a certificate (T-27), each fault with its field; empty when it can. Whether the
 * authority exists and has its profiles is for the caller.
 */
export const templateProblems = (
  template: TemplateDraft,
  authority?: TemplateAuthority,
): readonly Issue[] => [
  ...subjectProblems(template),
  ...template.sans.flatMap((san, i) =>
    fault(`sans.${i}.pattern`, () => {
      const parts = parseTextPattern(san.pattern);
      if (parts.length === 0) refuse("it is empty");
      const [only] = parts;
      if (parts.length === 1 && only?.kind === "text") {
        normalizeSan({ type: san.type, value: only.text });
      }
      if (template.challengeMode === "static") sanMatcher([san]);
    }),
  ),
  ...domainProblems(template),
  ...keyProblems(template),
  ...usageProblems(template),
  ...lifeProblems(template, authority),
  ...fault("renewalSpread", () => void parseRenewalSpread(template.renewalSpread)),
  ...revocationProblems(template.revocation ?? {}),
  ...fault("renewalGrace", () => void parseDuration(template.renewalGrace)),
  ...(["challengeLifetime", "pushedChallengeLifetime"] as const).flatMap((field) =>
    fault(field, () => {
      const life = parseDuration(template[field]);
      if (compareDurations(life, SHORTEST_CHALLENGE) < 0)
        refuse("a challenge lives 1 minute at least");
      if (compareDurations(life, LONGEST_CHALLENGE) > 0)
        refuse("a challenge lives 90 days at most");
    }),
  ),
  ...attemptProblems(template.attempts),
];

/** What works but surprises: for a hint beside the form, not a fault. */
export const templateNotes = (
  template: Pick<Template, "keyAlgorithms" | "delivery">,
): readonly Issue[] =>
  template.delivery === "scep" &&
  template.keyAlgorithms.length > 0 &&
  !template.keyAlgorithms.some(isRsa)
    ? [
        {
          path: "keyAlgorithms",
          message:
            "Apple and Windows make only RSA keys over SCEP; with EC keys alone no profile for them can be made",
        },
      ]
    : [];

const refuse = (message: string): never => {
  throw new CountersignError("invalid_input", message);
};

/** The fault that `check` throws, as an issue of `path`. */
const fault = (path: string, check: () => void): readonly Issue[] => {
  try {
    check();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CountersignError)) throw thrown;
    return [{ path, message: thrown.detail }];
  }
};

const subjectProblems = (template: TemplateDraft): readonly Issue[] =>
  fault("subject", () => {
    const subject = compileSubject(template.subject);
    if (subject.length === 0 && template.sans.length === 0) {
      refuse("a certificate needs a subject or an alternative name");
    }
    for (const [oid, parts] of subject.flat()) {
      const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
      const found = (texts.length === parts.length ? valueFault : textFault)(oid, texts.join(""));
      if (found !== undefined) refuse(found);
    }
    if (template.challengeMode === "static") subjectMatcher(template.subject);
  });

const domainProblems = (template: TemplateDraft): readonly Issue[] => {
  const { requiredDomain: domain } = template;
  if (domain === undefined) return [];
  return fault("requiredDomain", () => {
    normalizeSan({ type: "dns", value: domain });
    if (!couldHold(domain, template))
      refuse(`no common name, DNS name or user principal name of it can end in ${domain}`);
  });
};

/** Faulty patterns are told at their own fields. */
const couldHold = (domain: string, template: TemplateDraft): boolean => {
  try {
    return couldHoldDomain(domain, template);
  } catch (thrown) {
    if (thrown instanceof CountersignError) return true;
    throw thrown;
  }
};

const keyProblems = ({ keyAlgorithms, keyUsages }: TemplateDraft): readonly Issue[] => {
  if (keyAlgorithms.length === 0) {
    return [{ path: "keyAlgorithms", message: "no key algorithm is allowed" }];
  }
  const onlyEc = !keyAlgorithms.some(isRsa);
  const onlyRsa = keyAlgorithms.every(isRsa);
  return keyUsages.flatMap((usage, i) => {
    const rsaUsage = usage === "keyEncipherment" || usage === "dataEncipherment";
    if (rsaUsage && onlyEc) {
      return [
        { path: `keyUsages.${i}`, message: `${usage} needs an RSA key (RFC 5480 section 3)` },
      ];
    }
    if (usage === "keyAgreement" && onlyRsa) {
      return [{ path: `keyUsages.${i}`, message: "keyAgreement needs an EC key (RFC 3279)" }];
    }
    return [];
  });
};

const usageProblems = (template: TemplateDraft): readonly Issue[] => [
  ...(template.keyUsages.length === 0
    ? [{ path: "keyUsages", message: "at least one key usage is needed" }]
    : []),
  ...template.keyUsages.flatMap((usage, i) =>
    usage === "keyCertSign" || usage === "cRLSign"
      ? [{ path: `keyUsages.${i}`, message: `${usage} is for authorities only` }]
      : [],
  ),
  ...(["extendedKeyUsages", "allowedExtendedKeyUsages"] as const).flatMap((field) =>
    template[field].flatMap((oid, i) => usageProblem(`${field}.${i}`, oid)),
  ),
  ...template.policies.flatMap(({ oid, cps }, i) => [
    ...oidProblem(`policies.${i}.oid`, oid),
    ...(template.policies.findIndex((other) => other.oid === oid) < i
      ? [{ path: `policies.${i}.oid`, message: `${oid} stands twice` }]
      : []),
    ...(cps === undefined
      ? []
      : fault(`policies.${i}.cps`, () => void normalizeSan({ type: "uri", value: cps }))),
  ]),
];

const oidProblem = (path: string, oid: string): readonly Issue[] =>
  isOid(oid) ? [] : [{ path, message: `${JSON.stringify(oid)} is no object identifier` }];

const usageProblem = (path: string, oid: string): readonly Issue[] => {
  const reason = NEVER_ISSUED[oid];
  return reason === undefined ? oidProblem(path, oid) : [{ path, message: reason }];
};

const lifeProblems = (
  template: TemplateDraft,
  authority: TemplateAuthority | undefined,
): readonly Issue[] => {
  const validity = readLife("validity", template.validity);
  const longest = readLife("maxValidity", template.maxValidity);
  return [
    ...validity.issues,
    ...longest.issues,
    ...fault("validity", () => {
      if (validity.life === undefined) return;
      if (longest.life && compareDurations(validity.life, longest.life) > 0) {
        refuse(`${template.validity} is more than maxValidity ${template.maxValidity}`);
      }
      if (authority?.notAfter === undefined || template.beyondAuthority === "shorten") return;
      if (addDuration(authority.now, validity.life) > authority.notAfter) {
        refuse(`it passes the end of the authority (${authority.notAfter.toISOString()})`);
      }
    }),
    ...fault("renewalWindow", () => {
      const window = parseRenewalWindow(template.renewalWindow);
      if (!("before" in window) || validity.life === undefined) return;
      if (compareDurations(window.before, validity.life) >= 0) {
        refuse(`${template.renewalWindow} is not less than the validity ${template.validity}`);
      }
    }),
    ...fault("backdate", () => {
      if (compareDurations(parseDuration(template.backdate), LONGEST_BACKDATE) > 0) {
        refuse("7 days at most");
      }
    }),
  ];
};

const readLife = (
  path: string,
  text: string,
): { readonly life: Duration | undefined; readonly issues: readonly Issue[] } => {
  let life: Duration | undefined;
  const issues = fault(path, () => {
    const read = parseDuration(text);
    if (read.months === 0 && read.seconds === 0) refuse("it is empty");
    addDuration(new Date(0), read);
    life = read;
  });
  return { life, issues };
};
