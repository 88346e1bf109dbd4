import { type Distribution, nextStage, type Stage } from "../../domain/distribution.ts";
import type { DistributionWalk } from "../../domain/distribution-walk.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { readinessOf, type Readiness } from "./stage-readiness.ts";

/** How far a distribution has come with its devices. */
export interface DistributionProgress {
  readonly devices: number;
  readonly waiting: number;
  readonly sent: number;
  readonly failed: number;
  /** Of these that were sent, whose certificate is on the device. */
  readonly installed: number;
}

/** A distribution as admins see it. */
export interface DistributionView extends Omit<Distribution, "createdAt" | "updatedAt"> {
  readonly progress: DistributionProgress;
  /** What comes after the trial's stage, and whether it may. */
  readonly next: (Readiness & { readonly stage: Stage }) | undefined;
  readonly walk: Pick<DistributionWalk, "state" | "joined" | "left"> | undefined;
}

export const viewOf = async (
  store: TenantStore,
  id: string,
  distribution: Distribution | undefined,
): Promise<DistributionView> => {
  const counts = await store.targets.counts(id);
  const sum = (wanted: (one: (typeof counts)[number]) => boolean): number =>
    counts.filter(wanted).reduce((total, { count }) => total + count, 0);
  const walk = await store.walks.get(id);
  const trial = distribution?.trial;
  return {
    id,
    draft: distribution?.draft,
    trial,
    serving: distribution?.serving,
    version: distribution?.version ?? 0,
    progress: {
      devices: sum(() => true),
      waiting: sum(({ state }) => state === "waiting"),
      sent: sum(({ state }) => state === "sent"),
      failed: sum(({ state }) => state === "failed"),
      installed: sum(({ state, deployment }) => state === "sent" && deployment === "installed"),
    },
    next: trial && { ...(await readinessOf(store, id, trial)), stage: nextStage(trial) },
    walk: walk && { state: walk.state, joined: walk.joined, left: walk.left },
  };
};
