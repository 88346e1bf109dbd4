import type { TenantId } from "../../domain/tenant.ts";
import type { Millis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";
import { inChunks, values } from "./sql.ts";

/** What a reservation holds besides its row. */
export interface Hold {
  readonly tenant: TenantId;
  readonly id: string;
  readonly challengeId: string | null;
  readonly idempotencyKey: string | null;
}

/** Reservations to fail: only rows still reserved, whose lease ended at `leaseBefore` or earlier. */
export interface Abandonment {
  readonly tenant: TenantId;
  readonly id: string;
  readonly leaseBefore: number;
}

/** Any lease, also one that still runs. */
export const ANY_LEASE = Number.MAX_SAFE_INTEGER;

/** Fails reserved rows and gives back what they held; answers them. */
export const abandon = async (
  sql: Statements,
  rows: readonly Abandonment[],
): Promise<Abandoned[]> => {
  const failed = await inChunks(rows, (chunk) =>
    sql.all<FailedRow>(
      `with gone(g_tenant, g_id, g_before) as (${values("tti", chunk.length)})
       update countersign_certificates set status = 'failed' from gone
       where tenant = g_tenant and id = g_id and status = 'reserved' and lease_until <= g_before
       returning tenant, id, challenge_id, idempotency_key, device_id, created_at`,
      chunk.flatMap((row) => [row.tenant, row.id, row.leaseBefore]),
    ),
  );
  await giveBack(
    sql,
    failed.map((row) => ({
      tenant: row.tenant,
      id: row.id,
      challengeId: row.challenge_id,
      idempotencyKey: row.idempotency_key,
    })),
  );
  return failed.map(({ tenant, device_id, created_at }) => ({
    tenant,
    deviceId: device_id,
    createdAt: Number(created_at),
  }));
};

interface FailedRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly challenge_id: string | null;
  readonly idempotency_key: string | null;
  readonly device_id: string | null;
  readonly created_at: Millis;
}

/** A reservation that failed, and when it was made. */
interface Abandoned {
  readonly tenant: TenantId;
  readonly deviceId: string | null;
  readonly createdAt: number;
}

/** Opens the challenges that these certificates reserved and frees their idempotence keys, as far as they are still theirs. */
export const giveBack = async (sql: Statements, holds: readonly Hold[]): Promise<void> => {
  const challenges = holds.flatMap(({ tenant, id, challengeId }) =>
    challengeId === null ? [] : [[tenant, challengeId, id]],
  );
  await inChunks(challenges, (chunk) =>
    sql.all(
      `update countersign_challenges set state = 'open', certificate_id = null
       where state = 'reserved' and (tenant, id, certificate_id) in (${values("ttt", chunk.length)})`,
      chunk.flat(),
    ),
  );
  const keys = holds.flatMap(({ tenant, id, idempotencyKey }) =>
    idempotencyKey === null ? [] : [[tenant, idempotencyKey, id]],
  );
  await inChunks(keys, (chunk) =>
    sql.all(
      `delete from countersign_idempotency
       where (tenant, idempotency_key, certificate_id) in (${values("ttt", chunk.length)})`,
      chunk.flat(),
    ),
  );
};
