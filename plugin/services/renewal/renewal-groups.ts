import { inject } from "tsyringe";
import type { Deployment } from "../../domain/deployment.ts";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import {
  countMembers,
  type RenewalGroup,
  type RenewalGroupCounts,
  type RenewalGroupMember,
  stopReason,
} from "../../domain/renewal-group.ts";
import { renewalTime } from "../../domain/renewal-time.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";

/** What an admin gives. Either devices, or how many of the template's. */
export interface RenewalGroupInput {
  readonly name?: string | undefined;
  readonly templateId: string;
  readonly deviceIds?: readonly string[] | undefined;
  readonly count?: number | undefined;
  readonly stopAbove?: number | undefined;
  readonly judgeFrom?: number | undefined;
  readonly wave?: number | undefined;
  readonly patience?: string | undefined;
}

export interface RenewalGroupView extends RenewalGroup {
  readonly counts: RenewalGroupCounts;
}

const MOST = 10_000;
const PAGE = 500;
const PRINCIPAL = { id: "system:renewals" };

/** Canary groups: devices renewed by hand, wave by wave, until too many fail. */
export class RenewalGroups {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
  ) {}

  async list(principal: Principal): Promise<readonly RenewalGroupView[]> {
    const store = this.access.open(principal, "devices:read");
    return Promise.all((await store.renewalGroups.list(100)).map((group) => viewOf(store, group)));
  }

  async get(principal: Principal, id: string): Promise<RenewalGroupView> {
    const store = this.access.open(principal, "devices:read");
    return viewOf(store, found(await store.renewalGroups.get(id), "renewal group", id));
  }

  /** Its first wave is due at once. Throws `not_found`, and `invalid_input` when there is nobody to renew. */
  async start(principal: Principal, input: RenewalGroupInput): Promise<RenewalGroupView> {
    const store = this.access.open(principal, "deployments:manage");
    found(await store.templates.get(input.templateId), "template", input.templateId);
    const patience = input.patience ?? "P1D";
    parseDuration(patience);
    const ids = await membersFor(store, input);
    if (ids.length === 0)
      throw new CountersignError("invalid_input", "no device of the group has a certificate", {
        issues: [{ path: "deviceIds", message: "none of them has a certificate of the template" }],
      });
    const now = this.clock.now();
    const group: RenewalGroup = {
      id: this.random.uuid(),
      name: input.name ?? input.templateId,
      state: "running",
      stopAbove: input.stopAbove ?? 0.1,
      judgeFrom: input.judgeFrom ?? 5,
      wave: input.wave ?? 20,
      patience,
      reason: undefined,
      createdAt: now,
      updatedAt: now,
    };
    const members = ids.map((deploymentId): RenewalGroupMember => ({
      deploymentId,
      state: "waiting",
      certificateId: undefined,
      startedAt: undefined,
    }));
    await store.run(async (tx) => {
      await tx.renewalGroups.insert(group, members);
      await tx.ledger.append(
        this.access.entry(principal, "renewal.group-started", group.id, {
          name: group.name,
          template: input.templateId,
          members: members.length,
        }),
      );
    });
    await this.step(store, group.id);
    return viewOf(store, (await store.renewalGroups.get(group.id)) ?? group);
  }

  /** Who was not started yet keeps the certificate it has. Throws `conflict` when the group has ended. */
  async stop(principal: Principal, id: string): Promise<RenewalGroupView> {
    const store = this.access.open(principal, "deployments:manage");
    await store.run(async (tx) => {
      const group = found(await tx.renewalGroups.get(id), "renewal group", id);
      if (group.state !== "running")
        throw new CountersignError("conflict", `renewal group ${id} is ${group.state}`);
      await this.end(tx, principal, group, await tx.renewalGroups.members(id), "by hand");
    });
    return this.get(principal, id);
  }

  /** Looks at the outcomes of all groups that run, stops those with too many errors, and starts their next waves. */
  async advance(store: TenantStore): Promise<void> {
    for (const { id } of await store.renewalGroups.running()) await this.step(store, id);
  }

  private async step(store: TenantStore, id: string): Promise<void> {
    await store.run(async (tx) => {
      const group = await tx.renewalGroups.get(id);
      if (group?.state !== "running") return;
      const now = this.clock.now();
      const judged = await withOutcomes(tx, group, await tx.renewalGroups.members(id), now);
      const reason = stopReason(group, countMembers(judged));
      if (reason !== undefined) return this.end(tx, PRINCIPAL, group, judged, reason);
      const members = await this.startWave(tx, group, judged, now);
      await tx.renewalGroups.saveMembers(id, members);
      const { waiting, started } = countMembers(members);
      if (waiting + started > 0) return;
      await tx.renewalGroups.change({ ...group, state: "done", updatedAt: now }, "running");
      await tx.ledger.append({
        event: "renewal.group-done",
        principal: PRINCIPAL.id,
        at: now,
        subjectId: id,
        data: { ...countMembers(members) },
      });
    });
  }

  private async startWave(
    tx: TenantStore,
    group: RenewalGroup,
    members: readonly RenewalGroupMember[],
    now: Date,
  ): Promise<readonly RenewalGroupMember[]> {
    const room = group.wave - countMembers(members).started;
    const next = members.filter(({ state }) => state === "waiting").slice(0, Math.max(0, room));
    const rows = new Map(
      (await tx.renewals.byIds(next.map(({ deploymentId }) => deploymentId))).map((row) => [
        row.id,
        row,
      ]),
    );
    const changed = new Map<string, RenewalGroupMember>();
    for (const member of next) {
      const row = rows.get(member.deploymentId);
      const renews = row?.state === "issued" || row?.state === "installed";
      if (!renews) {
        changed.set(member.deploymentId, { ...member, state: "skipped" });
        continue;
      }
      await tx.renewals.change([{ id: row.id, from: row.renewAt, to: now, byHand: true }]);
      const started = {
        state: "started",
        certificateId: row.certificateId,
        startedAt: now,
      } as const;
      changed.set(member.deploymentId, { ...member, ...started });
    }
    return members.map((member) => changed.get(member.deploymentId) ?? member);
  }

  /** Stops it: members that wait are skipped, and those the sweep has not taken yet get their own due time back. */
  private async end(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    group: RenewalGroup,
    members: readonly RenewalGroupMember[],
    reason: string,
  ): Promise<void> {
    const now = this.clock.now();
    const started = members.filter(({ state }) => state === "started");
    const rows = await tx.renewals.byIds(started.map(({ deploymentId }) => deploymentId));
    const untaken = new Set<string>();
    for (const row of rows) {
      if (!row.byHand) continue;
      const template = await tx.templates.get(row.templateId);
      const to = template && renewalTime(template, row, now);
      await tx.renewals.change([{ id: row.id, from: row.renewAt, to }]);
      untaken.add(row.id);
    }
    const ended = members.map((member) =>
      member.state === "waiting" || untaken.has(member.deploymentId)
        ? ({ ...member, state: "skipped" } as const)
        : member,
    );
    await tx.renewalGroups.saveMembers(group.id, ended);
    await tx.renewalGroups.change(
      { ...group, state: "stopped", reason, updatedAt: now },
      "running",
    );
    await tx.ledger.append({
      event: "renewal.group-stopped",
      principal: principal.id,
      at: now,
      subjectId: group.id,
      data: { reason, ...countMembers(ended) },
    });
  }
}

