import { inject } from "tsyringe";
import { userNamesOf } from "../../domain/device.ts";
import { type HostGroup, type HostRules, memberKey } from "../../domain/host-group.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { MdmHost } from "../../ports/mdm-host.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import { CLOCK, MDM_HOSTS } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { Audiences } from "./audiences.ts";
import { GroupSync } from "./group-sync.ts";

/** A host as admins see it. */
export interface HostView {
  readonly id: string;
  /** Whether it hands over its groups when asked. */
  readonly listsGroups: boolean;
  /** What counts, and whether an admin has said so. */
  readonly mixedGroups: boolean;
  readonly saidHere: boolean;
  /** 0: nothing was said here yet. */
  readonly version: number;
}

/** Groups of hosts as admins see them, and what they say of a host. */
export class HostGroups {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(MDM_HOSTS) private readonly adapters: readonly MdmHost[],
    @inject(Audiences) private readonly audiences: Audiences,
    @inject(GroupSync) private readonly sync: GroupSync,
  ) {}

  async list(
    principal: Principal,
    filter: { readonly hostId?: string | undefined; readonly text?: string | undefined },
    page: PageRequest,
  ): Promise<Page<HostGroup>> {
    return this.access.open(principal, "devices:read").hostGroups.list(filter, page);
  }

  async get(principal: Principal, id: string): Promise<HostGroup> {
    const store = this.access.open(principal, "devices:read");
    return found(await store.hostGroups.get(id), "group", id);
  }

  /** The groups that a device or its user is in. */
  async ofDevice(principal: Principal, deviceId: string): Promise<readonly HostGroup[]> {
    const store = this.access.open(principal, "devices:read");
    const device = found(await store.devices.get(deviceId), "device", deviceId);
    const users = userNamesOf(device).map((name) => memberKey("user", name));
    const groups = await store.hostGroups.ofMember(device.hostId, [device.hostDeviceId, ...users]);
    // A user may be called like a device.
    const own = await Promise.all(
      groups.map(async (group) => ({
        group,
        devices: await store.hostGroups.devicesOf(
          group,
          group.kind === "device" ? [device.hostDeviceId] : users,
        ),
      })),
    );
    return own.flatMap(({ group, devices }) => (devices.includes(deviceId) ? [group] : []));
  }

  /** In order; `cursor` is the last one of the page before. */
  async members(principal: Principal, id: string, page: PageRequest): Promise<Page<string>> {
    const store = this.access.open(principal, "devices:read");
    found(await store.hostGroups.get(id), "group", id);
    const items = await store.hostGroups.members(id, page.cursor, page.limit);
    return { items, cursor: items.length < page.limit ? undefined : items.at(-1) };
  }

  /** Reads the groups of all hosts now, and the members of those that distributions name. */
  async refresh(principal: Principal): Promise<void> {
    await this.sync.sync(this.access.open(principal, "configuration:manage"));
  }

  async hosts(principal: Principal): Promise<readonly HostView[]> {
    const store = this.access.open(principal, "configuration:read");
    const rules = await store.hostRules.list();
    const ids = new Set([...this.adapters, ...rules].map(({ id }) => id));
    return [...ids].sort().map((id) => this.view(id, rules));
  }

  /** One that only events name is a host too, of which nothing was said yet. */
  async host(principal: Principal, id: string): Promise<HostView> {
    const store = this.access.open(principal, "configuration:read");
    return this.view(id, await store.hostRules.list());
  }

  /** `mixedGroups: null` takes back what was said here. */
  async changeHost(
    principal: Principal,
    id: string,
    { mixedGroups }: { readonly mixedGroups: boolean | null },
    version?: number,
  ): Promise<HostView> {
    const store = this.access.open(principal, "configuration:manage");
    const now = this.clock.now();
    return store.run(async (tx) => {
      const known = await tx.hostRules.get(id);
      sameVersion(known?.version ?? 0, version);
      const rules: HostRules = {
        id,
        mixedGroups: mixedGroups ?? undefined,
        version: (known?.version ?? 0) + 1,
        createdAt: known?.createdAt ?? now,
        updatedAt: now,
      };
      await (known === undefined ? tx.hostRules.insert(rules) : tx.hostRules.update(rules));
      await tx.ledger.append(this.access.entry(principal, "host.changed", id, { mixedGroups }));
      return this.view(id, [rules]);
    });
  }

  private view(id: string, rules: readonly HostRules[]): HostView {
    const said = rules.find((one) => one.id === id);
    return {
      id,
      listsGroups: this.adapters.some((one) => one.id === id && one.groups !== undefined),
      mixedGroups: said?.mixedGroups ?? this.audiences.mixes(id),
      saidHere: said?.mixedGroups !== undefined,
      version: said?.version ?? 0,
    };
  }
}
