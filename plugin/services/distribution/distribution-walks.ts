import { inject } from "tsyringe";
import { changesTemplate, type Distribution, type LeavingRule } from "../../domain/distribution.ts";
import {
  type DistributionTarget,
  type ScannedDevice,
  stepFor,
  type StepTerms,
} from "../../domain/distribution-step.ts";
import { type DistributionWalk, mayLeaveOf } from "../../domain/distribution-walk.ts";
import { groupsNamed } from "../../domain/distribution.ts";
import type { Principal } from "../../domain/principal.ts";
import { spreadOf } from "../../domain/renewal-spread.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Audiences } from "./audiences.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import { StatusTransactions } from "../certificates/status-transactions.ts";

/** Devices looked at in one transaction, and of these so many may leave: each costs some statements. */
const SPAN = 1000;
const LEAVING = 100;
/** Pages that one look takes; a million devices take some tens of looks. */
const PAGES = 50;
const PRINCIPAL = { id: "system:distributions" };

/** What a walk is begun with; what it inherits from one that it interrupts is found here. */
export type WalkStart = Pick<DistributionWalk, "id" | "cause" | "spread" | "revert">;

/** What became of a page of devices. */
interface Applied {
  readonly joined: number;
  readonly left: number;
  /** There was no room for more to leave. */
  readonly cut: boolean;
  /** The device before that; undefined: none of the page. */
  readonly upTo: string | undefined;
}

/** How devices are taken up and let go. */
interface Manner extends StepTerms {
  readonly spread: DistributionWalk["spread"];
  readonly mayLeave: number;
}

