import { capOfAuthority, type CapSubject, capsOver } from "../../domain/cap.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { type Millis, toMillis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";
import { activeCertificates } from "./active-certificates.ts";
import type { Entry } from "./entry.ts";
import { CAP_SETTLING_MS } from "./periods.ts";
import { inChunks, inOrder, ownedKey, values } from "./sql.ts";

/** A certificate that is to be made. */
export interface Wanted {
  readonly tenant: TenantId;
  readonly authorityId: string;
  readonly now: Date;
}

/** A cap that has no place left. */
export interface FullCap {
  readonly subject: CapSubject;
  readonly most: number;
}

/** Beyond so many, counting again costs more than a request; then a place that became free is seen within a second. */
const COUNTED_AT_ONCE = 10_000;
const COUNTED_EVERY_MS = 1000;

/** Refuses the entries that a cap has no place for. Nothing is asked where nothing is capped. */
export const refuseBeyondCaps = async (
  sql: Statements,
  entries: readonly Entry[],
): Promise<void> => {
  const capped = entries.filter(({ item }) => item.capped);
  if (capped.length === 0) return;
  const full = await takePlaces(
    sql,
    capped.map(({ tenant, item: { authorityId, now } }) => ({ tenant, authorityId, now })),
  );
  capped.forEach((entry, at) => {
    const cap = full[at];
    if (cap !== undefined)
      entry.result = {
        status: "refused",
        because: cap.subject === "certificates" ? "cap-tenant" : "cap-authority",
      };
  });
};

/**
 * Takes a place under every cap that each certificate stands under; answers, in their order, the cap that had none left. Exact over all
 * nodes: the caps' rows are locked, in one order, from here to the end of the transaction, in which the certificates must be stored. What
 * is not stored after all leaves its place taken until the active ones are counted again.
 */
export const takePlaces = async (
  sql: Statements,
  wanted: readonly Wanted[],
): Promise<readonly (FullCap | undefined)[]> => {
  const caps = await lockedCaps(sql, wanted);
  const full = new Map<number, FullCap>();
  for (const cap of caps) {
    const asking = wanted.flatMap((one, at) => (covers(cap, one) && !full.has(at) ? [at] : []));
    const now = wanted[asking[0] ?? -1]?.now;
    if (now === undefined) continue;
    const { used, countedAt } = await usedOf(sql, cap, asking.length, toMillis(now));
    const taken = Math.min(asking.length, Math.max(0, cap.most - used));
    for (const at of asking.slice(taken)) full.set(at, cap);
    if (taken > 0 || countedAt !== cap.countedAt)
      await sql.all(
        "update countersign_caps set used = ?, counted_at = ? where tenant = ? and subject = ?",
        [used + taken, countedAt, cap.tenant, cap.subject],
      );
  }
  return wanted.map((_, at) => full.get(at));
};

interface LockedCap extends FullCap {
  readonly tenant: TenantId;
  readonly used: number;
  readonly countedAt: number;
  readonly setAt: number;
}

interface CapRow {
  readonly tenant: TenantId;
  readonly subject: CapSubject;
  readonly most: number | string;
  readonly used: number | string;
  readonly counted_at: Millis;
  readonly set_at: Millis;
}

/** An authority's before its tenant's, so that what the one refuses takes no place of the other. */
const lockedCaps = async (sql: Statements, wanted: readonly Wanted[]): Promise<LockedCap[]> => {
  const keys = new Map(
    wanted.flatMap(({ tenant, authorityId }) =>
      capsOver(authorityId).map((subject) => [ownedKey(tenant, subject), [tenant, subject]]),
    ),
  );
  const ordered = inOrder([...keys.values()], ([tenant = "", subject = ""]) =>
    ownedKey(tenant, subject),
  );
  const rows = await inChunks(ordered, (chunk) =>
    sql.all<CapRow>(
      `select tenant, subject, most, used, counted_at, set_at from countersign_caps
       where most is not null and (tenant, subject) in (${values("tt", chunk.length)}) order by tenant, subject${sql.forUpdate}`,
      chunk.flat(),
    ),
  );
  return rows
    .map((row) => ({
      ...{ tenant: row.tenant, subject: row.subject, most: Number(row.most) },
      ...{ used: Number(row.used), countedAt: Number(row.counted_at), setAt: Number(row.set_at) },
    }))
    .sort((a, b) => b.subject.length - a.subject.length);
};

const covers = (cap: LockedCap, { tenant, authorityId }: Wanted): boolean =>
  cap.tenant === tenant &&
  (cap.subject === "certificates" || cap.subject === capOfAuthority(authorityId));

/** Counts again only when there seems to be no room, or while a node may not know of the cap. */
const usedOf = async (
  sql: Statements,
  cap: LockedCap,
  wanted: number,
  now: number,
): Promise<Pick<LockedCap, "used" | "countedAt">> => {
  const settled = cap.countedAt >= cap.setAt + CAP_SETTLING_MS;
  const countedNow = Math.abs(now - cap.countedAt) < COUNTED_EVERY_MS;
  const known = { used: cap.used, countedAt: cap.countedAt };
  if (settled && cap.used + wanted <= cap.most) return known;
  if (settled && countedNow && cap.most > COUNTED_AT_ONCE) return known;
  const authorityId = cap.subject === "certificates" ? undefined : cap.subject.split("/")[1];
  const used = await activeCertificates((text, bound) => sql.all(text, bound), {
    ...{ tenant: cap.tenant, authorityId, now, upTo: cap.most },
  });
  return { used, countedAt: now };
};
