import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import { type DueRenewal, planRenewals } from "../../domain/renewal-plan.ts";
import { type PlannedDay, RenewalPreview } from "../../domain/renewal-preview.ts";
import { checkRenewalRules, type RenewalRules } from "../../domain/renewal-rules.ts";
import { renewalTime, urgencyTime } from "../../domain/renewal-time.ts";
import type { Template } from "../../domain/template.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { RenewalRow, StoredRenewalRules } from "../../ports/renewals.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { rulesOf, usageOf } from "../deployments/renewal-starts.ts";

const DAY = 86_400_000;
const PAGE = 2_000;
/** Certificates that a preview takes in, and renewals that it plays; beyond them it says that it is not whole. */
const MOST_ROWS = 500_000;
const MOST_STARTS = 1_000_000;
/** Starts between two turns of the event loop. */
const AT_ONCE = 2_000;

export interface PlanRequest {
  /** 1 to 366. */
  readonly days: number;
  readonly authorityId?: string | undefined;
  readonly templateId?: string | undefined;
}

/** The renewals of one authority in the time of a plan. */
export interface AuthorityPlan {
  readonly authorityId: string;
  readonly rules: RenewalRules;
  readonly planned: number;
  /** Of these, after their certificate's end. */
  readonly late: number;
  readonly peakHour: number;
  readonly days: readonly PlannedDay[];
}

export interface RenewalPlan {
  readonly from: Date;
  readonly until: Date;
  /** Due already. */
  readonly backlog: number;
  /** False when there was more than a preview takes in. */
  readonly whole: boolean;
  /** All authorities together. */
  readonly days: readonly PlannedDay[];
  readonly authorities: readonly AuthorityPlan[];
  readonly warnings: readonly string[];
}

export interface RulesView extends Omit<StoredRenewalRules, "updatedAt"> {
  /** Undefined where the defaults hold. */
  readonly updatedAt: Date | undefined;
  readonly warnings?: readonly string[];
}

/** A certificate as the plan plays it, with what its successor will be like. */
export interface PlayedRenewal extends DueRenewal {
  readonly life: number;
  /** From issue to the due time, and to urgency; undefined where the template does not renew. */
  readonly dueAfter: number | undefined;
  readonly urgentAfter: number;
}

/** Rules of authorities, and what they make of the months ahead: the same plan that the sweep works by. */
export class RenewalPlans {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** What would be started on which day if nothing else changed; new certificates that end within the time are counted with their own renewals. */
  async plan(principal: Principal, request: PlanRequest): Promise<RenewalPlan> {
    const store = this.access.open(principal, "configuration:read");
    return this.planIn(store, request, await rulesOf(store));
  }

  async rules(principal: Principal): Promise<readonly RulesView[]> {
    const store = this.access.open(principal, "configuration:read");
    const of = await rulesOf(store);
    const stored = new Map((await store.renewalRules.list()).map((one) => [one.authorityId, one]));
    const issuing = (await store.authorities.list()).filter(
      ({ kind, status }) => (kind === "issuing" || kind === "outside") && status !== "deleted",
    );
    return issuing.map(({ id }) => ({
      authorityId: id,
      rules: of(id),
      version: stored.get(id)?.version ?? 0,
      updatedAt: stored.get(id)?.updatedAt,
    }));
  }

  async rulesFor(principal: Principal, authorityId: string): Promise<RulesView> {
    return found(
      (await this.rules(principal)).find((one) => one.authorityId === authorityId),
      "issuing or outside authority",
      authorityId,
    );
  }

  /** Changes what is named; `quietHours: null` takes them away. Warns when certificates would end before the caps let them be renewed. */
  async changeRules(
    principal: Principal,
    authorityId: string,
    change: { readonly [K in keyof RenewalRules]?: RenewalRules[K] | null },
    seen?: number,
  ): Promise<RulesView> {
    const store = this.access.open(principal, "configuration:manage");
    const current = await this.rulesFor(principal, authorityId);
    sameVersion(current.version, seen);
    const rules: RenewalRules = {
      perHour: change.perHour ?? current.rules.perHour,
      perDay: change.perDay ?? current.rules.perDay,
      quietHours:
        change.quietHours === null ? undefined : (change.quietHours ?? current.rules.quietHours),
    };
    checkRenewalRules(rules);
    const updatedAt = this.clock.now();
    const stored = { authorityId, rules, version: current.version + 1, updatedAt };
    await store.run(async (tx) => {
      await tx.renewalRules.save(stored);
      await tx.ledger.append(
        this.access.entry(principal, "renewal.rules-changed", authorityId, { ...rules }),
      );
    });
    const plan = await this.planIn(store, { days: 90, authorityId }, () => rules);
    return { ...stored, warnings: plan.warnings };
  }

