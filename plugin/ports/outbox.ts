/** An outward effect written in the transaction of the change that causes it; performed later, at least once. */
export type Effect =
  | { readonly kind: "publish-profile"; readonly deploymentId: string }
  | { readonly kind: "remove-profile"; readonly deviceId: string; readonly profileId: string }
  /** Ask the host what the device holds. */
  | { readonly kind: "scan-device"; readonly deviceId: string }
  /** Ask the host to wipe the device, as its template says after too many failed attempts. */
  | { readonly kind: "wipe-device"; readonly deviceId: string; readonly deploymentId: string }
  | { readonly kind: "revoke-outside"; readonly authorityId: string; readonly serial: string };

export interface OutboxEntry {
  readonly id: string;
  readonly effect: Effect;
  readonly attempts: number;
}
