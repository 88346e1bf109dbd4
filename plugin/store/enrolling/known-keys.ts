import type { CertificateStatus } from "../../domain/certificate.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type { ReserveResult } from "../../ports/enrolment-store.ts";
import { fromBlob, toMillis, type Millis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";
import { abandon, giveBack } from "./abandon.ts";
import type { Entry } from "./entry.ts";
import { inChunks, inOrder, ownedKey, values } from "./sql.ts";

interface KnownRow {
  readonly tenant: TenantId;
  readonly idempotency_key: string;
  readonly certificate_id: string;
  readonly held_until: Millis;
  readonly lease_until: Millis | null;
  readonly status: CertificateStatus | null;
  readonly der: Uint8Array | null;
}

/**
 * Idempotence (foundations.md 10): answers the entries whose key is taken, and takes the keys of all others. The keys within
 * `entries` differ. A key is free again when its grace or its lease is over; a reservation left behind is failed first, so that its
 * challenge is there for the new one.
 */
export const answerKnownKeys = async (
  sql: Statements,
  entries: readonly Entry[],
): Promise<void> => {
  await takeKeys(sql, entries);
  const taken = entries.filter(({ holdsKey }) => !holdsKey);
  const known = new Map(
    (await knownKeys(sql, taken)).map((row) => [ownedKey(row.tenant, row.idempotency_key), row]),
  );
  const over: KnownRow[] = [];
  const left = taken.filter((entry) => {
    const row = known.get(keyOf(entry));
    if (row === undefined) return true;
    const isOver = endOf(row) <= toMillis(entry.item.now);
    if (isOver) over.push(row);
    else entry.result = answerOf(row);
    return isOver;
  });
  await freeKeys(sql, over);
  await takeKeys(sql, left);
  // Another node was faster between our two statements.
  for (const entry of left) if (!entry.holdsKey) entry.result = { status: "in-progress" };
};

const keyOf = (entry: Entry): string => ownedKey(entry.tenant, entry.item.idempotencyKey);

/** Its grace, or while it is being signed its lease. */
const endOf = ({ status, lease_until, held_until }: KnownRow): number =>
  Number(status === "reserved" ? lease_until : held_until);

const answerOf = (row: KnownRow): ReserveResult => {
  if (row.status === "issued" && row.der !== null)
    return { status: "issued", certificateId: row.certificate_id, der: fromBlob(row.der) };
  if (row.status === "revoked") return { status: "refused", because: "device" };
  return { status: "in-progress" };
};

const knownKeys = (sql: Statements, entries: readonly Entry[]): Promise<KnownRow[]> =>
  inChunks(entries, (chunk) =>
    sql.all<KnownRow>(
      `select i.tenant as tenant, i.idempotency_key as idempotency_key,
         i.certificate_id as certificate_id, i.held_until as held_until,
         c.lease_until as lease_until, c.status as status, d.der as der
       from countersign_idempotency i
       left join countersign_certificates c on c.tenant = i.tenant and c.id = i.certificate_id
       left join countersign_certificate_ders d on d.tenant = i.tenant and d.id = i.certificate_id
       where (i.tenant, i.idempotency_key) in (${values("tt", chunk.length)})`,
      chunk.flatMap(({ tenant, item }) => [tenant, item.idempotencyKey]),
    ),
  );

const freeKeys = async (sql: Statements, over: readonly KnownRow[]): Promise<void> => {
  await abandon(
    sql,
    over.map((row) => ({
      tenant: row.tenant,
      id: row.certificate_id,
      leaseBefore: Number(row.lease_until),
    })),
  );
  await giveBack(
    sql,
    over.map((row) => ({
      tenant: row.tenant,
      id: row.certificate_id,
      challengeId: null,
      idempotencyKey: row.idempotency_key,
    })),
  );
};

/** A key is held until its grace ends, when it answers with the certificate, or for a revoked one with a refusal. */
const takeKeys = async (sql: Statements, entries: readonly Entry[]): Promise<void> => {
  const rows = await inChunks(inOrder(entries, keyOf), (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly idempotency_key: string }>(
      `insert into countersign_idempotency (tenant, idempotency_key, certificate_id, held_until)
       ${values("ttti", chunk.length)}
       on conflict do nothing returning tenant, idempotency_key`,
      chunk.flatMap(({ tenant, item }) => [
        tenant,
        item.idempotencyKey,
        item.id,
        toMillis(item.graceUntil),
      ]),
    ),
  );
  const won = new Set(rows.map((row) => ownedKey(row.tenant, row.idempotency_key)));
  for (const entry of entries) entry.holdsKey = won.has(keyOf(entry));
};
