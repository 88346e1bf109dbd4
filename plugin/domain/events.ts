/** Every kind of ledger row. Closed list: a new kind of change gets a name here. */
export const LEDGER_EVENTS = [
  "tenant.created",
  "authority.created",
  "authority.certified",
  "authority.changed",
  "authority.retired",
  "authority.deleted",
  "ra.created",
  "ra.certified",
  "template.created",
  "template.changed",
  "template.deleted",
  "endpoint.created",
  "endpoint.changed",
  "endpoint.deleted",
  "device.created",
  "device.changed",
  "device.enrolled",
  "device.wiped",
  "device.unenrolled",
  "deployment.created",
  "deployment.published",
  "deployment.removed",
  "challenge.minted",
  "challenge.burned",
  "approval.requested",
  "approval.approved",
  "approval.denied",
  "certificate.issued",
  "certificate.refused",
  "certificate.revoked",
  "certificate.released",
  "certificate.failed",
  "crl.published",
] as const;
export type LedgerEvent = (typeof LEDGER_EVENTS)[number];

/** One unchained ledger row; the sealer gives sequence and hash later. `data` never holds a secret. */
export interface LedgerEntry {
  readonly event: LedgerEvent;
  readonly principal: string;
  readonly at: Date;
  readonly subjectId: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}
