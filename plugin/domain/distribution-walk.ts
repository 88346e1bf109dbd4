/**
 * One way over all devices of a tenant that brings a distribution's targets in line with its audience, page by page. `held`: more devices
 * would leave than a change at the host should cause by itself; somebody has to look.
 */
export interface DistributionWalk {
  /** Of the template. */
  readonly id: string;
  readonly state: "running" | "held" | "done";
  /** Which walk of this distribution; a newer one takes the place of the one before. */
  readonly number: number;
  /** `published`: an admin has seen who comes and who leaves. `groups`: something changed at the host. */
  readonly cause: "published" | "groups";
  /** Over which time new devices are spread; undefined: they are due at once. */
  readonly spread: { readonly from: Date; readonly until: Date } | undefined;
  readonly revert: boolean;
  /** The device that was looked at last. */
  readonly cursor: string | undefined;
  readonly joined: number;
  readonly left: number;
  /** How many may leave before it is held; undefined: all. */
  readonly mayLeave: number | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Of a change at the host, so many devices leave by themselves: a tenth of the targets, and ten in any case. */
export const mayLeaveOf = (targets: number): number => Math.max(10, Math.floor(targets / 10));
