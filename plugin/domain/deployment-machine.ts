import type { AttemptPolicy } from "./attempt-policy.ts";
import type { Deployment, DeploymentReason } from "./deployment.ts";
import { type DeploymentEventKind, STATES } from "./deployment-states.ts";
import { deadlineOf, resendAt, retryAt } from "./deployment-times.ts";
import { addDuration, parseDuration } from "./duration.ts";
import { foreignWords } from "./foreign-words.ts";

/** What happens to a deployment, with what it brings. */
export type DeploymentEvent =
  | { readonly kind: "assign"; readonly endpointId: string | undefined }
  | { readonly kind: "renew" }
  | { readonly kind: "queue"; readonly commandId: string | undefined }
  /** `until`: the challenge's end; undefined where the profile carries none that ends. */
  | { readonly kind: "deliver"; readonly until: Date | undefined }
  | { readonly kind: "acknowledge" }
  | { readonly kind: "fail"; readonly reason: DeploymentReason; readonly detail: string }
  /** `until`: how long the request waits for approval. */
  | { readonly kind: "ask"; readonly until: Date }
  | { readonly kind: "refuse"; readonly detail: string }
  | { readonly kind: "issue"; readonly certificateId: string; readonly endsAt: Date }
  | { readonly kind: "see" | "miss" | "unlock" | "remove" | "deadline" };

/**
 * What has to be done for a step, in its transaction. `burn`: the open challenges of device and template; `scan`: ask for its inventory;
 * `plan`: due for the renewal planner, unless it is already.
 */
export type DeploymentEffect =
  | { readonly kind: "publish"; readonly at: Date }
  | { readonly kind: "remove" | "burn" | "scan" | "wipe" | "plan" };

/** What the template says about its deployments. */
export interface DeploymentRules {
  readonly attempts: AttemptPolicy;
  /** Whether a certificate that has ended is replaced. */
  readonly renews: boolean;
  /** Whether the renewal planner decides when; then one that has ended waits for it, since no cap may be passed. */
  readonly planned?: boolean;
  /** The device enrols at an outside authority, of which only the inventory tells. */
  readonly outside: boolean;
}

export interface DeploymentStep {
  readonly deployment: Deployment;
  readonly effects: readonly DeploymentEffect[];
}

const DAY = 86_400_000;

/** Times a profile is sent without success before the device counts as absent; then it is sent once a week. */
export const MOST_DELIVERIES = 14;

/**
 * One step of the state machine; undefined when the event means nothing in this state: it came late, twice, or for something that is over.
 * Pure: the caller stores the deployment and performs the effects.
 */
export const advance = (
  deployment: Deployment,
  event: DeploymentEvent,
  rules: DeploymentRules,
  now: Date,
): DeploymentStep | undefined => {
  const kind: DeploymentEventKind = event.kind;
  if (STATES[deployment.state].to[kind] === undefined) return undefined;
  const at = { deployment, rules, now };
  switch (event.kind) {
    case "assign":
      return send(at, "assigned", {
        endpointId: event.endpointId,
        deliveries: 1,
        reason: undefined,
        failure: undefined,
      });
    case "renew":
      return send(at, "renewing", { deliveries: 1, reason: "renewal-due", failure: undefined });
    case "queue":
      return deployment.state === "assigned" ||
        deployment.state === "renewing" ||
        deployment.state === "queued"
        ? enter(at, "queued", { commandId: event.commandId })
        : stay(at, { commandId: event.commandId ?? deployment.commandId });
    case "deliver":
      return enter(at, "delivered", {}, later(event.until, now));
    case "acknowledge":
      return acknowledge(at);
    case "fail":
      return enter(at, "failed", { reason: event.reason, failure: foreignWords(event.detail) });
    case "ask":
      return enter(at, "requested", {}, later(event.until, now));
    case "refuse":
      return refuse(at, foreignWords(event.detail));
    case "issue":
      return enter(at, "issued", {
        ...{ certificateId: event.certificateId, certificateEndsAt: event.endsAt },
        previousCertificateId: deployment.certificateId ?? deployment.previousCertificateId,
        ...{ seenAt: undefined, attempts: 0, lastAttemptAt: undefined },
        ...{ reason: undefined, failure: undefined },
      });
    case "see":
      return seen(at);
    case "miss":
      return again(at, "certificate-missing");
    case "unlock":
      return unlock(at);
    case "remove":
      return enter(at, "removed", {}, undefined, [{ kind: "remove" }]);
    case "deadline":
      return (deployment.nextActionAt ?? now) > now ? undefined : overdue(at);
  }
};

interface At {
  readonly deployment: Deployment;
  readonly rules: DeploymentRules;
  readonly now: Date;
}

const enter = (
  { deployment, now }: At,
  state: Deployment["state"],
  change: Partial<Deployment>,
  until?: Date,
  effects: readonly DeploymentEffect[] = [],
): DeploymentStep => {
  const changed = {
    ...deployment,
    ...change,
    state,
    since: deployment.state === state && state !== "issued" ? deployment.since : now,
    updatedAt: now,
  };
  return {
    deployment: {
      ...changed,
      nextActionAt: state === "removed" ? undefined : (until ?? deadlineOf(changed, now)),
    },
    effects,
  };
};

