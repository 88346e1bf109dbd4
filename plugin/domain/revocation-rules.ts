import type { RevocationReason } from "./certificate.ts";

/** What ends or suspends a device's certificates by rule. */
export const REVOKING_EVENTS = [
  "wiped",
  "unenrolled",
  "compromised",
  "lost",
  "userDisabled",
] as const;
export type RevokingEvent = (typeof REVOKING_EVENTS)[number];

/** A reason of RFC 5280 (`certificateHold` suspends), or `keep`: nothing happens to the certificate. */
export type RevocationRule = RevocationReason | "keep";

/** What each event does to the certificates of a template. */
export type RevocationRules = Readonly<Record<RevokingEvent, RevocationRule>>;

/** The rules of a template that sets none of its own. */
export const DEFAULT_REVOCATION: RevocationRules = {
  wiped: "cessationOfOperation",
  unenrolled: "cessationOfOperation",
  compromised: "keyCompromise",
  lost: "certificateHold",
  userDisabled: "certificateHold",
};

/** After these events the device never uses its keys again, or somebody else may: their certificates cannot be kept or come back. */
export const FINAL_EVENTS: readonly RevokingEvent[] = ["wiped", "unenrolled", "compromised"];

/** Why these rules cannot be; empty when they can. Paths are below `revocation`. */
export const revocationProblems = (
  rules: Partial<RevocationRules>,
): readonly { readonly path: string; readonly message: string }[] =>
  FINAL_EVENTS.flatMap((event) => {
    const rule = rules[event];
    return rule === "keep" || rule === "certificateHold"
      ? [{ path: `revocation.${event}`, message: "must be a reason that revokes for good" }]
      : [];
  });
