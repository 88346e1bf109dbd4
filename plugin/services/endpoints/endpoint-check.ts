import type { Authority } from "../../domain/authority.ts";
import { shortLifeOf } from "../../domain/authority-life.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { sanMatcher, subjectMatcher } from "../../domain/subject-matcher.ts";
import type { Template } from "../../domain/template.ts";
import { type Issue, messageOf } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { verifyIssued } from "../../pki/chain.ts";
import type { Settings } from "../../ports/settings.ts";

/** What is wrong with an endpoint's challenge policies. */
export const policyIssues = (
  endpoint: Endpoint,
  templates: readonly Template[],
): readonly Issue[] => {
  const issues: Issue[] = [];
  const macs = new Set<string>();
  for (const [index, policy] of endpoint.policies.entries()) {
    if (policy.kind !== "static") continue;
    const path = `policies.${index}.templateId`;
    const template = templates.find(({ id }) => id === policy.templateId);
    if (template === undefined)
      issues.push({ path, message: `template ${policy.templateId} is not one of the endpoint's` });
    else issues.push(...matchingIssues(template, path));
    if (macs.has(policy.mac))
      issues.push({
        path: `policies.${index}.secret`,
        message: "two policies have the same secret",
      });
    macs.add(policy.mac);
  }
  if (endpoint.policies.filter(({ kind }) => kind === "dynamic").length > 1)
    issues.push({ path: "policies", message: "one dynamic policy is enough" });
  return issues;
};

/** What is wrong with the other CAs whose certificates may sign a renewal. */
export const foreignRenewalIssues = (
  { foreignRenewal }: Endpoint,
  templates: readonly Template[],
): readonly Issue[] => {
  if (foreignRenewal === undefined) return [];
  const { authorities, templateId } = foreignRenewal;
  const issues = authorities.flatMap((der, index): Issue[] =>
    parseCertificate(der).basicConstraints?.cA === true
      ? []
      : [{ path: `foreignRenewal.authorities.${index}`, message: "is no CA certificate" }],
  );
  if (authorities.length === 0)
    issues.push({ path: "foreignRenewal.authorities", message: "name at least one" });
  const template = templates.find(({ id }) => id === templateId);
  const path = "foreignRenewal.templateId";
  if (template === undefined)
    issues.push({ path, message: `template ${templateId} is not one of the endpoint's` });
  else issues.push(...matchingIssues(template, path));
  return issues;
};

/** Whether the names of a request can be compared with a template's patterns. */
const matchingIssues = (template: Template, path: string): readonly Issue[] => {
  try {
    subjectMatcher(template.subject);
    sanMatcher(template.sans);
    return [];
  } catch (error) {
    const message = `requests cannot be compared with template ${template.id}: ${messageOf(error)}`;
    return [{ path, message }];
  }
};

/** What is wrong with an authority that is to be bound to an endpoint: less life than it should have, where the setting refuses that. */
export const bindingIssues = (
  authority: Authority,
  shortLived: Settings["shortLivedAuthority"],
  now: Date,
): readonly Issue[] => {
  const message = shortLived === "refuse" ? shortLifeOf(authority, now) : undefined;
  return message === undefined ? [] : [{ path: "authorityId", message }];
};

/** One chain, each issued by the next, the authority first; Apple refuses anything else (scep.md 2.2). */
export const chainIssues = (
  chain: readonly Uint8Array[],
  authority: Uint8Array,
): readonly Issue[] => {
  const issues: Issue[] = [];
  if (Buffer.compare(chain[0] ?? new Uint8Array(), authority) !== 0)
    issues.push({ path: "chain.0", message: "the first must be the authority's own certificate" });
  for (let i = 0; i + 1 < chain.length; i++) {
    const [lower, upper] = [chain[i], chain[i + 1]];
    if (lower !== undefined && upper !== undefined && !verifyIssued(lower, upper))
      issues.push({ path: `chain.${i + 1}`, message: "has not issued the one before it" });
  }
  return issues;
};
