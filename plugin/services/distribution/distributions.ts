import { inject } from "tsyringe";
import {
  changesTemplate,
  type Distribution,
  type DistributionPlan,
  type DistributionVersion,
  firstStage,
  groupsOf,
  nextNumber,
  nextStage,
  type Stage,
} from "../../domain/distribution.ts";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import type { TemplateChange } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { Audiences } from "./audiences.ts";
import { Deliveries } from "../deployments/deliveries.ts";
import { type PlanChange, planOf, summary } from "./distribution-plans.ts";
import { type DistributionPreview, DistributionPreviews } from "./distribution-previews.ts";
import { type DistributionView, viewOf } from "./distribution-view.ts";
import { DistributionWalks } from "./distribution-walks.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { GroupSync } from "./group-sync.ts";
import { readinessOf } from "./stage-readiness.ts";
import { type ChangedTemplate, Templates } from "../templates/templates.ts";

/** How an admin publishes. */
export interface PublishOrder {
  /** The number of devices that the admin was shown; needed where everybody is reached. */
  readonly expect?: number | undefined;
}

/** How an admin lets a version go on. */
export interface AdvanceOrder extends PublishOrder {
  /** Although the stage before has not come to its end; needs a reason. */
  readonly force?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** By how much of what was shown the audience may have grown until it is published. */
const TOLERANCE = 0.05;

/** Templates by the host's groups (P-09): a draft is saved, a version published, stage by stage, while the one before serves (P-08). */
export class Distributions {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Audiences) private readonly audiences: Audiences,
    @inject(DistributionPreviews) private readonly previews: DistributionPreviews,
    @inject(DistributionWalks) private readonly walks: DistributionWalks,
    @inject(GroupSync) private readonly sync: GroupSync,
    @inject(Deliveries) private readonly deliveries: Deliveries,
    @inject(Templates) private readonly templates: Templates,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {}

  /** Of a template that nobody has distributed: version 0. */
  async get(principal: Principal, id: string): Promise<DistributionView> {
    const store = this.access.open(principal, "configuration:read");
    found(await store.templates.get(id), "template", id);
    return viewOf(store, id, await store.distributions.get(id));
  }

  /** Keeps a draft and delivers nothing. Throws `invalid_input` with paths, and what saving the template would throw. */
  async save(
    principal: Principal,
    id: string,
    change: PlanChange,
    version?: number,
  ): Promise<DistributionView> {
    const store = this.access.open(principal, "configuration:manage");
    found(await store.templates.get(id), "template", id);
    const known = await store.distributions.get(id);
    sameVersion(known?.version ?? 0, version);
    const plan = planOf(known, change);
    await this.sync.ensure(store, groupsOf(plan));
    await this.check(principal, store, id, plan);
    const number = known === undefined ? 1 : nextNumber(known);
    const draft = { number, plan, by: principal.id, at: this.clock.now() };
    await store.run(async (tx) => {
      await this.keep(tx, known, { id, draft });
      await tx.ledger.append(
        this.access.entry(principal, "distribution.drafted", id, { number, ...summary(plan) }),
      );
    });
    return this.get(principal, id);
  }

  /** What the draft, with this change, or the version on trial would do at its last stage; saves nothing. Throws what saving would throw. */
  async preview(
    principal: Principal,
    id: string,
    change: PlanChange,
    ofTrial = false,
  ): Promise<DistributionPreview> {
    const store = this.access.open(principal, "configuration:read");
    found(await store.templates.get(id), "template", id);
    const known = await store.distributions.get(id);
    const plan = ofTrial
      ? found(known?.trial, "version on trial of", id).plan
      : planOf(known, change);
    await this.sync.ensure(store, groupsOf(plan));
    await this.check(principal, store, id, plan);
    return this.previews.of(principal, id, plan);
  }

  /** Throws `not_found` without a draft. */
  async discard(principal: Principal, id: string, version?: number): Promise<void> {
    const store = this.access.open(principal, "configuration:manage");
    const known = await this.known(store, id, version);
    const { number } = found(known.draft, "draft of", id);
    await store.run(async (tx) => {
      await this.keep(tx, known, { draft: undefined });
      await tx.ledger.append(
        this.access.entry(principal, "distribution.discarded", id, { number }),
      );
    });
  }

