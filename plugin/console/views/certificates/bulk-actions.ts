/** What may be done to many certificates: its name in the API, as a verb, and once it is done. */
export const ACTIONS = [
  ["revoke", "Revoke", "revoked"],
  ["suspend", "Suspend", "suspended"],
  ["unsuspend", "Unsuspend", "good again"],
] as const;
export type BulkAction = (typeof ACTIONS)[number][0];
