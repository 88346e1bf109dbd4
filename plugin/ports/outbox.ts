/** An outward effect written in the transaction of the change that causes it; performed later, at least once. */
export type Effect =
  | { readonly kind: "publish-profile"; readonly deploymentId: string }
  | { readonly kind: "remove-profile"; readonly deviceId: string; readonly profileId: string }
  | { readonly kind: "revoke-outside"; readonly authorityId: string; readonly serial: string };

export interface OutboxEntry {
  readonly id: string;
  readonly effect: Effect;
  readonly attempts: number;
}
