import { advance } from "../domain/deployment-machine.ts";
import { rulesFor } from "../services/deployments/deployment-steps.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { Refill } from "../store/refill.ts";

/** Every list from now on has a number above the second of the restore, and this much: bursts of revocations count ahead of the clock. */
const AHEAD_SECONDS = 86_400n;

export interface EpochOptions {
  readonly backupId: string;
  readonly backupAt: Date;
  readonly now: Date;
  /** The highest number that a CRL is known to have had. */
  readonly crlNumber: bigint;
}

/** What became of the challenges that could still be used when the backup was made. */
export interface EpochReport {
  readonly burned: number;
  /** Deployments that are published again, each with a new challenge. */
  readonly republished: number;
  /** Challenges that no deployment stands behind: whoever gave them to a device has to mint again. */
  readonly toMint: readonly {
    readonly tenant: TenantId;
    readonly deviceId: string;
    readonly templateId: string;
  }[];
}

/**
 * Opens a new epoch (foundations.md 33): every challenge minted before it is dead, deployments mint anew, CRL numbers never go back, and each
 * ledger says where it was broken off.
 */
export const openEpoch = async (
  target: Refill,
  { backupId, backupAt, now, crlNumber }: EpochOptions,
): Promise<EpochReport> => {
  const { directory, rows } = target;
  const burned = await rows.burnChallenges();
  const toMint: { tenant: TenantId; deviceId: string; templateId: string }[] = [];
  const published = new Set<string>();
  for (const { tenant, deviceId, templateId } of burned) {
    const store = directory.open(tenant);
    const deployment = await store.deployments.find(deviceId, templateId);
    if (deployment === undefined) {
      toMint.push({ tenant, deviceId, templateId });
      continue;
    }
    if (deployment.state === "issued" || deployment.state === "installed") continue;
    const key = `${tenant}/${deployment.id}`;
    if (published.has(key)) continue;
    published.add(key);
    const again = { kind: "assign", endpointId: deployment.endpointId } as const;
    const step = advance(deployment, again, await rulesFor(store, deployment), now);
    if (step === undefined) continue;
    await store.deployments.save(step.deployment);
    await store.outbox.add({ kind: "publish-profile", deploymentId: deployment.id }, now);
  }
  const second = BigInt(Math.floor(now.getTime() / 1000)) + AHEAD_SECONDS;
  await rows.raiseCrlNumbers(second > crlNumber ? second : crlNumber);
  await rows.recountCaps();
  for (const { id } of await directory.tenants()) {
    const store = directory.open(id);
    const mine = burned.filter(({ tenant }) => tenant === id);
    const principal = "system:restore";
    if (mine.length > 0)
      await store.ledger.append({
        event: "challenge.burned",
        principal,
        at: now,
        subjectId: undefined,
        data: { because: "restore", count: mine.length },
      });
    const chain = await store.chain.head();
    await store.ledger.append({
      event: "backup.restored",
      principal,
      at: now,
      subjectId: backupId,
      data: { backupAt: backupAt.toISOString(), goesOnAfter: chain?.end ?? null },
    });
  }
  return { burned: burned.length, republished: published.size, toMint };
};
