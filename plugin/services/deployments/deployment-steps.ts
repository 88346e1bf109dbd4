import { inject } from "tsyringe";
import {
  advance,
  type DeploymentEffect,
  type DeploymentEvent,
  type DeploymentRules,
} from "../../domain/deployment-machine.ts";
import type { Deployment } from "../../domain/deployment.ts";
import { DEFAULT_ATTEMPTS } from "../../domain/attempt-policy.ts";
import type { LedgerEntry, LedgerEvent } from "../../domain/events.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Effect } from "../../ports/outbox.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { renewalTime } from "../../domain/renewal-time.ts";
import { CLOCK } from "../../tokens.ts";
import { Access } from "../access/access.ts";
import { StatusTransactions } from "../certificates/status-transactions.ts";
import { endSuperseded } from "../certificates/supersession.ts";

/** Moves deployments: the one place that stores a step of `domain/deployment-machine.ts`, with its effects and its ledger row. */
export class DeploymentSteps {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
  ) {}

  /**
   * Inside the caller's transaction `tx`, which has read `deployment`. Answers it as it stands now; the very same object when the event means
   * nothing in its state. `data` goes into the ledger row.
   */
  async apply(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    deployment: Deployment,
    event: DeploymentEvent,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<Deployment> {
    const rules = await rulesFor(tx, deployment);
    const step = advance(deployment, event, rules, this.clock.now());
    if (step === undefined) return deployment;
    const { deployment: after, effects } = step;
    await tx.deployments.save(after);
    for (const effect of effects) await this.perform(tx, principal, after, effect);
    if (event.kind === "issue") await planIssued(tx, after, this.clock.now());
    if (after.state !== deployment.state || event.kind === "assign")
      await tx.ledger.append(entryOf(principal, event, deployment, after, data));
    return after.state === "installed"
      ? endSuperseded(tx, this.statuses.within(tx, principal, "renewed"), after, this.clock.now())
      : after;
  }

  /**
   * The same event for many, in few statements, inside the caller's transaction `tx`; answers those that it meant something for. For events
   * whose only effect is to publish.
   */
  async applyAll(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    deployments: readonly Deployment[],
    event: Extract<DeploymentEvent, { readonly kind: "renew" }>,
    dataOf: (deployment: Deployment) => Readonly<Record<string, unknown>>,
  ): Promise<readonly Deployment[]> {
    const rules = new Map<string, DeploymentRules>();
    for (const { templateId } of deployments)
      if (!rules.has(templateId)) rules.set(templateId, await rulesFor(tx, { templateId }));
    const now = this.clock.now();
    const steps = deployments.flatMap((before) => {
      const step = advance(before, event, rules.get(before.templateId) ?? DEFAULT_RULES, now);
      return step === undefined ? [] : [{ before, ...step }];
    });
    await tx.deployments.updateAll(steps.map(({ deployment }) => deployment));
    const due = new Map<number, Effect[]>();
    for (const { deployment, effects } of steps) {
      for (const effect of effects) {
        if (effect.kind !== "publish") {
          await this.perform(tx, principal, deployment, effect);
          continue;
        }
        const at = effect.at.getTime();
        const publish = { kind: "publish-profile", deploymentId: deployment.id } as const;
        const known = due.get(at);
        if (known === undefined) due.set(at, [publish]);
        else known.push(publish);
      }
    }
    for (const [at, effects] of due) await tx.outbox.addAll(effects, new Date(at));
    await tx.ledger.appendAll(
      steps.map(({ before, deployment }) =>
        entryOf(principal, event, before, deployment, dataOf(deployment)),
      ),
    );
    return steps.map(({ deployment }) => deployment);
  }

  /** The same for one that is read here; undefined when there is none. */
  async applyTo(
    store: TenantStore,
    principal: Pick<Principal, "id">,
    id: string,
    event: DeploymentEvent,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<Deployment | undefined> {
    return store.run(async (tx) => {
      const deployment = await tx.deployments.get(id);
      return deployment && (await this.apply(tx, principal, deployment, event, data));
    });
  }

  private async perform(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    { id, deviceId, templateId }: Deployment,
    effect: DeploymentEffect,
  ): Promise<void> {
    const now = this.clock.now();
    switch (effect.kind) {
      case "publish":
        return tx.outbox.add({ kind: "publish-profile", deploymentId: id }, effect.at);
      case "remove":
        return tx.outbox.add({ kind: "remove-profile", deviceId, profileId: id }, now);
      case "scan":
        return tx.outbox.add({ kind: "scan-device", deviceId }, now);
      case "plan":
        return planNow(tx, id, now);
      case "wipe":
        return tx.outbox.add({ kind: "wipe-device", deviceId, deploymentId: id }, now);
      case "burn": {
        const challenges = await tx.challenges.burnOfDevice(deviceId, templateId);
        if (challenges.length > 0)
          await tx.ledger.append({
            ...this.access.entry({ ...principal, kind: "system" }, "challenge.burned", deviceId, {
              challenges,
              deployment: id,
            }),
          });
      }
    }
  }
}

/** What has ended and still has no due time. */
const planNow = async (tx: TenantStore, id: string, now: Date): Promise<void> => {
  const [row] = await tx.renewals.byIds([id]);
  if (row === undefined || row.renewAt !== undefined) return;
  await tx.renewals.change([{ id, from: undefined, to: now }]);
};

/** Writes when a deployment's certificate is due to be renewed, where it was found or restored and not settled. */
export const planIssued = async (tx: TenantStore, { id }: Deployment, now: Date): Promise<void> => {
  const [row] = await tx.renewals.byIds([id]);
  const template = row && (await tx.templates.get(row.templateId));
  if (row === undefined || template === undefined) return;
  const to = renewalTime(template, row, now);
  await tx.renewals.change([{ id, from: row.renewAt, to }]);
};

const entryOf = (
  principal: Pick<Principal, "id">,
  event: DeploymentEvent,
  before: Deployment,
  after: Deployment,
  data: Readonly<Record<string, unknown>>,
): LedgerEntry => ({
  event: ledgerEventOf(event, before, after),
  principal: principal.id,
  at: after.updatedAt,
  subjectId: after.id,
  data: {
    ...{ device: after.deviceId, template: after.templateId, endpoint: after.endpointId },
    ...{ from: before.state, to: after.state },
    ...{ reason: after.reason, detail: after.failure, command: after.commandId },
    ...data,
  },
});

const DEFAULT_RULES: DeploymentRules = {
  attempts: DEFAULT_ATTEMPTS,
  renews: true,
  outside: false,
};

/** What holds for a deployment now; a template that is gone leaves the defaults. */
export const rulesFor = async (
  store: TenantStore,
  { templateId }: Pick<Deployment, "templateId">,
): Promise<DeploymentRules> => {
  const template = await store.templates.get(templateId);
  if (template === undefined) return DEFAULT_RULES;
  const authority = await store.authorities.get(template.authorityId);
  return {
    attempts: template.attempts,
    renews: template.autoRenewal,
    planned: true,
    outside: authority?.kind === "outside",
  };
};

const ledgerEventOf = (
  event: DeploymentEvent,
  before: Deployment,
  after: Deployment,
): LedgerEvent => {
  if (event.kind === "assign") return "deployment.published";
  if (after.state === "removed") return "deployment.removed";
  if (after.state === "locked") return "deployment.locked";
  return before.state === "locked" ? "deployment.unlocked" : "deployment.changed";
};
