import type { LedgerRow } from "../../api/calls.ts";
import { CODES } from "../../api/words.ts";

/** Refusals of one cause. */
export interface Cause {
  readonly label: string;
  readonly title: string;
  readonly nextStep: string;
  readonly times: number;
  /** ISO 8601. */
  readonly last: string;
}

/** Refusals since then by their label, most often first. Rows come newest first; a row may stand for many. */
export const causesOf = (rows: readonly LedgerRow[], since: Date): readonly Cause[] => {
  const causes = new Map<string, Cause>();
  for (const { at, data } of rows) {
    if (new Date(at) < since) continue;
    const label = typeof data["label"] === "string" ? data["label"] : "unknown";
    const folded = typeof data["folded"] === "number" ? data["folded"] : 1;
    const known = causes.get(label);
    const { title, nextStep } = CODES[label] ?? {
      title: label,
      nextStep: "Read the entry among the events.",
    };
    causes.set(label, {
      label,
      title,
      nextStep,
      times: (known?.times ?? 0) + folded,
      last: known?.last ?? at,
    });
  }
  return [...causes.values()].sort((one, other) => other.times - one.times);
};
