/** Every kind of ledger row. Closed list: a new kind of change gets a name here. */
export const LEDGER_EVENTS = [
  "tenant.created",
  "authority.created",
  "authority.certified",
  "authority.changed",
  "authority.renewal-requested",
  "authority.renewed",
  "authority.retired",
  "authority.ended",
  "authority.deleted",
  "cap.changed",
  "ra.created",
  "ra.certified",
  "ra.retired",
  "ra.alarm",
  "roll-over.scheduled",
  "roll-over.announced",
  "roll-over.started",
  "roll-over.finished",
  "roll-over.cancelled",
  "profile.created",
  "profile.changed",
  "profile.deleted",
  "person.added",
  "person.changed",
  "person.removed",
  "credential.created",
  "credential.rotated",
  "credential.changed",
  "credential.deleted",
  "template.created",
  "template.changed",
  "template.deleted",
  "template.moved",
  "distribution.drafted",
  "distribution.discarded",
  "distribution.published",
  "distribution.advanced",
  "distribution.forced",
  "distribution.withdrawn",
  "distribution.walked",
  "distribution.changed",
  "distribution.held",
  "distribution.released",
  "distribution.device-failed",
  "group.changed",
  "group.removed",
  "host.changed",
  "endpoint.created",
  "endpoint.changed",
  "endpoint.deleted",
  "device.created",
  "device.changed",
  "device.groups-changed",
  "device.enrolled",
  "device.wiped",
  "device.unenrolled",
  "device.wipe-requested",
  "device.wipe-refused",
  "hook-adapter.created",
  "hook-adapter.changed",
  "hook-adapter.deleted",
  "device.activated",
  "device.deactivated",
  "device.decommissioned",
  "device.lost",
  "device.found",
  "device.compromised",
  "device.user-disabled",
  "device.user-enabled",
  "user.disabled",
  "user.enabled",
  "deployment.created",
  "deployment.published",
  "deployment.changed",
  "deployment.locked",
  "deployment.unlocked",
  "deployment.removed",
  "renewal.requested",
  "renewal.rules-changed",
  "renewal.group-started",
  "renewal.group-stopped",
  "renewal.group-done",
  "challenge.minted",
  "challenge.burned",
  "challenge.alarm",
  "approval.requested",
  "approval.approved",
  "approval.denied",
  "certificate.issued",
  "certificate.refused",
  "certificate.revoked",
  "certificate.suspended",
  "certificate.released",
  "certificate.failed",
  "certificate.found",
  "certificate.unknown",
  "crl.published",
  "backup.made",
  "backup.restored",
  "token.minted",
  "token.revoked",
  "outbox.buried",
  "outbox.resent",
  "alert-rule.created",
  "alert-rule.changed",
  "alert-rule.deleted",
] as const;
export type LedgerEvent = (typeof LEDGER_EVENTS)[number];

/** The kinds that say that somebody did not get what they asked for. */
export const FAILURE_EVENTS = [
  "certificate.refused",
  "certificate.failed",
  "approval.denied",
  "device.wipe-refused",
] as const satisfies readonly LedgerEvent[];

/** What happened, as it is written; the sealer gives sequence and hash later. `data` never holds a secret. */
export interface LedgerEntry {
  readonly event: LedgerEvent;
  readonly principal: string;
  readonly at: Date;
  readonly subjectId: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One ledger row as it is read. `sequence` (from 1, without a gap) and `hash` (lower-case hex) are undefined until it is sealed. */
export interface LedgerRow extends LedgerEntry {
  readonly id: string;
  readonly sequence: number | undefined;
  readonly hash: string | undefined;
}

/** Where a chain ends: number and hash of its last row; 0 and 64 zeros before the first. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

/** Before the first entry. */
export const CHAIN_BEGINNING: ChainEnd = { sequence: 0, hash: "0".repeat(64) };

/** A chain's end, vouched for by the installation's ledger key. */
export interface SignedHead extends ChainEnd {
  readonly tenant: string;
  readonly at: Date;
  /** Over `headBytes`; ECDSA as DER. */
  readonly signature: Uint8Array;
}

/** An entry with its place in the chain. */
export interface SealedEntry extends LedgerEntry, ChainEnd {}
