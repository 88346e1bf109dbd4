import type { Distribution, DistributionPlan } from "../../domain/distribution.ts";

/** What an admin gives; what is left out stays as the draft has it, or what is published. `null` takes it away. */
export type PlanChange = {
  readonly [K in keyof DistributionPlan]?: DistributionPlan[K] | null | undefined;
};

const NO_PLAN: DistributionPlan = {
  ...{ everybody: undefined, includes: [], excludes: [] },
  ...{ testDeviceId: undefined, stagedGroupId: undefined, endpointId: undefined },
  ...{ over: "P7D", leaving: "remove", change: {} },
};

/** The plan that a change makes of the draft, of what is on its way, or of what serves. */
export const planOf = (known: Distribution | undefined, change: PlanChange): DistributionPlan => {
  const published = (known?.trial ?? known?.serving)?.plan;
  const before = known?.draft?.plan ?? (published && { ...published, change: {} }) ?? NO_PLAN;
  const merged: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    merged[name] = value ?? NO_PLAN[name as keyof DistributionPlan];
  }
  return merged as unknown as DistributionPlan;
};

/** What of a plan stands in the ledger. */
export const summary = ({
  change,
  ...plan
}: DistributionPlan): Readonly<Record<string, unknown>> => ({
  ...plan,
  fields: Object.keys(change),
});
