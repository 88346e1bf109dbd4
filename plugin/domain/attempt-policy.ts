import { CountersignError, type Issue } from "../errors.ts";
import { compareDurations, parseDuration } from "./duration.ts";

/** How many failed attempts a device has (L-05). Durations are ISO 8601. */
export interface AttemptPolicy {
  /** Failed attempts until the deployment is locked; 0: no limit. */
  readonly limit: number;
  /** Failures inside this time after a failed attempt belong to it, and the profile is sent again no sooner. */
  readonly interval: string;
  /** How long a lock lasts; then it lapses by itself. */
  readonly lock: string;
  /** Ask the host to wipe the device when the limit is reached. It is wiped when the host says so, not before. */
  readonly wipe: boolean;
}

export const DEFAULT_ATTEMPTS: AttemptPolicy = {
  limit: 5,
  interval: "PT1M",
  lock: "PT1H",
  wipe: false,
};

const SHORTEST_LOCK = parseDuration("PT1M");
const LONGEST_LOCK = parseDuration("P30D");
const LONGEST_INTERVAL = parseDuration("P1D");

/** What is wrong with a policy; empty when it can be kept. */
export const attemptProblems = (policy: AttemptPolicy): readonly Issue[] => [
  ...(Number.isInteger(policy.limit) && policy.limit >= 0 && policy.limit <= 100
    ? []
    : [{ path: "attempts.limit", message: "0 (no limit) to 100" }]),
  ...(policy.wipe && policy.limit === 0
    ? [{ path: "attempts.wipe", message: "a wipe needs a limit" }]
    : []),
  ...bounded("attempts.interval", policy.interval, undefined, LONGEST_INTERVAL, "1 day at most"),
  ...bounded("attempts.lock", policy.lock, SHORTEST_LOCK, LONGEST_LOCK, "1 minute to 30 days"),
];

const bounded = (
  path: string,
  text: string,
  least: ReturnType<typeof parseDuration> | undefined,
  most: ReturnType<typeof parseDuration>,
  message: string,
): readonly Issue[] => {
  try {
    const duration = parseDuration(text);
    const fits =
      (least === undefined || compareDurations(duration, least) >= 0) &&
      compareDurations(duration, most) <= 0;
    return fits ? [] : [{ path, message }];
  } catch (thrown) {
    if (!(thrown instanceof CountersignError)) throw thrown;
    return [{ path, message: thrown.detail }];
  }
};
