import { messageOf, type Issue } from "../errors.ts";
import { parseTbs } from "./certificate.ts";
import { extensionRules } from "./lint-extensions.ts";
import { fieldRules } from "./lint-fields.ts";
import type { LintRule, LintSubject } from "./lint-rule.ts";

/** Every rule by its name. */
export const LINT_RULES: Readonly<Record<string, LintRule>> = { ...fieldRules, ...extensionRules };

const RULES = Object.entries(LINT_RULES);

/**
 * Checks an encoded TBSCertificate against every rule; each fault as an Issue with the rule's name as its path. Never throws: what cannot
 * be read is a fault (rule `readable`, or the rule that tried).
 */
export const lintCertificate = (
  tbs: Uint8Array,
  context: Omit<LintSubject, "certificate">,
): readonly Issue[] => {
  let subject: LintSubject;
  try {
    subject = { certificate: parseTbs(tbs), ...context };
  } catch (error) {
    return [{ path: "readable", message: messageOf(error) }];
  }
  const issues: Issue[] = [];
  for (const [path, rule] of RULES) {
    try {
      const message = rule(subject);
      if (message !== undefined) issues.push({ path, message });
    } catch (error) {
      issues.push({ path, message: messageOf(error) });
    }
  }
  return issues;
};
