import type { EndpointLimits } from "../domain/endpoint-limits.ts";
import type { LedgerEntry } from "../domain/events.ts";
import type { SubjectAltName } from "../domain/san.ts";

export interface Reservation {
  /** The certificate's id. */
  readonly id: string;
  /** Idempotence key (foundations.md 10), hex; unique while reserved, pending or within grace. */
  readonly idempotencyKey: string;
  /** Until when the key answers with the same certificate. */
  readonly graceUntil: Date;
  /** When another node may take a reserved row that was left behind. */
  readonly leaseUntil: Date;
  readonly authorityId: string;
  readonly serial: string;
  readonly tbsDigest: Uint8Array;
  readonly subject: string;
  readonly sans: readonly SubjectAltName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly templateId: string;
  readonly templateVersion: number;
  /** Undefined for what is not asked over SCEP. */
  readonly endpointId: string | undefined;
  /** The RA that the request was addressed to. */
  readonly raId: string | undefined;
  readonly deviceId: string;
  /** A one-time challenge to reserve with it. */
  readonly challengeId: string | undefined;
  /** One ciphertext, one message (scep.md 5.3 rule 5): hashes in hex. */
  readonly ciphertext: { readonly digest: string; readonly content: string } | undefined;
  /** Refuse when the device has a live certificate of this template (T-25 off). */
  readonly onlyOne: boolean;
  /** What the endpoint takes; counted in the same transaction, exact over all nodes. */
  readonly limits: Pick<
    EndpointLimits,
    "perDevicePerDay" | "perEndpointPerMinute" | "perChallenge"
  >;
  /** Whether the tenant or the authority has a cap on active certificates; which one it is, and what is left of it, the store looks up. */
  readonly capped: boolean;
  readonly now: Date;
}

export type ReserveResult =
  | { readonly status: "reserved" }
  /** The same request was answered before: the same certificate again. */
  | { readonly status: "issued"; readonly certificateId: string; readonly der: Uint8Array }
  /** The same request is being signed by somebody else now. */
  | { readonly status: "in-progress" }
  | { readonly status: "refused"; readonly because: RefusedBecause };

/**
 * `challenge`: not open or run out; `ciphertext`: seen with other content; `device`: wiped or gone; `user`: its user is disabled; `duplicate`: see `onlyOne`; `limit-*`: too
 * many of that device, at that endpoint, or failed tries with that challenge; `cap-*`: the authority or the tenant has as many active
 * certificates as it may have.
 */
export type RefusedBecause =
  | "challenge"
  | "ciphertext"
  | "device"
  | "user"
  | "duplicate"
  | "limit-device"
  | "limit-endpoint"
  | "limit-challenge"
  | "cap-authority"
  | "cap-tenant";

export interface Settlement {
  readonly id: string;
  readonly der: Uint8Array;
  readonly fingerprintSha256: string;
  readonly now: Date;
  /** When the planner renews it; undefined: not by itself. */
  readonly renewAt?: Date | undefined;
  /** Written in the same transaction. */
  readonly ledger: LedgerEntry;
}

/** `revoked`: a wipe won; the certificate is stored as revoked and must not be handed out. `lost`: the reservation is no longer ours. */
export type SettleResult = "issued" | "revoked" | "lost";

export interface EnrolmentStore {
  /** Batched with the other calls of the same event-loop turn into one transaction; safe against crashes from then on. */
  reserve(reservation: Reservation): Promise<ReserveResult>;
  /** Certificate stored, challenge spent, deployment issued, ledger written: together. Batched likewise. */
  settle(settlement: Settlement): Promise<SettleResult>;
  /** Gives a reservation back: the row fails, the challenge is open again. */
  release(id: string, now: Date): Promise<void>;
  /** Fails rows whose lease ran out, and opens their challenges again; answers how many. */
  reconcile(now: Date): Promise<number>;
}
