import { inject } from "tsyringe";
import type { Device } from "../../domain/device.ts";
import type { ChangedGroup } from "../../domain/host-event.ts";
import { type GroupKind, groupKey, type HostGroup, memberKey } from "../../domain/host-group.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access } from "../access/access.ts";
import { DistributionWalks } from "./distribution-walks.ts";

/** Devices that are judged at once; for more a walk is begun. */
const AT_ONCE = 200;

/** What an event about a group came to. */
export interface GroupChange {
  readonly groupId: string;
  readonly added: number;
  readonly removed: number;
}

/** What hosts report of their groups, and what it does to distributions. */
export class GroupEvents {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(DistributionWalks) private readonly walks: DistributionWalks,
  ) {}

  /** Puts a device into these device groups of its host and takes it out of all others. */
  async deviceGroups(
    principal: Principal,
    store: TenantStore,
    device: Device,
    groups: readonly string[],
  ): Promise<{ readonly deviceId: string; readonly groups: readonly string[] }> {
    await store.run(async (tx) => {
      if (await this.setIn(tx, principal, device, groups))
        await this.walks.consider(tx, principal, [device.id]);
    });
    return { deviceId: device.id, groups };
  }

  /** The same in the caller's transaction, and nobody is told yet; false when nothing changed. */
  async setIn(
    tx: TenantStore,
    principal: Principal,
    { id, hostId, hostDeviceId }: Device,
    groups: readonly string[],
  ): Promise<boolean> {
    const now = this.clock.now();
    const before = (await tx.hostGroups.ofMember(hostId, [hostDeviceId])).filter(
      ({ kind }) => kind === "device",
    );
    const wanted = new Set(groups);
    const left = before.filter(({ groupId }) => !wanted.has(groupId));
    const known = new Set(before.map(({ groupId }) => groupId));
    const come = [...wanted].filter((groupId) => !known.has(groupId));
    for (const group of left) await tx.hostGroups.remove(group.id, [hostDeviceId]);
    for (const groupId of come) {
      const group = await this.groupIn(tx, { hostId, groupId, name: undefined, kind: "device" });
      if (group.kind !== "device") throw ofUsers(groupId);
      await tx.hostGroups.add(group.id, [hostDeviceId], now);
    }
    if (left.length + come.length === 0) return false;
    await tx.ledger.append(
      this.access.entry(principal, "device.groups-changed", id, {
        joined: come,
        left: left.map(({ groupId }) => groupId),
      }),
    );
    return true;
  }

  /** Throws `conflict` when the group is known as one of the other kind. */
  async groupChanged(
    principal: Principal,
    store: TenantStore,
    event: ChangedGroup,
  ): Promise<GroupChange> {
    const { hostId, groupId, name, groupKind: kind, deleted = false } = event;
    return store.run(async (tx) => {
      const group = await this.groupIn(tx, { hostId, groupId, name, kind });
      if (kind !== undefined && group.kind !== kind)
        throw new CountersignError("conflict", `group ${groupId} is one of ${group.kind}s`);
      const keys = (members: readonly string[] = []) =>
        members.map((member) => memberKey(group.kind, member));
      const removed = await tx.hostGroups.remove(group.id, keys(event.removed));
      const added = await tx.hostGroups.add(group.id, keys(event.added), this.clock.now());
      const changed = [...removed, ...added];
      const devices =
        changed.length > AT_ONCE ? undefined : await tx.hostGroups.devicesOf(group, changed);
      if (deleted) {
        // Its members go with it, so what it named is walked.
        await tx.hostGroups.delete(group.id);
        await tx.hostGroups.save({ ...group, members: 0 });
      }
      if (deleted || devices === undefined || devices.length > AT_ONCE)
        await this.walks.groupsChanged(tx, [group.id]);
      else await this.walks.consider(tx, principal, devices);
      await tx.ledger.append(
        this.access.entry(principal, deleted ? "group.removed" : "group.changed", group.id, {
          ...{ name: group.name, kind: group.kind },
          ...{ added: added.length, removed: removed.length },
        }),
      );
      return { groupId, added: added.length, removed: removed.length };
    });
  }

  /** As it is known now, with what was said of it. */
  private async groupIn(
    tx: TenantStore,
    said: {
      readonly hostId: string;
      readonly groupId: string;
      readonly name: string | undefined;
      readonly kind: GroupKind | undefined;
    },
  ): Promise<HostGroup> {
    const { hostId, groupId, name, kind } = said;
    const id = groupKey(hostId, groupId);
    const known = await tx.hostGroups.get(id);
    if (known !== undefined && (name === undefined || name === known.name)) return known;
    const now = this.clock.now();
    const group: HostGroup = {
      ...{ id, hostId, groupId, name: name ?? known?.name ?? groupId },
      ...{ kind: known?.kind ?? kind ?? "device", hostCount: known?.hostCount },
      ...{ members: known?.members ?? 0, syncedAt: known?.syncedAt, problem: known?.problem },
      ...{ createdAt: known?.createdAt ?? now, updatedAt: now },
    };
    await tx.hostGroups.save(group);
    return group;
  }
}

const ofUsers = (groupId: string): CountersignError =>
  new CountersignError("invalid_input", `group ${groupId} is one of users`, {
    issues: [{ path: "groups", message: `${groupId} is a group of users` }],
  });
