import { inject } from "tsyringe";
import { groupsNamed } from "../../domain/distribution.ts";
import { foreignWords } from "../../domain/foreign-words.ts";
import {
  groupKey,
  type HostGroup,
  isHostName,
  type ListedGroup,
  memberKey,
} from "../../domain/host-group.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger, Random } from "../../ports/ambient.ts";
import type { MdmHost } from "../../ports/mdm-host.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, MDM_HOSTS, RANDOM } from "../../tokens.ts";
import { DistributionWalks } from "./distribution-walks.ts";
import { pagesOf } from "./host-pages.ts";

/** How often a host's groups are read. */
const EVERY = 15 * 60_000;
/** No other node reads the same tenant's groups meanwhile. */
const LEASE = 10 * 60_000;
const LEASE_NAME = "group-sync";
const LONGEST_NAME = 200;
/** Members forgotten in one transaction. */
const FORGET = 500;

/** Reads groups from the hosts that hand them over, page by page; what cannot be read stays as it was known. */
export class GroupSync {
  private readonly holder: string;
  private readonly listedAt = new Map<string, number>();

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[],
    @inject(DistributionWalks) private readonly walks: DistributionWalks,
    @inject(RANDOM) random: Random,
  ) {
    this.holder = random.uuid();
  }

  /** Every tenant whose turn it is. */
  async runDue(): Promise<void> {
    if (!this.hosts.some((host) => host.groups !== undefined)) return;
    for (const { id } of await this.directory.tenants()) {
      const now = this.clock.now().getTime();
      if (now - (this.listedAt.get(id) ?? -Infinity) < EVERY) continue;
      this.listedAt.set(id, now);
      await this.sync(this.directory.open(id));
    }
  }

  /** The list of every host's groups, and the members of those that distributions name. */
  async sync(store: TenantStore): Promise<void> {
    const now = this.clock.now();
    if (!(await store.leases.take(LEASE_NAME, this.holder, now, new Date(now.getTime() + LEASE))))
      return;
    try {
      for (const host of this.hosts) {
        if (host.groups === undefined) continue;
        try {
          const read = host.groups.bind(host, store.tenant);
          for await (const items of pagesOf("groups", read))
            for (const one of items) await this.keep(store, host.id, one);
        } catch (error) {
          this.report(store, host.id, error);
        }
      }
      const named = new Set(
        (await store.distributions.list()).flatMap((one) => [...groupsNamed(one)]),
      );
      for (const group of await store.hostGroups.byIds([...named]))
        await this.members(store, group);
    } finally {
      await store.leases.give(LEASE_NAME, this.holder);
    }
  }

  /** The members of those of these groups that were never read, before somebody counts them. */
  async ensure(store: TenantStore, groupIds: readonly string[]): Promise<void> {
    for (const group of await store.hostGroups.byIds([...new Set(groupIds)]))
      if (group.syncedAt === undefined) await this.members(store, group);
  }

  /** The members of one group; nothing where its host does not hand them over. */
  async members(store: TenantStore, group: HostGroup): Promise<void> {
    const host = this.hosts.find(({ id }) => id === group.hostId);
    if (host?.groupMembers === undefined) return;
    const read = host.groupMembers.bind(host, store.tenant, group.groupId);
    const began = this.clock.now();
    try {
      let changed = false;
      let odd = 0;
      for await (const items of pagesOf(`group ${group.groupId}`, read)) {
        const good = items.filter(isHostName);
        odd += items.length - good.length;
        const members = good.map((member) => memberKey(group.kind, member));
        changed = (await store.hostGroups.add(group.id, members, began)).length > 0 || changed;
      }
      // Only here is it certain that who was not read has left.
      for (let gone = FORGET; gone === FORGET;) {
        gone = (await store.hostGroups.removeUnseen(group.id, began, FORGET)).length;
        changed ||= gone > 0;
      }
      const problem =
        odd === 0 ? undefined : `${odd} members whose names cannot be kept were passed over`;
      await this.note(store, group.id, { syncedAt: began, problem }, changed);
    } catch (error) {
      await this.note(store, group.id, { problem: foreignWords(messageOf(error), 500) }, false);
      this.report(store, group.hostId, error);
    }
  }

  /** In one transaction: how reading ended, its ledger row, and the walks that follow from it. */
  private note(
    store: TenantStore,
    id: string,
    what: Partial<HostGroup>,
    changed: boolean,
  ): Promise<void> {
    const now = this.clock.now();
    return store.run(async (tx) => {
      const group = await tx.hostGroups.get(id);
      if (group === undefined) return;
      await tx.hostGroups.save({ ...group, ...what, updatedAt: now });
      if (!changed) return;
      await this.walks.groupsChanged(tx, [id]);
      await tx.ledger.append({
        event: "group.changed",
        principal: `system:host:${group.hostId}`,
        at: now,
        subjectId: id,
        data: { name: group.name, kind: group.kind, members: group.members },
      });
    });
  }

  /** One that cannot be kept is passed over: it keeps no other from being known. */
  private async keep(store: TenantStore, hostId: string, said: ListedGroup): Promise<void> {
    if (!isHostName(said.groupId)) {
      this.report(store, hostId, "a group without a name that can be kept was passed over");
      return;
    }
    const listed = { ...said, name: foreignWords(said.name, LONGEST_NAME) };
    const id = groupKey(hostId, listed.groupId);
    const known = await store.hostGroups.get(id);
    const now = this.clock.now();
    const same =
      known?.name === listed.name && known.kind === listed.kind && known.hostCount === listed.count;
    if (same) return;
    await store.hostGroups.save({
      ...{ id, hostId, groupId: listed.groupId, name: listed.name, kind: listed.kind },
      ...{ hostCount: listed.count, members: 0, syncedAt: known?.syncedAt },
      ...{ problem: known?.problem, createdAt: known?.createdAt ?? now, updatedAt: now },
    });
  }

  private report({ tenant }: TenantStore, host: string, error: unknown): void {
    this.logger.warn({ tenant, host, error: messageOf(error) }, "groups could not be read");
  }
}
