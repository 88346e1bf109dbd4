import type { LedgerEntry } from "../../domain/events.ts";
import { settledAt } from "../../domain/roll-over.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** What `settleEndpoints` writes into the ledger. */
export type SettlementEntry = (endpointId: string, data: LedgerEntry["data"]) => LedgerEntry;

/** Writes down the roll-overs and ends of overlaps that have happened by the clock; answers the ids of the endpoints it changed. */
export const settleEndpoints = async (
  tx: TenantStore,
  now: Date,
  entry: SettlementEntry,
): Promise<readonly string[]> => {
  const changed: string[] = [];
  for (const stored of await tx.endpoints.list()) {
    const settled = settledAt(stored, now);
    if (settled === stored) continue;
    await tx.endpoints.update({ ...settled, version: stored.version + 1, updatedAt: now });
    const { authorityId, raId, retiredRas } = settled;
    await tx.ledger.append(
      entry(stored.id, {
        rolledOver: { authorityId, raId, stillOpening: retiredRas.map((old) => old.raId) },
      }),
    );
    changed.push(stored.id);
  }
  return changed;
};
