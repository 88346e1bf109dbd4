import type { Endpoint } from "../domain/endpoint.ts";
import { sanMatcher, subjectMatcher } from "../domain/subject-matcher.ts";
import type { Template } from "../domain/template.ts";
import { type Issue, messageOf } from "../errors.ts";
import { verifyIssued } from "../pki/chain.ts";

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
    else {
      try {
        subjectMatcher(template.subject);
        sanMatcher(template.sans);
      } catch (error) {
        issues.push({
          path,
          message: `requests cannot be compared with template ${template.id}: ${messageOf(error)}`,
        });
      }
    }
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
