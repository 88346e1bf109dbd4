import type { Deployment } from "./deployment.ts";
import { addDuration, parseDuration } from "./duration.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Milliseconds after issue at which the device's inventory is asked for; then every week. */
export const SCANS = [HOUR, 6 * HOUR, DAY, WEEK] as const;

/** Milliseconds that states last whose deadline no event brings. */
const LASTS = {
  assigned: 6 * HOUR,
  queued: WEEK,
  delivered: DAY,
  requested: DAY,
  renewing: 6 * HOUR,
  locked: HOUR,
  // Only where the certificate's end is not known.
  issued: DAY,
  installed: DAY,
} as const;

/** Deliveries after which a device is tried once a week. */
const PATIENCE = 14;
/** How long the profile of a dead certificate stays where the template does not renew. */
const AFTERLIFE = 90 * DAY;

/** When a deployment's state ends at the latest, counted from `now`; always after it. */
export const deadlineOf = (
  deployment: Pick<Deployment, "state" | "since" | "certificateEndsAt" | "deliveries" | "reason">,
  now: Date,
): Date => {
  const { state, certificateEndsAt: end } = deployment;
  if (state === "failed") return retryAt(deployment, now);
  if (state === "issued") {
    const scan = nextScan(deployment.since, now);
    return end !== undefined && end < scan ? afterwards(end, now) : scan;
  }
  if (state === "installed" && end !== undefined) return afterwards(end, now);
  return new Date(now.getTime() + (state === "removed" ? 0 : LASTS[state]));
};

/** When a failed deployment is tried again. */
export const retryAt = (
  {
    deliveries,
    reason,
    certificateEndsAt,
  }: Pick<Deployment, "deliveries" | "reason" | "certificateEndsAt">,
  now: Date,
): Date => {
  if (reason === "certificate-ended")
    return afterwards(new Date((certificateEndsAt ?? now).getTime() + AFTERLIFE), now);
  const wait =
    deliveries > PATIENCE || reason === "approval-denied"
      ? WEEK
      : Math.min(DAY, HOUR * 2 ** Math.max(0, deliveries - 1));
  return new Date(now.getTime() + wait);
};

/** When a profile is sent for the `deliveries`th time: at once, at once, after 1 h, 2 h, 4 h ... a day; never sooner than `interval`. */
export const resendAt = (deliveries: number, interval: string, now: Date): Date => {
  const backOff = deliveries <= 2 ? 0 : Math.min(DAY, HOUR * 2 ** (deliveries - 3));
  const least = addDuration(now, parseDuration(interval));
  const due = new Date(now.getTime() + backOff);
  return due < least ? least : due;
};

const nextScan = (since: Date, now: Date): Date => {
  const elapsed = now.getTime() - since.getTime();
  const soon = SCANS.find((scan) => scan > elapsed);
  return new Date(since.getTime() + (soon ?? WEEK * (Math.floor(Math.max(0, elapsed) / WEEK) + 1)));
};

const afterwards = (end: Date, now: Date): Date =>
  end > now ? end : new Date(now.getTime() + 1000);
