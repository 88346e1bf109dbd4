import { inject } from "tsyringe";
import type { Distribution, DistributionPlan, TrialVersion } from "../../domain/distribution.ts";
import { groupsOf } from "../../domain/distribution.ts";
import type { HostGroup } from "../../domain/host-group.ts";
import { mixedGroupIssues } from "../../domain/mixed-groups.ts";
import type { Issue } from "../../errors.ts";
import type { ResolvedAudience, ScanAudiences } from "../../ports/distributions.ts";
import type { MdmHost } from "../../ports/mdm-host.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { MDM_HOSTS } from "../../tokens.ts";

/** Whom plans mean: their groups looked up, and what is wrong with them. */
export class Audiences {
  constructor(@inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[]) {}

  /** Of what serves and of the trial. */
  async of(
    store: TenantStore,
    { serving, trial }: Pick<Distribution, "serving" | "trial">,
  ): Promise<ScanAudiences> {
    return {
      serving: serving && (await this.whole(store, serving.plan)),
      trial: trial && (await this.trial(store, trial)),
    };
  }

  /** Everybody a plan means at its last stage. */
  async whole(store: TenantStore, plan: DistributionPlan): Promise<ResolvedAudience> {
    const { everybody, includes, excludes, stagedGroupId, testDeviceId } = plan;
    const groups = await known(store, plan);
    return {
      everybody,
      includes: pick(groups, [
        ...includes,
        ...(stagedGroupId === undefined ? [] : [stagedGroupId]),
      ]),
      excludes: pick(groups, excludes),
      deviceIds: testDeviceId === undefined ? [] : [testDeviceId],
    };
  }

  /** Who takes part at the stage of a trial. */
  trial(store: TenantStore, { plan, stage }: Pick<TrialVersion, "plan" | "stage">) {
    const { stagedGroupId } = plan;
    return this.whole(store, {
      ...plan,
      everybody: undefined,
      includes: [],
      stagedGroupId: stage === "group" ? stagedGroupId : undefined,
    });
  }

  /** Why a plan cannot be saved: groups that are not known, kinds that the host does not mix, a test device that is excluded. */
  async issues(store: TenantStore, plan: DistributionPlan): Promise<readonly Issue[]> {
    const groups = await known(store, plan);
    const unknown = (path: string, id: string): Issue[] =>
      groups.has(id) ? [] : [{ path, message: `no group ${id} is known of any host` }];
    const rules = new Map((await store.hostRules.list()).map((one) => [one.id, one.mixedGroups]));
    const staged = plan.stagedGroupId;
    const issues = [
      ...plan.includes.flatMap((id, index) => unknown(`includes.${index}`, id)),
      ...plan.excludes.flatMap((id, index) => unknown(`excludes.${index}`, id)),
      ...(staged === undefined ? [] : unknown("stagedGroupId", staged)),
    ];
    if (issues.length > 0) return issues;
    const included = pick(
      groups,
      staged === undefined ? plan.includes : [...plan.includes, staged],
    );
    issues.push(
      ...mixedGroupIssues(
        included,
        pick(groups, plan.excludes),
        plan.everybody,
        (hostId) => rules.get(hostId) ?? this.mixes(hostId),
      ),
    );
    return [...issues, ...(await this.testDeviceIssues(store, plan))];
  }

  /** Whether a host's adapter lets user and device groups stand beside each other. */
  mixes(hostId: string): boolean {
    return this.hosts.find(({ id }) => id === hostId)?.mixedGroups ?? true;
  }

  private async testDeviceIssues(
    store: TenantStore,
    plan: DistributionPlan,
  ): Promise<readonly Issue[]> {
    const path = "testDeviceId";
    const { testDeviceId } = plan;
    if (testDeviceId === undefined) return [];
    if ((await store.devices.get(testDeviceId)) === undefined)
      return [{ path, message: `no device ${testDeviceId}` }];
    const serving = await this.whole(store, plan);
    const [found] = await store.targets.scanThese("", { serving, trial: undefined }, [
      testDeviceId,
    ]);
    return found?.serving === true
      ? []
      : [{ path, message: "is in an excluded group, and what is excluded stays so" }];
  }
}

const known = async (
  store: TenantStore,
  plan: DistributionPlan,
): Promise<ReadonlyMap<string, HostGroup>> =>
  new Map((await store.hostGroups.byIds([...new Set(groupsOf(plan))])).map((one) => [one.id, one]));

const pick = (
  groups: ReadonlyMap<string, HostGroup>,
  ids: readonly string[],
): readonly HostGroup[] =>
  ids.flatMap((id) => {
    const group = groups.get(id);
    return group === undefined ? [] : [group];
  });