  private async planIn(
    store: TenantStore,
    { days, authorityId, templateId }: PlanRequest,
    rules: (authorityId: string) => RenewalRules,
  ): Promise<RenewalPlan> {
    const from = this.clock.now();
    const until = new Date(from.getTime() + days * DAY);
    const { byAuthority, backlog, whole } = await this.gather(store, from, until, (row) => {
      if (authorityId !== undefined && row.authorityId !== authorityId) return false;
      return templateId === undefined || row.templateId === templateId;
    });
    const total = new RenewalPreview(from.getTime(), until.getTime());
    const authorities: AuthorityPlan[] = [];
    let left = MOST_STARTS;
    for (const [id, renewals] of byAuthority) {
      const own = new RenewalPreview(from.getTime(), until.getTime());
      const usage = await usageOf(store, id, from);
      left = await play(renewals, { from, until, rules: rules(id), usage, left }, [own, total]);
      authorities.push(summary(id, rules(id), own.days()));
    }
    const complete = whole && left > 0;
    return {
      from,
      until,
      backlog,
      whole: complete,
      days: total.days(),
      authorities,
      warnings: warningsOf(authorities, complete),
    };
  }

  private async gather(
    store: TenantStore,
    from: Date,
    until: Date,
    wanted: (row: RenewalRow) => boolean,
  ): Promise<Gathered> {
    const templates = new Map((await store.templates.list()).map((one) => [one.id, one]));
    const byAuthority = new Map<string, PlayedRenewal[]>();
    let backlog = 0;
    let last: RenewalRow | undefined;
    for (let seen = 0; seen < MOST_ROWS; seen += PAGE) {
      const page = await store.renewals.due(until, PAGE, last);
      for (const row of page) {
        const played = wanted(row)
          ? playedRow(row, templates.get(row.templateId), from)
          : undefined;
        if (played === undefined) continue;
        if (played.renewAt <= from.getTime()) backlog += 1;
        const known = byAuthority.get(row.authorityId);
        if (known === undefined) byAuthority.set(row.authorityId, [played]);
        else known.push(played);
      }
      last = page.at(-1);
      if (page.length < PAGE) return { byAuthority, backlog, whole: true };
    }
    return { byAuthority, backlog, whole: false };
  }
}

interface Gathered {
  readonly byAuthority: ReadonlyMap<string, readonly PlayedRenewal[]>;
  readonly backlog: number;
  readonly whole: boolean;
}

interface PlayTerms {
  readonly from: Date;
  readonly until: Date;
  readonly rules: RenewalRules;
  readonly usage: { readonly thisHour: number; readonly today: number };
  readonly left: number;
}

/** Plays the plan of one authority into previews; answers how many starts are left of the budget. Gives the event loop its turns. */
export const play = async (
  renewals: readonly PlayedRenewal[],
  { from, until, rules, usage, left }: PlayTerms,
  previews: readonly RenewalPreview[],
): Promise<number> => {
  const end = until.getTime();
  const plan = planRenewals(renewals, { now: from.getTime(), rules, usage, next: nextOf(end) });
  let budget = left;
  for (const planned of plan) {
    if (planned.at >= end || budget === 0) break;
    budget -= 1;
    for (const preview of previews) preview.add(planned);
    if (budget % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return budget;
};

const nextOf =
  (end: number) =>
  (renewal: PlayedRenewal, at: number): PlayedRenewal | undefined =>
    renewal.dueAfter === undefined || at + renewal.dueAfter >= end
      ? undefined
      : {
          ...renewal,
          byHand: false,
          renewAt: at + renewal.dueAfter,
          urgentAt: at + renewal.urgentAfter,
          expiresAt: at + renewal.life,
        };

/** Undefined for what the sweep would not renew. */
export const playedRow = (
  row: RenewalRow,
  template: Template | undefined,
  now: Date,
): PlayedRenewal | undefined => {
  if (template === undefined || row.certificateStatus !== "issued") return undefined;
  if (row.state !== "issued" && row.state !== "installed") return undefined;
  const planned = (row.renewAt?.getTime() ?? 0) > 0 ? row.renewAt : renewalTime(template, row, now);
  if (planned === undefined) return undefined;
  const issued = row.issuedAt.getTime();
  const dueNext = renewalTime(template, row, row.issuedAt);
  const urgentAt = urgencyTime(row).getTime();
  return {
    renewAt: planned.getTime(),
    urgentAt,
    expiresAt: row.notAfter.getTime(),
    byHand: row.byHand,
    life: row.notAfter.getTime() - issued,
    dueAfter: dueNext === undefined ? undefined : dueNext.getTime() - issued,
    urgentAfter: urgentAt - issued,
  };
};

const summary = (
  authorityId: string,
  rules: RenewalRules,
  days: readonly PlannedDay[],
): AuthorityPlan => ({
  authorityId,
  rules,
  planned: days.reduce((sum, { planned }) => sum + planned, 0),
  late: days.reduce((sum, { late }) => sum + late, 0),
  peakHour: Math.max(0, ...days.map(({ peakHour }) => peakHour)),
  days,
});

const warningsOf = (authorities: readonly AuthorityPlan[], whole: boolean): readonly string[] => [
  ...authorities
    .filter(({ late }) => late > 0)
    .map(
      ({ authorityId, late, rules }) =>
        `${late} certificates of ${authorityId} end before its caps (${rules.perHour} an hour, ${rules.perDay} a day) let them be renewed: raise the caps or widen the renewal windows`,
    ),
  ...(whole
    ? []
    : [
        "There is more than a preview takes in: the last days are not complete. Ask for fewer days or for one authority",
      ]),
];