  /**
   * Publishes the draft to its first stage. Throws `confirmation_needed` with count and spread where it means everybody and `expect` is not
   * that count.
   */
  async publish(
    principal: Principal,
    id: string,
    order: PublishOrder = {},
    version?: number,
  ): Promise<DistributionView> {
    const store = this.managed(principal);
    const known = await this.known(store, id, version);
    const draft = found(known.draft, "draft of", id);
    await this.check(principal, store, id, draft.plan);
    const stage = firstStage(draft.plan);
    await this.confirm(principal, id, draft, stage, order);
    const changed = await this.prepared(principal, id, draft);
    await store.run(async (tx) => {
      await this.enter(tx, principal, known, draft, { stage, changed });
      await tx.ledger.append(
        this.access.entry(principal, "distribution.published", id, {
          ...{ number: draft.number, stage },
          ...summary(draft.plan),
        }),
      );
    });
    return this.begun(principal, store, id);
  }

  /** Lets the version on trial go on to its next stage. Throws `conflict` while it is not ready, unless it is forced. */
  async advance(
    principal: Principal,
    id: string,
    order: AdvanceOrder = {},
    version?: number,
  ): Promise<DistributionView> {
    const store = this.managed(principal);
    const known = await this.known(store, id, version);
    const trial = found(known.trial, "version on trial of", id);
    const ready = await readinessOf(store, id, trial);
    const forced = !ready.ok && order.force === true;
    if (!ready.ok && !forced) throw new CountersignError("conflict", ready.why);
    if (forced && (order.reason ?? "").trim() === "")
      throw new CountersignError("invalid_input", "say why it is forced", {
        issues: [{ path: "reason", message: "say why" }],
      });
    const stage = nextStage(trial);
    await this.confirm(principal, id, trial, stage, order);
    const changed = await this.prepared(principal, id, trial);
    await store.run(async (tx) => {
      await this.enter(tx, principal, known, trial, { stage, changed });
      const data = { number: trial.number, from: trial.stage, stage };
      if (forced)
        await tx.ledger.append(
          this.access.entry(principal, "distribution.forced", id, {
            ...data,
            ...{ because: order.reason, although: ready.why },
          }),
        );
      await tx.ledger.append(this.access.entry(principal, "distribution.advanced", id, data));
    });
    return this.begun(principal, store, id);
  }

  /** Ends the trial: its devices go back to what serves, or are let go by rule. */
  async withdraw(principal: Principal, id: string, version?: number): Promise<DistributionView> {
    const store = this.managed(principal);
    const known = await this.known(store, id, version);
    const trial = found(known.trial, "version on trial of", id);
    await store.run(async (tx) => {
      await this.keep(tx, known, { trial: undefined, left: trial.plan.leaving });
      await tx.templates.setTrial(id, undefined);
      await this.walks.begin(tx, {
        ...{ id, cause: "published", spread: undefined, revert: changesTemplate(trial) },
      });
      await tx.ledger.append(
        this.access.entry(principal, "distribution.withdrawn", id, { number: trial.number }),
      );
    });
    return this.begun(principal, store, id);
  }

  /** Lets a walk go on that was held since too many devices would leave. Throws `conflict` when none is held. */
  async release(principal: Principal, id: string): Promise<DistributionView> {
    const store = this.managed(principal);
    await store.run(async (tx) => {
      const walk = await tx.walks.get(id);
      if (walk?.state !== "held")
        throw new CountersignError("conflict", `nothing of ${id} is held`);
      const updatedAt = this.clock.now();
      await tx.walks.save({ ...walk, state: "running", mayLeave: undefined, updatedAt });
      await tx.ledger.append(
        this.access.entry(principal, "distribution.released", id, { left: walk.left }),
      );
    });
    return this.begun(principal, store, id);
  }

  /** Publishing changes templates and sends profiles: it needs both rights. */
  private managed(principal: Principal): TenantStore {
    this.access.open(principal, "deployments:manage");
    return this.access.open(principal, "configuration:manage");
  }

