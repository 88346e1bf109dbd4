import type { TenantId } from "../../domain/tenant.ts";
import { toMillis, type Millis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";
import { inChunks, ownedKey, values } from "./sql.ts";

/** How much to add to the count of one subject; no two of a call have the same subject. */
export interface Addition {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly by: number;
  readonly windowMs: number;
  readonly now: Date;
}

export interface Counted {
  readonly used: number;
  readonly endsAt: number;
}

/**
 * Counts subjects up, each in a window that begins with its first count and is begun anew once it is over; answers the new counts by
 * `ownedKey`. Exact over all nodes: the rows are locked from here to the end of the transaction, in one order, so that two nodes never wait
 * for each other.
 */
export const countUp = async (
  sql: Statements,
  additions: readonly Addition[],
): Promise<ReadonlyMap<string, Counted>> => {
  const ordered = [...additions].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rows = await inChunks(ordered, (chunk) =>
    sql.all<CounterRow>(
      `insert into countersign_limits (tenant, subject, used, started_at, ends_at) ${values("ttiii", chunk.length)}
       on conflict (tenant, subject) do update set
         used = excluded.used + case when countersign_limits.ends_at > excluded.started_at then countersign_limits.used else 0 end,
         started_at = case when countersign_limits.ends_at > excluded.started_at then countersign_limits.started_at else excluded.started_at end,
         ends_at = case when countersign_limits.ends_at > excluded.started_at then countersign_limits.ends_at else excluded.ends_at end
       returning tenant, subject, used, ends_at`,
      chunk.flatMap(({ tenant, subject, by, windowMs, now }) => [
        tenant,
        subject,
        by,
        toMillis(now),
        toMillis(now) + windowMs,
      ]),
    ),
  );
  return new Map(
    rows.map((row) => [
      ownedKey(row.tenant, row.subject),
      { used: Number(row.used), endsAt: Number(row.ends_at) },
    ]),
  );
};

interface CounterRow {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly used: number | string;
  readonly ends_at: Millis;
}

/** What is taken back of a subject's count, if the window in which it was counted, at `countedAt`, still runs. */
export interface Reduction {
  readonly tenant: TenantId;
  readonly subject: string;
  readonly countedAt: number;
}

export const countDown = async (
  sql: Statements,
  reductions: readonly Reduction[],
): Promise<void> => {
  const bySubject = new Map<string, Reduction & { by: number }>();
  for (const reduction of reductions) {
    const known = bySubject.get(keyOf(reduction));
    if (known === undefined) bySubject.set(keyOf(reduction), { ...reduction, by: 1 });
    else known.by += 1;
  }
  await inChunks([...bySubject.values()], (chunk) =>
    sql.all(
      `with back(b_tenant, b_subject, b_at, b_by) as (${values("ttii", chunk.length)})
       update countersign_limits set used = used - b_by from back
       where tenant = b_tenant and subject = b_subject and started_at <= b_at and b_at < ends_at and used >= b_by`,
      chunk.flatMap(({ tenant, subject, countedAt, by }) => [tenant, subject, countedAt, by]),
    ),
  );
};

const keyOf = ({ tenant, subject }: Pick<Addition, "tenant" | "subject">): string =>
  ownedKey(tenant, subject);