/** Brings who has a template in line with who is meant to have it: page by page, resumable, excluded before included. */
export class DistributionWalks {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Audiences) private readonly audiences: Audiences,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
  ) {}

  /** Begins a walk in the caller's transaction; one that was under way is replaced, with what it still had to undo. */
  async begin(tx: TenantStore, start: WalkStart): Promise<void> {
    const now = this.clock.now();
    const before = await tx.walks.get(start.id);
    const unfinished = before !== undefined && before.state !== "done" ? before : undefined;
    const byHost = start.cause === "groups" && unfinished?.cause !== "published";
    await tx.walks.save({
      ...start,
      state: "running",
      number: (before?.number ?? 0) + 1,
      cause: byHost ? "groups" : "published",
      spread: start.spread ?? unfinished?.spread,
      revert: start.revert || unfinished?.revert === true,
      cursor: undefined,
      joined: 0,
      left: 0,
      mayLeave: byHost ? mayLeaveOf(await targetsOf(tx, start.id)) : undefined,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Moves on what is under way in this tenant. */
  async advance(store: TenantStore): Promise<void> {
    for (const walk of await store.walks.running())
      for (let page = 0, at = walk; page < PAGES && at.state === "running"; page += 1)
        at = await this.walkPage(store, at);
  }

  /**
   * The same for devices of which something is known to have changed, at once and in the caller's transaction. `back`: they were away and have
   * lost what they had.
   */
  async consider(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    deviceIds: readonly string[],
    back = false,
  ): Promise<void> {
    if (deviceIds.length === 0) return;
    for (const distribution of await tx.distributions.list()) {
      if (distribution.serving === undefined && distribution.trial === undefined) continue;
      const audiences = await this.audiences.of(tx, distribution);
      const devices = await tx.targets.scanThese(distribution.id, audiences, deviceIds);
      const manner = { ...termsOf(distribution), revert: false, retry: true, back };
      const { joined, left } = await this.apply(tx, principal, distribution, devices, {
        ...manner,
        ...{ spread: undefined, mayLeave: Infinity },
      });
      if (joined + left > 0)
        await tx.ledger.append({
          event: "distribution.changed",
          principal: principal.id,
          at: this.clock.now(),
          subjectId: distribution.id,
          data: { joined, left, devices: deviceIds.slice(0, 20) },
        });
    }
  }

  /** Walks every distribution that names one of these groups. */
  async groupsChanged(tx: TenantStore, groupIds: readonly string[]): Promise<void> {
    for (const distribution of await tx.distributions.list()) {
      if (distribution.serving === undefined && distribution.trial === undefined) continue;
      const named = groupsNamed({ ...distribution, draft: undefined });
      if (groupIds.some((id) => named.has(id)))
        await this.begin(tx, {
          id: distribution.id,
          cause: "groups",
          spread: undefined,
          revert: false,
        });
    }
  }

  private walkPage(store: TenantStore, walk: DistributionWalk): Promise<DistributionWalk> {
    return store.run(async (tx) => {
      // Begun anew meanwhile, or moved on by another node.
      const current = await tx.walks.get(walk.id);
      if (current?.number !== walk.number || current.cursor !== walk.cursor)
        return { ...walk, state: "done" };
      const distribution = await tx.distributions.get(walk.id);
      if (distribution === undefined) return this.save(tx, { ...walk, state: "done" });
      const audiences = await this.audiences.of(tx, distribution);
      const { devices, last } = await tx.targets.scan(walk.id, audiences, walk.cursor, SPAN);
      const allowance = (walk.mayLeave ?? Infinity) - walk.left;
      const done = await this.apply(tx, PRINCIPAL, distribution, devices, {
        ...termsOf(distribution),
        ...{ revert: walk.revert, retry: false, back: false, spread: walk.spread },
        mayLeave: Math.min(LEAVING, allowance),
      });
      const held = done.cut && allowance <= LEAVING;
      const next = {
        ...walk,
        joined: walk.joined + done.joined,
        left: walk.left + done.left,
        cursor: (done.cut ? done.upTo : last) ?? walk.cursor,
      };
      if (held) return this.end(tx, { ...next, state: "held" });
      return !done.cut && last === undefined
        ? this.end(tx, { ...next, state: "done" })
        : this.save(tx, next);
    });
  }

  private async end(tx: TenantStore, walk: DistributionWalk): Promise<DistributionWalk> {
    const { id, cause, joined, left, mayLeave, state } = walk;
    if (state === "held" || joined + left > 0 || cause === "published")
      await tx.ledger.append({
        event: state === "held" ? "distribution.held" : "distribution.walked",
        principal: PRINCIPAL.id,
        at: this.clock.now(),
        subjectId: id,
        data: { cause, joined, left, ...(state === "held" ? { mayLeave } : {}) },
      });
    return this.save(tx, walk);
  }

  private async save(tx: TenantStore, walk: DistributionWalk): Promise<DistributionWalk> {
    const saved = { ...walk, updatedAt: this.clock.now() };
    await tx.walks.save(saved);
    return saved;
  }

  private async apply(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    distribution: Distribution,
    devices: readonly ScannedDevice[],
    manner: Manner,
  ): Promise<Applied> {
    const now = this.clock.now();
    const kept: DistributionTarget[] = [];
    const gone: string[] = [];
    let [joined, left] = [0, 0];
    let cut = false;
    let upTo: string | undefined;
    for (const device of devices) {
      const { deviceId } = device;
      const step = stepFor(device, manner);
      if (step?.kind === "leave" && left >= manner.mayLeave) {
        cut = true;
        break;
      }
      upTo = deviceId;
      if (step === undefined) continue;
      if (step.kind === "leave" || step.kind === "forget") {
        gone.push(deviceId);
        if (step.kind === "forget") continue;
        await this.release(tx, principal, distribution, deviceId);
        left += 1;
        continue;
      }
      if (device.target === undefined) joined += 1;
      const sends = step.kind === "send";
      kept.push({
        ...{ templateId: distribution.id, deviceId, trial: step.trial },
        state: sends ? "waiting" : "sent",
        dueAt: sends ? dueAt(distribution.id, deviceId, step.at, manner.spread, now) : undefined,
        ...{ again: sends && step.again, failure: undefined, updatedAt: now },
      });
    }
    await tx.targets.save(kept);
    await tx.targets.delete(distribution.id, gone);
    return { joined, left, cut, upTo };
  }

  /** What the rule of the distribution says of a device that is no longer meant. */
  private async release(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    distribution: Distribution,
    deviceId: string,
  ): Promise<void> {
    const rule = leavingOf(distribution);
    if (rule === "keep") return;
    const why = "no longer meant by the distribution";
    const deployment = await tx.deployments.find(deviceId, distribution.id);
    if (deployment !== undefined)
      await this.steps.apply(tx, principal, deployment, { kind: "remove" }, { why });
    if (rule !== "revoke") return;
    const changes = this.statuses.within(tx, principal, "left-distribution");
    for (const certificate of await tx.certificates.liveOfDevice(deviceId, this.clock.now()))
      if (certificate.templateId === distribution.id)
        await changes.revoke(certificate, "cessationOfOperation", undefined);
  }
}

/** The rule of what serves; of the trial where nothing serves yet. */
const leavingOf = ({ serving, trial, left }: Distribution): LeavingRule =>
  (serving ?? trial)?.plan.leaving ?? left ?? "remove";

const termsOf = ({ trial }: Distribution): Pick<StepTerms, "trial"> => ({
  trial: trial && { number: trial.number, again: changesTemplate(trial) },
});

const dueAt = (
  templateId: string,
  deviceId: string,
  at: "once" | "spread",
  spread: DistributionWalk["spread"],
  now: Date,
): Date => {
  if (at === "once" || spread === undefined) return now;
  const span = spread.until.getTime() - spread.from.getTime();
  const place = spread.from.getTime() + Math.round(span * spreadOf(deviceId, templateId));
  return new Date(Math.max(now.getTime(), place));
};

const targetsOf = async (tx: TenantStore, templateId: string): Promise<number> =>
  (await tx.targets.counts(templateId)).reduce((sum, { count }) => sum + count, 0);
