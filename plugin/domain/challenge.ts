/** `reserved`: used by a request that is being signed; `burned`: made void by a wipe, an unenrolment or a newer epoch. */
export type ChallengeState = "open" | "reserved" | "spent" | "burned";

/** A dynamic challenge: one-time, short-lived, bound to one device and one template at one endpoint. */
export interface Challenge {
  readonly id: string;
  readonly endpointId: string;
  readonly templateId: string;
  readonly deviceId: string;
  readonly state: ChallengeState;
  readonly expiresAt: Date;
  readonly certificateId: string | undefined;
  /** SHA-256 of the SubjectPublicKeyInfo, hex, of the request that it was spent for without a certificate. */
  readonly spentByKey: string | undefined;
  /** Refused tries; at the limit of its endpoint it is locked. */
  readonly failures: number;
  readonly createdAt: Date;
}