  private async known(
    store: TenantStore,
    id: string,
    version: number | undefined,
  ): Promise<Distribution> {
    const known = found(await store.distributions.get(id), "distribution of template", id);
    sameVersion(known.version, version);
    return known;
  }

  private async check(
    principal: Principal,
    store: TenantStore,
    id: string,
    plan: DistributionPlan,
  ): Promise<void> {
    parseDuration(plan.over);
    const issues = await this.audiences.issues(store, plan);
    if (issues.length > 0)
      throw new CountersignError("invalid_input", issues.map(({ message }) => message).join("; "), {
        issues,
      });
    if (Object.keys(plan.change).length > 0)
      await this.templates.changed(principal, id, plan.change);
  }

  private async confirm(
    principal: Principal,
    id: string,
    { plan }: DistributionVersion,
    stage: Stage,
    { expect }: PublishOrder,
  ): Promise<void> {
    if (stage !== "everybody" || plan.everybody === undefined) return;
    const { devices, warnings } = await this.previews.of(principal, id, plan);
    if (expect !== undefined && Math.abs(devices - expect) <= devices * TOLERANCE) return;
    throw new CountersignError("confirmation_needed", warnings.join(" "));
  }

  /** What the last stage saves of the template, and a stage before it tries; undefined where nothing changes. */
  private async prepared(
    principal: Principal,
    id: string,
    version: DistributionVersion,
  ): Promise<ChangedTemplate | undefined> {
    if (!changesTemplate(version)) return undefined;
    const changed = await this.templates.changed(principal, id, version.plan.change);
    return { ...changed, after: { ...changed.after, trial: undefined } };
  }

  private async enter(
    tx: TenantStore,
    principal: Principal,
    known: Distribution,
    version: DistributionVersion,
    { stage, changed }: { readonly stage: Stage; readonly changed: ChangedTemplate | undefined },
  ): Promise<void> {
    const { id, draft } = known;
    const { number, plan, by, at } = version;
    const now = this.clock.now();
    const own = { number, plan, by, at };
    const rest = { draft: draft?.number === number ? undefined : draft };
    const promoted = known.trial?.number === number;
    if (stage === "everybody") {
      await this.keep(tx, known, { ...rest, trial: undefined, serving: own });
      await tx.templates.setTrial(id, undefined);
      if (changed !== undefined) await this.templates.saveIn(tx, principal, changed, plan.over);
    } else {
      await this.keep(tx, known, { ...rest, trial: { ...own, stage, stageAt: now } });
      await tx.templates.setTrial(id, changed && { number, change: tried(plan.change, changed) });
    }
    const until = addDuration(now, parseDuration(plan.over));
    await this.walks.begin(tx, {
      ...{ id, cause: "published" },
      spread: stage === "everybody" ? { from: now, until } : undefined,
      revert: !promoted && known.trial !== undefined && changesTemplate(known.trial),
    });
  }

  private async keep(
    tx: TenantStore,
    known: Distribution | undefined,
    change: Partial<Distribution>,
  ): Promise<void> {
    const now = this.clock.now();
    const made = { id: "", draft: undefined, trial: undefined, serving: undefined };
    if (known === undefined)
      await tx.distributions.insert({
        ...{ ...made, ...change },
        ...{ version: 1, createdAt: now, updatedAt: now },
      });
    else
      await tx.distributions.update({
        ...{ ...known, ...change },
        ...{ version: known.version + 1, updatedAt: now },
      });
  }

  /** The first pages at once, so that a test device does not wait for the next look. */
  private async begun(
    principal: Principal,
    store: TenantStore,
    id: string,
  ): Promise<DistributionView> {
    this.runtimes.forgetAll();
    await this.walks.advance(store);
    await this.deliveries.advance(store);
    return this.get(principal, id);
  }
}

/** What the devices on trial have otherwise: a profile that changes brings its rules. */
const tried = (change: TemplateChange, { after, fields }: ChangedTemplate): TemplateChange =>
  fields.includes("profileId") ? { ...change, rules: after.rules ?? null } : change;
