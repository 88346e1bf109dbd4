/** Where a template on a device stands. What each state means, when it ends and what comes then: `deployment-states.ts`. */
export const DEPLOYMENT_STATES = [
  "assigned",
  "queued",
  "delivered",
  "requested",
  "issued",
  "installed",
  "renewing",
  "failed",
  "locked",
  "removed",
] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

/** Why a deployment stands where it stands, where that is not plain from its state. Each has its next step in `deployment-states.ts`. */
export const DEPLOYMENT_REASONS = [
  "publish-failed",
  "host-refused",
  "value-missing",
  "command-lost",
  "challenge-lapsed",
  "device-absent",
  "request-refused",
  "issuance-refused",
  "too-many-attempts",
  "approval-lapsed",
  "approval-denied",
  "certificate-missing",
  "certificate-ended",
  "renewal-due",
] as const;
export type DeploymentReason = (typeof DEPLOYMENT_REASONS)[number];

/** One template on one device. */
export interface Deployment {
  readonly id: string;
  readonly deviceId: string;
  readonly templateId: string;
  /** Undefined where the device enrols at an outside authority's own URL. */
  readonly endpointId: string | undefined;
  readonly state: DeploymentState;
  /** When it came into this state. */
  readonly since: Date;
  /** The state's deadline: the sweeper looks at it then. Undefined only for `removed`. */
  readonly nextActionAt: Date | undefined;
  /** The certificate issued last. */
  readonly certificateId: string | undefined;
  /** End of that certificate. */
  readonly certificateEndsAt: Date | undefined;
  /** What it replaces; kept until somebody has dealt with the old one. */
  readonly previousCertificateId: string | undefined;
  /** When the certificate was last seen on the device, or its installation acknowledged. */
  readonly seenAt: Date | undefined;
  /** The host's id of the command it took last. */
  readonly commandId: string | undefined;
  /** Failed attempts since the last success or lock. */
  readonly attempts: number;
  readonly lastAttemptAt: Date | undefined;
  /** How often the profile was sent since a certificate was last seen on the device; the back-off grows with it. */
  readonly deliveries: number;
  readonly reason: DeploymentReason | undefined;
  /** More about the reason, for admins; never a secret. */
  readonly failure: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A deployment that was just made, in `assigned`. `endsAt` is the deadline of that state. */
export const newDeployment = (
  of: Pick<Deployment, "id" | "deviceId" | "templateId" | "endpointId">,
  now: Date,
  endsAt: Date,
): Deployment => ({
  ...of,
  state: "assigned",
  since: now,
  nextActionAt: endsAt,
  certificateId: undefined,
  certificateEndsAt: undefined,
  previousCertificateId: undefined,
  seenAt: undefined,
  commandId: undefined,
  attempts: 0,
  lastAttemptAt: undefined,
  deliveries: 0,
  reason: undefined,
  failure: undefined,
  createdAt: now,
  updatedAt: now,
});
