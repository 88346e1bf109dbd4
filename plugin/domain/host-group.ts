import { foreignWords } from "./foreign-words.ts";

/** What a host's group holds: devices by the host's own ids, or users by the name that devices carry as `username` or `email`. */
export const GROUP_KINDS = ["device", "user"] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

/** A group as a host lists it. */
export interface ListedGroup {
  /** The host's own id of it. */
  readonly groupId: string;
  readonly name: string;
  readonly kind: GroupKind;
  /** How many members the host counts; undefined where it does not say. */
  readonly count?: number | undefined;
}

/** A group of a host as we know it. */
export interface HostGroup {
  /** `groupKey` of host and group. */
  readonly id: string;
  readonly hostId: string;
  readonly groupId: string;
  readonly name: string;
  readonly kind: GroupKind;
  readonly hostCount: number | undefined;
  /** Members that we know. */
  readonly members: number;
  /** When the host's list of members was last read to its end; undefined for a group that is only reported. */
  readonly syncedAt: Date | undefined;
  /** Why reading it failed last, or what of it could not be kept. */
  readonly problem: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What tells apart where one group's members stand. */
export type GroupPlace = Pick<HostGroup, "id" | "hostId" | "kind">;

/** One name for a group of a host: what audiences and API paths say. */
export const groupKey = (hostId: string, groupId: string): string =>
  `${encodeURIComponent(hostId)}:${encodeURIComponent(groupId)}`;

/** Whether a host's own name of a group or a member can be kept: 1 to 255 characters, each of them one. */
export const isHostName = (name: string): boolean =>
  name !== "" && name.length <= 255 && foreignWords(name) === name;

/** A member as it is kept: users without regard to letter case. */
export const memberKey = (kind: GroupKind, member: string): string =>
  kind === "user" ? member.toLowerCase() : member;

/** What an installation says of one host, over what the host's adapter says of itself. */
export interface HostRules {
  /** Of the host. */
  readonly id: string;
  /** Whether user and device groups may stand beside each other across include and exclude; undefined: as the adapter says. */
  readonly mixedGroups: boolean | undefined;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
