import type { RenewalUsage } from "./renewal-capacity.ts";
import { type DueRenewal, planRenewals } from "./renewal-plan.ts";
import type { RenewalRules } from "./renewal-rules.ts";

/** What one look at the due renewals of one authority decides. */
export interface SweepDecision<T> {
  readonly start: readonly T[];
  /** Those that have to wait, with the time the plan gives them (milliseconds): nobody looks at them before. */
  readonly wait: readonly { readonly renewal: T; readonly until: number }[];
}

/**
 * The same plan as the preview's, of what is due now. A backlog is given its times at once, so that the next look meets only a slice of
 * it, together with what has come due meanwhile.
 */
export const decideRenewals = <T extends DueRenewal>(
  due: Iterable<T>,
  terms: { readonly now: number; readonly rules: RenewalRules; readonly usage: RenewalUsage },
): SweepDecision<T> => {
  const start: T[] = [];
  const wait: { renewal: T; until: number }[] = [];
  for (const { renewal, at } of planRenewals(due, terms)) {
    if (at <= terms.now) start.push(renewal);
    else wait.push({ renewal, until: at });
  }
  return { start, wait };
};
