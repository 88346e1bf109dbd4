import type { Issue } from "../errors.ts";

/** What is watched. A rule belongs to each kind; its identifier is the kind. */
export const ALERT_KINDS = [
  "authority-expiry",
  "ra-expiry",
  "ocsp-expiry",
  "listener-expiry",
  "secret-expiry",
  "certificate-expiry",
  "endpoint-failing",
  "approvals-waiting",
  "outbox-stuck",
  "crl-overdue",
  "crl-size",
  "keys",
  "cap-near",
  "cap-full",
  "renewal-cap",
  "renewals-failing",
  "device-limited",
  "security-alarm",
  "backup-age",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Where a change of state is told. */
export type AlertChannel =
  | { readonly kind: "mail"; readonly to: string }
  /** The sealed secret signs the message. */
  | { readonly kind: "webhook"; readonly url: string; readonly sealed: Uint8Array };

/** What to tell of and to whom: data, no code. */
export interface AlertRule {
  readonly id: AlertKind;
  readonly enabled: boolean;
  /** It fires at this value; below it where the value counts down (days that are left). */
  readonly raise: number;
  /** It is over only beyond this value, so that one that swings at the threshold is not told again and again. */
  readonly clear: number;
  /** `certificate-expiry` only: what counts as soon, in days. */
  readonly days: number;
  readonly channels: readonly AlertChannel[];
  readonly version: number;
  readonly updatedAt: Date;
}

/** What a kind measures. */
export interface AlertMeasure {
  /** `below`: the value counts down, and less is worse. */
  readonly worse: "above" | "below";
  readonly unit: string;
  readonly raise: number;
  readonly clear: number;
  readonly about: string;
}

const days = (about: string): AlertMeasure => ({
  worse: "below",
  unit: "days left",
  raise: 30,
  clear: 31,
  about,
});
const count = (unit: string, raise: number, clear: number, about: string): AlertMeasure => ({
  worse: "above",
  ...{ unit, raise, clear, about },
});

/** Every kind with the thresholds of a rule that nobody has changed. */
export const ALERT_MEASURES: Readonly<Record<AlertKind, AlertMeasure>> = {
  "authority-expiry": days("CA certificates, each"),
  "ra-expiry": { ...days("RA certificates, each"), raise: 14, clear: 15 },
  // It is rolled with a week left.
  "ocsp-expiry": { ...days("OCSP responders' certificates, each"), raise: 5, clear: 6 },
  "listener-expiry": { ...days("HTTPS listeners' certificates, each"), raise: 14, clear: 15 },
  "secret-expiry": days(
    "secrets that have an end, each: machine credentials, lasting API tokens, the host's own",
  ),
  "certificate-expiry": count(
    "certificates",
    1,
    1,
    "devices' certificates that end soon and are not replaced",
  ),
  "endpoint-failing": count("refusals in an hour", 20, 10, "SCEP endpoints, each"),
  "approvals-waiting": count("requests", 1, 1, "requests that wait for approval"),
  "outbox-stuck": count("entries", 1, 1, "outbox entries an hour late, or given up"),
  "crl-overdue": count("minutes", 15, 1, "lists that were not renewed in time, each"),
  "crl-size": count("MB", 11, 10, "published lists, each"),
  keys: count("faults", 1, 1, "key stores, each: a token that is away, a PIN that is wrong"),
  "cap-near": count("percent", 80, 75, "caps on active certificates and CAs, each"),
  // A place that comes free and is taken at once is told of once.
  "cap-full": count("percent", 100, 95, "caps that leave no place, each"),
  "renewal-cap": count("percent", 100, 80, "renewal caps of authorities, each"),
  "renewals-failing": count("percent", 10, 5, "renewals that failed within a day"),
  "device-limited": count("refusals in an hour", 2, 1, "devices that a limit refused, each"),
  "security-alarm": count(
    "alarms in a day",
    1,
    1,
    "a challenge with a second key, an RA key that is probed, a certificate by our key that nobody here has issued; each",
  ),
  "backup-age": count("days", 2, 1.5, "the last backup"),
};

/** Whether a subject's alert stands after this value, given whether it stood before. */
export const standsAfter = (
  rule: Pick<AlertRule, "id" | "raise" | "clear">,
  stood: boolean,
  value: number,
): boolean => {
  const below = ALERT_MEASURES[rule.id].worse === "below";
  if (!stood) return below ? value <= rule.raise : value >= rule.raise;
  return below ? value < rule.clear : value >= rule.clear;
};

/** Why a rule cannot be; empty when it can. */
export const alertProblems = (rule: AlertRule): readonly Issue[] => {
  const { worse } = ALERT_MEASURES[rule.id];
  const crossed = worse === "below" ? rule.clear < rule.raise : rule.clear > rule.raise;
  return [
    ...(crossed
      ? [
          {
            path: "clear",
            message: `must be ${worse === "below" ? "at least" : "at most"} ${rule.raise}, where it fires`,
          },
        ]
      : []),
    ...rule.channels.flatMap((channel, at): readonly Issue[] =>
      channel.kind === "webhook" && !/^https?:\/\/[^\s@]+$/i.test(channel.url)
        ? [{ path: `webhook.${at}`, message: "must be an http or https URL without a user" }]
        : [],
    ),
  ];
};
