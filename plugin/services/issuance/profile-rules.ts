import type { Authority } from "../../domain/authority.ts";
import { REQUEST_EXTENSIONS } from "../../domain/certificate-profile.ts";
import type { DistinguishedName } from "../../domain/distinguished-name.ts";
import { holdsDomain } from "../../domain/required-domain.ts";
import { normalizeSan } from "../../domain/san-value.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import type { ProfileRules, Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { ParsedCsr } from "../../pki/certificate-request.ts";
import { readDer } from "../../pki/der-read.ts";
import type { Extension } from "../../pki/extensions.ts";

const COMMON_NAME = "2.5.4.3";

/** Read by their own rules, or of no meaning in a request: names, key usage, basic constraints, key identifier. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  "2.5.29.17",
  "2.5.29.15",
  "2.5.29.19",
  "2.5.29.14",
]);

/** Throws `policy_refused` unless the authority may issue by the template's profile. */
export const requireEnabled = (
  authority: Pick<Authority, "id" | "profiles">,
  profileId: string | undefined,
): void => {
  if (authority.profiles === undefined) return;
  if (profileId === undefined || !authority.profiles.includes(profileId))
    throw new CountersignError(
      "policy_refused",
      `authority ${authority.id} does not issue by profile ${profileId ?? "(none)"}`,
    );
};

/**
 * What a certificate takes over because of its template's profile: alternative names filled with the common names, and extensions of the
 * request (T-05, T-12, T-15). Throws `policy_refused` for an authority without the profile, and for an extension that is not taken.
 */
export const byProfile = (
  template: Template,
  authority: Pick<Authority, "id" | "profiles">,
  csr: Pick<ParsedCsr, "extensions">,
  names: { readonly subject: DistinguishedName; readonly sans: readonly SubjectAltName[] },
): { readonly sans: readonly SubjectAltName[]; readonly other: readonly Extension[] } => {
  requireEnabled(authority, template.profileId);
  const { rules } = template;
  if (rules === undefined) return { sans: names.sans, other: [] };
  return {
    sans: rules.fillSanDnsWithCn ? withCommonNames(names.subject, names.sans) : names.sans,
    other: takenOver(rules, csr, template.policies.length > 0),
  };
};

/** Throws `policy_refused` where the domain that the template requires occurs in none of the names (T-24). */
export const requireDomain = (
  { id, requiredDomain }: Pick<Template, "id" | "requiredDomain">,
  subject: DistinguishedName,
  sans: readonly SubjectAltName[],
): void => {
  if (requiredDomain !== undefined && !holdsDomain(requiredDomain, subject, sans))
    throw new CountersignError(
      "policy_refused",
      `template ${id} wants ${requiredDomain} in a DNS name, the user principal name or the common name`,
    );
};

/** Every common name that is a DNS name, unless it stands there already. */
export const withCommonNames = (
  subject: DistinguishedName,
  sans: readonly SubjectAltName[],
): readonly SubjectAltName[] => {
  const names = subject.flat().flatMap(([oid, value]) => (oid === COMMON_NAME ? [value] : []));
  const added = names.map((value) => normalizeSan({ type: "dns", value }, { wildcard: true }));
  return [...sans, ...added].filter(
    (san, index, all) =>
      all.findIndex((other) => other.type === san.type && other.value === san.value) === index,
  );
};

/** The extensions of a request that a certificate takes over as they are, never critical. Throws `bad_csr` for one that is not DER. */
export const takenOver = (
  rules: Pick<ProfileRules, "allowedExtensions" | "ignoreUnknownExtensions">,
  csr: Pick<ParsedCsr, "extensions">,
  ownPolicies: boolean,
): readonly Extension[] =>
  csr.extensions.flatMap((extension) => {
    if (READ_ELSEWHERE.has(extension.oid) || extension.oid === REQUEST_EXTENSIONS.extendedKeyUsage)
      return [];
    if (!rules.allowedExtensions.includes(extension.oid)) {
      if (rules.ignoreUnknownExtensions) return [];
      throw new CountersignError(
        "policy_refused",
        `the request asks for extension ${extension.oid}, which the profile does not allow`,
      );
    }
    if (ownPolicies && extension.oid === REQUEST_EXTENSIONS.certificatePolicies) return [];
    requireDer(extension);
    return [{ ...extension, critical: false }];
  });

/** What a certificate takes over must be readable: a broken extension makes the whole certificate useless to its readers. */
const requireDer = ({ oid, value }: Extension): void => {
  try {
    readDer(value);
  } catch (cause) {
    throw new CountersignError("bad_csr", `the request's extension ${oid} is not DER`, { cause });
  }
};
