import type {
  Device,
  HostPage,
  ListedGroup,
  MdmHost,
  RenderedProfile,
  TenantId,
} from "../../plugin/sdk.ts";

/** What a device was sent. */
export interface Delivery {
  readonly commandId: string;
  readonly deviceId: string;
  readonly profileId: string;
  readonly profile: RenderedProfile;
}

/** A group of the host with its members: the host's ids of devices, or users. */
export interface MemoryGroup extends Omit<ListedGroup, "count"> {
  readonly members: readonly string[];
}

/** What a host in memory may be told. */
export interface MemoryHostOptions {
  readonly mixedGroups?: boolean;
  /** Groups and members in one answer; 500 unless given. */
  readonly pageSize?: number;
}

/** An MDM host in memory, for the demo and for tests: it takes every command at once and forgets everything at its end. */
export interface MemoryHost extends MdmHost {
  /** Profiles on devices now, newest last. */
  readonly deliveries: readonly Delivery[];
  /** Makes a tenant's group, or puts another in its place. */
  setGroup(group: MemoryGroup, tenant?: TenantId): void;
}

export const memoryHost = (id = "demo", options: MemoryHostOptions = {}): MemoryHost => {
  const { mixedGroups = true, pageSize = 500 } = options;
  const deliveries: Delivery[] = [];
  const groups = new Map<TenantId, Map<string, MemoryGroup>>();
  const pageOf = <T>(all: readonly T[], cursor = "0"): HostPage<T> => {
    const end = Number(cursor) + pageSize;
    return {
      items: all.slice(Number(cursor), end),
      cursor: end < all.length ? String(end) : undefined,
    };
  };
  let commands = 0;
  const next = (): string => `${id}-${++commands}`;
  return {
    id,
    lazyRender: false,
    deliveries,
    mixedGroups,
    setGroup(group, tenant = "default") {
      const known = groups.get(tenant) ?? new Map<string, MemoryGroup>();
      groups.set(tenant, known.set(group.groupId, group));
    },
    groups(tenant, cursor) {
      const listed = [...(groups.get(tenant)?.values() ?? [])].map(({ members, ...group }) => ({
        ...group,
        count: members.length,
      }));
      return Promise.resolve(pageOf(listed, cursor));
    },
    groupMembers(tenant, groupId, cursor) {
      const group = groups.get(tenant)?.get(groupId);
      return group === undefined
        ? Promise.reject(new Error(`no group ${groupId}`))
        : Promise.resolve(pageOf(group.members, cursor));
    },
    async publishProfile(device: Device, offer) {
      const profile = await offer.render();
      const commandId = next();
      deliveries.push({ commandId, deviceId: device.id, profileId: offer.profileId, profile });
      return commandId;
    },
    removeProfile(device, profileId) {
      const at = deliveries.findIndex(
        (delivery) => delivery.deviceId === device.id && delivery.profileId === profileId,
      );
      if (at !== -1) deliveries.splice(at, 1);
      return Promise.resolve(next());
    },
  };
};
