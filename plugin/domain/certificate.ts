import type { SubjectAltName } from "./san.ts";

/** RFC 5280 section 5.3.1, without `removeFromCRL`. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;
export type RevocationReason = keyof typeof REVOCATION_REASONS;

/** Somebody else may have the key: what is known later than another reason, and goes before it. */
export const isCompromise = (reason: RevocationReason): boolean =>
  reason === "keyCompromise" || reason === "cACompromise" || reason === "aACompromise";

/** Why a certificate is on hold; it is good again when the last cause is gone. `admin` may have an end. */
export const HOLD_CAUSES = ["admin", "lost", "userDisabled"] as const;
export type HoldCause = (typeof HOLD_CAUSES)[number];

/** A suspension: the certificate is revoked as `certificateHold` and may come back. */
export interface Hold {
  readonly causes: readonly HoldCause[];
  /** When the cause `admin` lifts by itself. */
  readonly until: Date | undefined;
}

/** `reserved`: stored before the signature exists; `failed`: reserved and never signed. */
export type CertificateStatus = "reserved" | "issued" | "revoked" | "failed";

/** What a certificate is for: an end entity's, or one of the installation's own. */
export const CERTIFICATE_ROLES = [
  "subscriber",
  "authority",
  "ra",
  "ocsp",
  "profile-signing",
  "tls",
] as const;
export type CertificateRole = (typeof CERTIFICATE_ROLES)[number];

export interface Certificate {
  /** UUID; also the idempotent handle of the reservation. */
  readonly id: string;
  readonly authorityId: string;
  readonly role: CertificateRole;
  readonly status: CertificateStatus;
  /** Lower-case hex without leading zero octets. */
  readonly serial: string;
  /** RFC 4514 text, for people and search. */
  readonly subject: string;
  readonly sans: readonly SubjectAltName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly fingerprintSha256: string | undefined;
  readonly templateId: string | undefined;
  readonly templateVersion: number | undefined;
  readonly endpointId: string | undefined;
  /** The RA that its request was addressed to. */
  readonly raId: string | undefined;
  readonly deviceId: string | undefined;
  readonly createdAt: Date;
  readonly issuedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly revocationReason: RevocationReason | undefined;
  readonly invalidityDate: Date | undefined;
  /** Undefined unless it is on hold. */
  readonly hold: Hold | undefined;
}
