import type { DeploymentReason, DeploymentState } from "./deployment.ts";

/** What moves a deployment; `deadline` is the sweeper's. */
export const DEPLOYMENT_EVENTS = [
  "assign",
  "renew",
  "queue",
  "deliver",
  "acknowledge",
  "fail",
  "ask",
  "refuse",
  "issue",
  "see",
  "miss",
  "unlock",
  "remove",
  "deadline",
] as const;
export type DeploymentEventKind = (typeof DEPLOYMENT_EVENTS)[number];

/** One state of a deployment: the row of the table that is also its documentation (docs/deployments.md is made from it). */
export interface StateFacts {
  readonly meaning: string;
  /** ISO 8601, or when something ends that the deployment names: its challenge (the time given with the event), its certificate, its lock. */
  readonly deadline: string;
  /** What the sweeper does then. */
  readonly then: string;
  /** One plain step for an admin who does not want to wait. */
  readonly nextStep: string;
  /** Where each event leads; what is not named changes nothing here. */
  readonly to: Readonly<Partial<Record<DeploymentEventKind, DeploymentState>>>;
}

/** What may happen to any deployment that is not removed. */
const always = { assign: "assigned", issue: "issued", remove: "removed" } as const;
/** On its way to the device. */
const underWay = {
  ...always,
  queue: "queued",
  deliver: "delivered",
  fail: "failed",
  ask: "requested",
} as const;

/** Every state; nothing but `removed` is without a deadline, so nothing stays for ever. */
export const STATES: Readonly<Record<DeploymentState, StateFacts>> = {
  assigned: {
    meaning: "The template is wanted on the device; its profile is being handed to the host.",
    deadline: "PT6H",
    then: "failed (publish-failed)",
    nextStep: "Wait for the host to take the profile; if it does not, check the host's connection.",
    to: { ...underWay, refuse: "assigned", deadline: "failed" },
  },
  queued: {
    meaning: "The host has the command; the device has not taken it.",
    deadline: "P7D",
    then: "sent again (command-lost)",
    nextStep: "Switch the device on and let it check in with the MDM.",
    to: { ...underWay, acknowledge: "delivered", refuse: "requested", deadline: "assigned" },
  },
  delivered: {
    meaning: "The device has the profile; its challenge runs.",
    deadline: "end of the challenge; P1D where there is none",
    then: "sent again with a new challenge (challenge-lapsed)",
    nextStep: "Wait for the device to ask; when the challenge lapses, the profile is sent again.",
    to: {
      ...underWay,
      queue: "delivered",
      acknowledge: "delivered",
      refuse: "requested",
      deadline: "assigned",
    },
  },
  requested: {
    meaning:
      "The device has asked: its request waits for approval, or was refused and may be repeated.",
    deadline: "end of the approval or of the challenge",
    then: "sent again (approval-lapsed, request-refused)",
    nextStep: "Approve the request, or read in the timeline why it was refused.",
    to: { ...underWay, queue: "requested", refuse: "requested", deadline: "assigned" },
  },
  issued: {
    meaning: "The certificate was handed out and has not been seen on the device.",
    deadline: "PT1H, PT6H, P1D, P7D and every week after issue; end of the certificate",
    then: "the host is asked for the device's inventory; at the certificate's end renewing",
    nextStep: "Scan the device; if the certificate is not there, publish again.",
    to: {
      ...always,
      queue: "issued",
      acknowledge: "installed",
      see: "installed",
      miss: "assigned",
      fail: "failed",
      renew: "renewing",
      deadline: "issued",
    },
  },
  installed: {
    meaning: "The certificate was seen on the device, or the host has acknowledged it.",
    deadline: "end of the certificate (the planner comes first)",
    then: "renewing (certificate-ended); failed where the template does not renew",
    nextStep: "Nothing; it is renewed in its window.",
    to: { ...always, see: "installed", miss: "assigned", renew: "renewing", deadline: "renewing" },
  },
  renewing: {
    meaning: "A new certificate is due; the profile is being handed to the host again.",
    deadline: "PT6H",
    then: "failed (publish-failed)",
    nextStep: "Wait for the host to take the profile; the old certificate stays meanwhile.",
    to: { ...underWay, refuse: "renewing", deadline: "failed" },
  },
  failed: {
    meaning: "It did not come about; the reason says why.",
    deadline:
      "PT1H, twice as long each time, P1D at most (P7D after 14 deliveries, and after a denial)",
    then: "sent again; removed P90D after the certificate's end where the template does not renew",
    nextStep: "Do what the reason says; publish again to try at once.",
    to: { ...always, deliver: "delivered", ask: "requested", deadline: "assigned" },
  },
  locked: {
    meaning: "Too many failed attempts: no challenge is minted and no request taken.",
    deadline: "end of the lock, of the template",
    then: "sent again, with all attempts",
    nextStep: "Find out in the timeline what was refused, put it right, then lift the lock.",
    to: { unlock: "assigned", issue: "issued", remove: "removed", deadline: "assigned" },
  },
  removed: {
    meaning: "The template is no longer wanted on the device, or the device is gone.",
    deadline: "none",
    then: "nothing: the end",
    nextStep: "Nothing; assign the template anew if it is wanted again.",
    to: {},
  },
};

/** One plain next step for each reason. */
export const REASONS: Readonly<Record<DeploymentReason, string>> = {
  "publish-failed":
    "Check that the MDM server can be reached and takes commands, then publish again.",
  "host-refused":
    "Read the host's own error for the command, put it right there, then publish again.",
  "value-missing": "Give the device the attribute that is named, or change the template.",
  "command-lost": "Let the device check in with the MDM; the profile has been sent again.",
  "challenge-lapsed": "Nothing: the profile is sent again with a new challenge.",
  "device-absent": "Find the device and switch it on; publish again when it is back.",
  "request-refused": "Read in the timeline why the request was refused, and put that right.",
  "issuance-refused":
    "Read in the timeline why no certificate was made, and put that right; it is tried again by itself.",
  "too-many-attempts":
    "Find out in the timeline what was refused, put it right, then lift the lock.",
  "approval-lapsed":
    "Approve requests before their time is over, or give them more time at the endpoint.",
  "approval-denied": "Ask who has denied it for the reason; publish again when it is settled.",
  "certificate-missing":
    "Nothing: the profile is sent again. If it happens again, look at the device's keychain.",
  "certificate-ended": "Publish again, or switch on renewal in the template.",
  "renewal-due": "Nothing: the device gets a new certificate.",
};

/** What an admin may do about a deployment as it stands. */
export const nextStepOf = ({
  state,
  reason,
}: {
  readonly state: DeploymentState;
  readonly reason: DeploymentReason | undefined;
}): string => (reason === undefined ? STATES[state].nextStep : REASONS[reason]);
