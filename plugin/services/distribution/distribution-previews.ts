import { inject } from "tsyringe";
import { type DistributionPlan, firstStage, type Stage } from "../../domain/distribution.ts";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import { type PlannedDay, RenewalPreview } from "../../domain/renewal-preview.ts";
import { spreadOf } from "../../domain/renewal-spread.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { Audiences } from "./audiences.ts";
import { play, type PlayedRenewal } from "../renewal/renewal-plans.ts";
import { rulesOf, usageOf } from "../deployments/renewal-starts.ts";
import { TemplateImpact, type TemplateImpactReport } from "./template-impact.ts";

const SPAN = 2000;
/** Deliveries that the plan plays; beyond them the days are not complete. */
const MOST_PLAYED = 500_000;
const DAYS = 366;
const DAY = 86_400_000;

/** What publishing a plan to its last stage would do. */
export interface DistributionPreview {
  /** Where it would begin. */
  readonly firstStage: Stage;
  /** Live devices that are meant. */
  readonly devices: number;
  /** Of these, who has no profile of the template yet. */
  readonly fresh: number;
  /** Of all, who takes part in the first stages. */
  readonly staged: number;
  /** Who has it by this distribution and is no longer meant. */
  readonly leaving: number;
  /** Deliveries by day, within the caps that renewals share. */
  readonly days: readonly PlannedDay[];
  readonly warnings: readonly string[];
  /** What the changed template does to those who have it. */
  readonly impact: TemplateImpactReport | undefined;
  /** False when there are more devices than the plan plays. */
  readonly whole: boolean;
}

/** Counts and plans what a distribution would do, before it does it; walks page by page and changes nothing. */
export class DistributionPreviews {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Audiences) private readonly audiences: Audiences,
    @inject(TemplateImpact) private readonly impacts: TemplateImpact,
  ) {}

  async of(
    principal: Principal,
    templateId: string,
    plan: DistributionPlan,
  ): Promise<DistributionPreview> {
    const store = this.access.open(principal, "configuration:read");
    const template = found(await store.templates.get(templateId), "template", templateId);
    const counted = await this.count(store, templateId, plan);
    const { devices, fresh, staged, leaving, coming } = counted;
    const days = await this.planned(store, template.authorityId, coming);
    const changes = Object.keys(plan.change).length > 0;
    const impact = changes
      ? await this.impacts.preview(principal, templateId, plan.change, plan.over)
      : undefined;
    return {
      firstStage: firstStage(plan),
      ...{ devices, fresh, staged, leaving, days },
      warnings: [
        ...warningsOf(plan, counted, days),
        ...(await groupWarnings(store, plan)),
        ...(impact?.warnings ?? []),
      ],
      impact,
      whole: fresh <= MOST_PLAYED,
    };
  }

  private async count(
    store: TenantStore,
    templateId: string,
    plan: DistributionPlan,
  ): Promise<Counted> {
    const audiences = {
      serving: await this.audiences.whole(store, plan),
      trial: await this.audiences.trial(store, { plan, stage: "group" }),
    };
    const from = this.clock.now();
    const span = addDuration(from, parseDuration(plan.over)).getTime() - from.getTime();
    const coming: PlayedRenewal[] = [];
    let [devices, fresh, staged, leaving] = [0, 0, 0, 0];
    let last: string | undefined;
    do {
      const page = await store.targets.scan(templateId, audiences, last, SPAN);
      for (const { status, serving, trial, target, deployment, deviceId } of page.devices) {
        if (status !== "enrolled" && status !== "unmanaged") continue;
        if (!serving) {
          if (target !== undefined) leaving += 1;
          continue;
        }
        devices += 1;
        if (trial) staged += 1;
        if (deployment !== undefined) continue;
        fresh += 1;
        if (coming.length < MOST_PLAYED)
          coming.push(played(from.getTime() + Math.round(span * spreadOf(deviceId, templateId))));
      }
      last = page.last;
      await new Promise((resolve) => setImmediate(resolve));
    } while (last !== undefined);
    return { devices, fresh, staged, leaving, coming };
  }

  private async planned(
    store: TenantStore,
    authorityId: string,
    coming: readonly PlayedRenewal[],
  ): Promise<readonly PlannedDay[]> {
    const from = this.clock.now();
    const until = new Date(from.getTime() + DAYS * DAY);
    const preview = new RenewalPreview(from.getTime(), until.getTime());
    const rules = (await rulesOf(store))(authorityId);
    const usage = await usageOf(store, authorityId, from);
    await play(coming, { from, until, rules, usage, left: MOST_PLAYED + 1 }, [preview]);
    const days = preview.days();
    return days.slice(0, days.findLastIndex((day) => day.planned > 0) + 1);
  }
}

interface Counted {
  readonly devices: number;
  readonly fresh: number;
  readonly staged: number;
  readonly leaving: number;
  readonly coming: readonly PlayedRenewal[];
}

/** A delivery as the plan of renewals plays it: nothing ends if it waits. */
const played = (renewAt: number): PlayedRenewal => ({
  ...{ renewAt, urgentAt: Number.MAX_SAFE_INTEGER, expiresAt: Number.MAX_SAFE_INTEGER },
  ...{ life: 0, dueAfter: undefined, urgentAfter: 0 },
});

const warningsOf = (
  { everybody, testDeviceId, stagedGroupId }: DistributionPlan,
  { devices, fresh, leaving }: Counted,
  days: readonly PlannedDay[],
): readonly string[] => {
  const peak = Math.max(0, ...days.map(({ peakHour }) => peakHour));
  return [
    ...(everybody === undefined
      ? []
      : [
          `All ${everybody}: ${devices} devices are meant, ${fresh} of them get the profile for the first time, spread over ${Math.max(1, days.length)} days with at most ${peak} an hour.`,
        ]),
    ...(testDeviceId === undefined && stagedGroupId === undefined && fresh > 1
      ? ["It goes to everybody at once, with no test device and no staged group before."]
      : []),
    ...(leaving === 0
      ? []
      : [`${leaving} devices that have it are no longer meant and leave by the rule.`]),
    ...(devices === 0 ? ["No device is meant."] : []),
  ];
};

const groupWarnings = async (
  store: TenantStore,
  { includes, excludes, stagedGroupId }: DistributionPlan,
): Promise<readonly string[]> => {
  const ids = [...includes, ...excludes, ...(stagedGroupId === undefined ? [] : [stagedGroupId])];
  return (await store.hostGroups.byIds([...new Set(ids)])).flatMap(({ name, problem, members }) => [
    ...(problem === undefined
      ? []
      : [`Group ${name} could not be read last (${problem}): it counts as it was known.`]),
    ...(members === 0 ? [`Nobody is known to be in group ${name}.`] : []),
  ]);
};
