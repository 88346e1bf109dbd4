/**
 * Devices that are renewed now, by hand: one, or a canary group. `running` until every member has its outcome; `stopped`: too many errors,
 * or by hand: who was not started yet keeps the certificate it has.
 */
export interface RenewalGroup {
  readonly id: string;
  readonly name: string;
  readonly state: "running" | "done" | "stopped";
  /** Share of failures among the outcomes, above which it stops by itself. */
  readonly stopAbove: number;
  /** Outcomes that must be there before the share is judged. */
  readonly judgeFrom: number;
  /** How many may be under way at once. */
  readonly wave: number;
  /** ISO 8601: a member that has no outcome after so long makes room for the next one, and counts neither way. */
  readonly patience: string;
  /** Why it stopped. */
  readonly reason: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** `waiting` for its wave, `started`, then one of the outcomes; `skipped`: nothing to renew, or the group stopped before. */
export type RenewalMemberState =
  "waiting" | "started" | "renewed" | "failed" | "overdue" | "skipped";

export interface RenewalGroupMember {
  readonly deploymentId: string;
  readonly state: RenewalMemberState;
  /** The certificate it had when it was started. */
  readonly certificateId: string | undefined;
  readonly startedAt: Date | undefined;
}

/** How a group stands. */
export type RenewalGroupCounts = Readonly<Record<RenewalMemberState, number>>;

export const countMembers = (
  members: readonly Pick<RenewalGroupMember, "state">[],
): RenewalGroupCounts => {
  const counts = { waiting: 0, started: 0, renewed: 0, failed: 0, overdue: 0, skipped: 0 };
  for (const { state } of members) counts[state] += 1;
  return counts;
};

/** Why a group has to stop now; undefined while it may go on. */
export const stopReason = (
  { stopAbove, judgeFrom }: Pick<RenewalGroup, "stopAbove" | "judgeFrom">,
  { renewed, failed }: RenewalGroupCounts,
): string | undefined => {
  const outcomes = renewed + failed;
  if (failed === 0 || outcomes < judgeFrom || failed / outcomes <= stopAbove) return undefined;
  return `${failed} of ${outcomes} failed, more than ${Math.round(stopAbove * 100)} %`;
};
