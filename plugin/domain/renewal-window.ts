import { CountersignError } from "../errors.ts";
import { parseDuration, subtractDuration, type Duration } from "./duration.ts";

/** How long before its end a certificate is renewed: a duration, or a share of its life between 0 and 1. */
export type RenewalWindow = { readonly before: Duration } | { readonly share: number };

/** Reads `P30D` or `20%` (1 to 99). Throws `invalid_input`, which names the text. */
export const parseRenewalWindow = (text: string): RenewalWindow => {
  const share = /^([1-9]\d?)%$/.exec(text)?.[1];
  if (share !== undefined) return { share: Number(share) / 100 };
  if (text.startsWith("P")) return { before: parseDuration(text) };
  throw new CountersignError(
    "invalid_input",
    `${JSON.stringify(text.slice(0, 40))} is no renewal window such as P30D or 20%`,
  );
};

/**
 * When the window opens. `issuedAt` is the time of issue and not notBefore, so that back-dating does not open it early
 * (T-06). Never before `issuedAt`.
 */
export const renewalWindowStart = (
  window: RenewalWindow,
  { issuedAt, notAfter }: { readonly issuedAt: Date; readonly notAfter: Date },
): Date => {
  const start =
    "before" in window
      ? subtractDuration(notAfter, window.before)
      : new Date(
          notAfter.getTime() - Math.round((notAfter.getTime() - issuedAt.getTime()) * window.share),
        );
  return start < issuedAt ? issuedAt : start;
};
