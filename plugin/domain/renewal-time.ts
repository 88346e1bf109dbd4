import { parseRenewalSpread, spreadOf } from "./renewal-spread.ts";
import { parseRenewalWindow, renewalWindowStart } from "./renewal-window.ts";
import type { Template } from "./template.ts";

/** What of a template decides when its certificates are renewed. */
export type RenewalTerms = Pick<Template, "id" | "renewalWindow" | "renewalSpread" | "autoRenewal">;

/** Whether a change of these fields of a template gives certificates that are out there other due times. */
export const retimes = (fields: readonly string[]): boolean =>
  ["autoRenewal", "renewalWindow", "renewalSpread"].some((field) => fields.includes(field));

/** A certificate as the planner sees it. `issuedAt` is the time of issue and not notBefore (T-06). */
export interface Renewable {
  readonly deviceId: string;
  readonly issuedAt: Date;
  readonly notAfter: Date;
}

/**
 * When the renewal of one certificate is due: opening + place of the device x spread x (notAfter - opening). An opening that is past
 * already counts as `now`, so that what is left of the window is spread, near expiry hardly at all. Undefined when the template does
 * not renew by itself.
 */
export const renewalTime = (
  terms: RenewalTerms,
  certificate: Renewable,
  now: Date,
): Date | undefined => {
  if (!terms.autoRenewal) return undefined;
  const opens = renewalWindowStart(parseRenewalWindow(terms.renewalWindow), certificate);
  const from = Math.max(opens.getTime(), now.getTime());
  const left = Math.max(0, certificate.notAfter.getTime() - from);
  const share = parseRenewalSpread(terms.renewalSpread) * spreadOf(certificate.deviceId, terms.id);
  return new Date(from + Math.round(left * share));
};

const LONGEST_URGENCY = 3 * 86_400_000;

/** From when a renewal is urgent: a twentieth of the life before the end, three days at most. Spread, pace and quiet hours yield then. */
export const urgencyTime = ({ issuedAt, notAfter }: Omit<Renewable, "deviceId">): Date => {
  const life = Math.max(0, notAfter.getTime() - issuedAt.getTime());
  return new Date(notAfter.getTime() - Math.min(LONGEST_URGENCY, Math.round(life / 20)));
};