const viewOf = async (store: TenantStore, group: RenewalGroup): Promise<RenewalGroupView> => ({
  ...group,
  counts: countMembers(await store.renewalGroups.members(group.id)),
});

/** Deployments of the group, in the order given; a count takes the first by their random ids. */
const membersFor = async (
  store: TenantStore,
  { templateId, deviceIds, count = MOST }: RenewalGroupInput,
): Promise<readonly string[]> => {
  if (deviceIds !== undefined) {
    const found = await Promise.all(deviceIds.map((id) => store.deployments.find(id, templateId)));
    return [...new Set(found.flatMap((one) => (one?.certificateId === undefined ? [] : [one.id])))];
  }
  const ids: string[] = [];
  while (ids.length < Math.min(count, MOST)) {
    const page = await store.renewals.ofTemplate(templateId, ids.at(-1), PAGE);
    ids.push(...page.map(({ id }) => id));
    if (page.length < PAGE) break;
  }
  return ids.slice(0, count);
};

/** Members with the outcomes that have come in. */
const withOutcomes = async (
  tx: TenantStore,
  group: RenewalGroup,
  members: readonly RenewalGroupMember[],
  now: Date,
): Promise<readonly RenewalGroupMember[]> => {
  const started = members.filter(({ state }) => state === "started");
  const deployments = await tx.deployments.byIds(started.map(({ deploymentId }) => deploymentId));
  const byId = new Map(deployments.map((one) => [one.id, one]));
  return members.map((member) => {
    if (member.state !== "started") return member;
    const state = outcomeOf(member, byId.get(member.deploymentId));
    if (state !== undefined) return { ...member, state };
    const until = addDuration(member.startedAt ?? now, parseDuration(group.patience));
    return now > until ? { ...member, state: "overdue" } : member;
  });
};

/** A new certificate is success; a state that only an admin or another try ends is failure. */
const outcomeOf = (
  member: RenewalGroupMember,
  deployment: Deployment | undefined,
): "renewed" | "failed" | "skipped" | undefined => {
  if (deployment === undefined || deployment.state === "removed") return "skipped";
  if (deployment.certificateId !== member.certificateId) return "renewed";
  return deployment.state === "failed" || deployment.state === "locked" || deployment.attempts > 0
    ? "failed"
    : undefined;
};