/** No new state and no new deadline. */
const stay = ({ deployment, now }: At, change: Partial<Deployment>): DeploymentStep => ({
  deployment: { ...deployment, ...change, updatedAt: now },
  effects: [],
});

/** A deadline that is over already would be met in the same moment again and again. */
const later = (until: Date | undefined, now: Date): Date | undefined =>
  until === undefined || until > now ? until : new Date(now.getTime() + 1000);

const send = (
  at: At,
  state: "assigned" | "renewing",
  change: Partial<Deployment>,
  due = at.now,
): DeploymentStep =>
  enter(
    at,
    state,
    { ...change, commandId: undefined },
    deadlineOf({ ...at.deployment, state }, due),
    [{ kind: "publish", at: due }],
  );

/** Sent once more, later each time; a device that never answers counts as absent. */
const again = (at: At, reason: DeploymentReason): DeploymentStep => {
  const deliveries = at.deployment.deliveries + 1;
  if (deliveries > MOST_DELIVERIES) {
    const lost = reason === "certificate-missing" ? reason : "device-absent";
    return enter(at, "failed", { deliveries, reason: lost, failure: undefined });
  }
  const due = resendAt(deliveries, at.rules.attempts.interval, at.now);
  return send(at, "assigned", { deliveries, reason }, due);
};

const acknowledge = (at: At): DeploymentStep => {
  if (at.deployment.state === "issued") return seen(at);
  // The host speaks of the profile; the certificate of an outside authority shows in the inventory only.
  const effects: DeploymentEffect[] = at.rules.outside ? [{ kind: "scan" }] : [];
  return at.deployment.state === "delivered"
    ? { ...stay(at, {}), effects }
    : enter(at, "delivered", {}, undefined, effects);
};

const seen = (at: At): DeploymentStep =>
  enter(at, "installed", {
    ...{ seenAt: at.now, deliveries: 0, attempts: 0, lastAttemptAt: undefined },
    ...{ reason: undefined, failure: undefined },
  });

const refuse = (at: At, detail: string): DeploymentStep => {
  const { deployment, rules, now } = at;
  const { limit, interval, lock, wipe } = rules.attempts;
  // What a client repeats by itself within seconds is one attempt.
  const counted =
    deployment.lastAttemptAt === undefined ||
    now >= addDuration(deployment.lastAttemptAt, parseDuration(interval));
  const attempts = deployment.attempts + (counted ? 1 : 0);
  const change = {
    attempts,
    lastAttemptAt: counted ? now : deployment.lastAttemptAt,
    failure: detail,
  };
  if (limit > 0 && attempts >= limit)
    return enter(
      at,
      "locked",
      { ...change, reason: "too-many-attempts" },
      addDuration(now, parseDuration(lock)),
      [{ kind: "burn" }, ...(wipe ? [{ kind: "wipe" } as const] : [])],
    );
  const reason = "request-refused" as const;
  return deployment.state === "assigned" || deployment.state === "renewing"
    ? stay(at, { ...change, reason })
    : enter(at, "requested", { ...change, reason }, deployment.nextActionAt);
};

const unlock = (at: At): DeploymentStep =>
  send(at, "assigned", {
    ...{ attempts: 0, lastAttemptAt: undefined, deliveries: 1 },
    ...{ reason: undefined, failure: undefined },
  });

const overdue = (at: At): DeploymentStep => {
  const { deployment, rules } = at;
  switch (deployment.state) {
    case "queued":
      return again(at, "command-lost");
    case "delivered":
      return again(at, "challenge-lapsed");
    case "requested":
      return again(
        at,
        deployment.reason === "request-refused" ? "request-refused" : "approval-lapsed",
      );
    case "issued":
    case "installed":
      return ended(at);
    case "locked":
      return unlock(at);
    case "failed":
      return deployment.reason === "certificate-ended" && !rules.renews
        ? enter(at, "removed", {}, undefined, [{ kind: "remove" }])
        : send(at, "assigned", { deliveries: deployment.deliveries + 1 });
    default:
      return enter(at, "failed", {
        reason: "publish-failed",
        failure: deployment.failure ?? "the host has not taken the profile",
      });
  }
};

/** A certificate that has ended, or one that nobody has seen yet. */
const ended = (at: At): DeploymentStep => {
  const { deployment, rules, now } = at;
  if (deployment.certificateEndsAt !== undefined && deployment.certificateEndsAt > now)
    return { ...enterSame(at), effects: deployment.state === "issued" ? [{ kind: "scan" }] : [] };
  if (rules.renews && rules.planned === true && deployment.certificateId !== undefined)
    return {
      deployment: { ...deployment, nextActionAt: new Date(now.getTime() + DAY), updatedAt: now },
      effects: [{ kind: "plan" }],
    };
  return rules.renews
    ? send(at, "renewing", { deliveries: 1, reason: "certificate-ended" })
    : enter(
        at,
        "failed",
        { reason: "certificate-ended" },
        retryAt({ ...deployment, reason: "certificate-ended" }, now),
      );
};

/** The same state with its next deadline; `since` stays, since the times of the scans count from it. */
const enterSame = ({ deployment, now }: At): DeploymentStep => ({
  deployment: { ...deployment, nextActionAt: deadlineOf(deployment, now), updatedAt: now },
  effects: [],
});
