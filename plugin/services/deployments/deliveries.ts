import { inject } from "tsyringe";
import type { DistributionTarget } from "../../domain/distribution-step.ts";
import type { Distribution } from "../../domain/distribution.ts";
import { decideRenewals } from "../../domain/renewal-sweep.ts";
import type { RenewalRules } from "../../domain/renewal-rules.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Deployments, enrolsAt } from "./deployments.ts";
import { namesFor } from "./profiles.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";
import { KEEP_STARTED, roomIn, rulesOf, usageOf } from "./renewal-starts.ts";
import { templateFor } from "../templates/trial-template.ts";

/** Due targets that one look takes in; the rest comes with the next one. */
const MOST = 2000;
/** Profiles published in one transaction. */
const AT_ONCE = 50;
const HOUR = 3_600_000;
/** When a device that lacks something is tried again, unless its host tells of it before. */
const AGAIN = 24 * HOUR;
const PRINCIPAL = { id: "system:distributions" };

/** Hands what distributions have made due to the hosts: never above the caps of the authority, which renewals share. */
export class Deliveries {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Deployments) private readonly deployments: Deployments,
  ) {}

  /** Delivers what is due and fits; what has to wait gets the time the plan gives it. Answers how many were handed over. */
  async advance(store: TenantStore): Promise<number> {
    const due = await store.targets.due(this.clock.now(), MOST);
    const byTemplate = new Map<string, DistributionTarget[]>();
    for (const target of due) {
      const known = byTemplate.get(target.templateId);
      if (known === undefined) byTemplate.set(target.templateId, [target]);
      else known.push(target);
    }
    const byAuthority = new Map<string, Ready[]>();
    for (const [templateId, targets] of byTemplate) {
      const ready = await this.ready(store, templateId, targets);
      const authorityId = ready[0]?.template.authorityId;
      if (authorityId === undefined) continue;
      byAuthority.set(authorityId, [...(byAuthority.get(authorityId) ?? []), ...ready]);
    }
    const rules = await rulesOf(store);
    let sent = 0;
    for (const [authorityId, ready] of byAuthority)
      sent += await this.ofAuthority(store, authorityId, ready, rules(authorityId));
    return sent;
  }

  /** The targets with what they are to get; those of a template that cannot be enrolled for wait an hour. */
  private async ready(
    store: TenantStore,
    templateId: string,
    targets: readonly DistributionTarget[],
  ): Promise<readonly Ready[]> {
    const template = await store.templates.get(templateId);
    const distribution = await store.distributions.get(templateId);
    if (template === undefined || distribution === undefined) {
      await store.targets.delete(
        templateId,
        targets.map(({ deviceId }) => deviceId),
      );
      return [];
    }
    const ready: Ready[] = [];
    const ways = new Map<string | undefined, string | undefined>();
    try {
      for (const target of targets) {
        const wanted = endpointOf(distribution, target);
        if (!ways.has(wanted)) ways.set(wanted, await enrolsAt(store, template, wanted));
        ready.push({ target, template, endpointId: ways.get(wanted) });
      }
      return ready;
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const dueAt = new Date(this.clock.now().getTime() + HOUR);
      const failure = error.detail;
      await store.targets.save(targets.map((target) => ({ ...target, dueAt, failure })));
      return [];
    }
  }

  private async ofAuthority(
    store: TenantStore,
    authorityId: string,
    ready: readonly Ready[],
    rules: RenewalRules,
  ): Promise<number> {
    const now = this.clock.now();
    const { start, wait } = decideRenewals(
      ready.map((one) => ({ one, ...dueOf(one.target, now) })),
      { now: now.getTime(), rules, usage: await usageOf(store, authorityId, now) },
    );
    await store.targets.save(
      wait.map(({ renewal, until }) => ({ ...renewal.one.target, dueAt: new Date(until) })),
    );
    let sent = 0;
    for (let at = 0; at < start.length; at += AT_ONCE) {
      const chunk = start.slice(at, at + AT_ONCE).map(({ one }) => one);
      const count = await store.run((tx) => this.sendIn(tx, authorityId, chunk, rules));
      if (count === undefined) break;
      sent += count;
    }
    return sent;
  }

  /** Undefined: the caps leave no room any more. */
  private async sendIn(
    tx: TenantStore,
    authorityId: string,
    chunk: readonly Ready[],
    rules: RenewalRules,
  ): Promise<number | undefined> {
    const now = this.clock.now();
    // Read again inside the transaction, in which nobody else writes.
    const room = roomIn(rules, await usageOf(tx, authorityId, now));
    if (room === 0) return undefined;
    let sent = 0;
    for (const ready of chunk.slice(0, room)) {
      const current = await tx.targets.get(ready.target.templateId, ready.target.deviceId);
      // Taken by another node, or no longer meant.
      if (current?.dueAt?.getTime() !== ready.target.dueAt?.getTime() || current === undefined)
        continue;
      if (await this.send(tx, { ...ready, target: current }, now)) sent += 1;
    }
    if (sent > 0) await tx.renewals.countStarted(authorityId, now, sent, KEEP_STARTED);
    return sent;
  }

  /** False when it got nothing: it lacks something, or has the profile already. */
  private async send(tx: TenantStore, ready: Ready, now: Date): Promise<boolean> {
    const { target, template, endpointId } = ready;
    const { templateId, deviceId } = target;
    const done: DistributionTarget = {
      ...target,
      ...{ state: "sent", dueAt: undefined, again: false, failure: undefined, updatedAt: now },
    };
    const deployment = await tx.deployments.find(deviceId, templateId);
    if (deployment !== undefined && !target.again) {
      await tx.targets.save([done]);
      return false;
    }
    try {
      const device = await tx.devices.get(deviceId);
      if (device === undefined) throw new CountersignError("not_found", `no device ${deviceId}`);
      refuseUnlessLive(device);
      namesFor(await templateFor(tx, template, deviceId), device);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      await this.fail(tx, target, error, now);
      return false;
    }
    await this.deployments.assignIn(tx, PRINCIPAL, { deviceId, templateId, endpointId });
    await tx.targets.save([done]);
    return true;
  }

  private async fail(
    tx: TenantStore,
    target: DistributionTarget,
    error: CountersignError,
    now: Date,
  ): Promise<void> {
    const { detail: failure, code } = error;
    const dueAt = new Date(now.getTime() + AGAIN);
    await tx.targets.save([{ ...target, state: "failed", dueAt, failure, updatedAt: now }]);
    if (target.failure === failure) return;
    await tx.ledger.append({
      event: "distribution.device-failed",
      principal: PRINCIPAL.id,
      at: now,
      subjectId: target.templateId,
      data: { device: target.deviceId, code, detail: failure },
    });
  }
}

interface Ready {
  readonly target: DistributionTarget;
  readonly template: Template;
  readonly endpointId: string | undefined;
}

/** As the plan of renewals takes it: nothing ends if it waits, and what is on trial goes first. */
const dueOf = (target: Pick<DistributionTarget, "dueAt" | "trial">, now: Date) => ({
  renewAt: target.dueAt?.getTime() ?? now.getTime(),
  urgentAt: Number.MAX_SAFE_INTEGER,
  expiresAt: Number.MAX_SAFE_INTEGER,
  byHand: target.trial !== undefined,
});

const endpointOf = (
  { trial, serving }: Distribution,
  target: DistributionTarget,
): string | undefined =>
  (target.trial !== undefined && target.trial === trial?.number ? trial : (serving ?? trial))?.plan
    .endpointId;
