import { CountersignError } from "../errors.ts";
import { addDuration, parseDuration, subtractDuration } from "./duration.ts";
import type { Template } from "./template.ts";

export interface ValidityRequest extends Pick<
  Template,
  "validity" | "maxValidity" | "backdate" | "beyondAuthority"
> {
  readonly now: Date;
  /** What the request asks for, ISO 8601; cut to the template's maximum. */
  readonly requested?: string | undefined;
  /** The issuing CA's notAfter. */
  readonly authorityNotAfter: Date;
}

/** RFC 5280 section 4.1.2.5, whole seconds; both ends belong to the validity. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * The life of one certificate (decision 11). notAfter = now + the smaller of what is asked for (or the template's
 * validity) and the template's maximum; notBefore = now - backdate, which takes nothing from the life. A life that
 * passes the CA's end is refused (`policy_refused`) or, if the template says so, ends with the CA; ending in the same
 * second is no passing. Throws `authority_not_ready` when the CA has ended.
 */
export const validityFor = (request: ValidityRequest): Validity => {
  const now = wholeSeconds(request.now);
  const authorityEnd = wholeSeconds(request.authorityNotAfter);
  if (authorityEnd <= now) {
    throw new CountersignError(
      "authority_not_ready",
      `The authority's certificate ended at ${authorityEnd.toISOString()}`,
    );
  }
  const wanted = addDuration(now, parseDuration(request.requested ?? request.validity));
  const most = addDuration(now, parseDuration(request.maxValidity));
  const life = wanted < most ? wanted : most;
  if (life <= now) throw new CountersignError("invalid_input", "The life asked for is empty");
  if (life > authorityEnd && request.beyondAuthority === "refuse") {
    throw new CountersignError(
      "policy_refused",
      `The certificate would end at ${life.toISOString()}, after its authority (${authorityEnd.toISOString()})`,
    );
  }
  return {
    notBefore: subtractDuration(now, parseDuration(request.backdate)),
    notAfter: life < authorityEnd ? life : authorityEnd,
  };
};

const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
