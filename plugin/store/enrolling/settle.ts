import type { CertificateStatus, RevocationReason } from "../../domain/certificate.ts";
import { shardOf } from "../../domain/crl-scope.ts";
import { deadlineOf } from "../../domain/deployment-times.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type { Settlement, SettleResult } from "../../ports/enrolment-store.ts";
import { fromMillis, type Millis, toMillis, toMillisOrNull } from "../base/columns.ts";
import { toJson } from "../base/json.ts";
import { listKey } from "../crl-key.ts";
import type { Statements } from "../statements.ts";
import { inChunks, ownedKey, values, type Owned } from "./sql.ts";

interface ReservedRow {
  readonly tenant: TenantId;
  readonly id: string;
  readonly status: CertificateStatus;
  readonly authority_id: string;
  readonly serial: string;
  readonly crl_shards: number | null;
  readonly revocation_reason: RevocationReason | null;
  readonly template_id: string;
  readonly device_id: string;
  readonly challenge_id: string | null;
  readonly not_after: Millis;
}

/** A signature that is kept: as a good certificate, or as a revoked one because a wipe won. */
interface Kept extends Owned<Settlement> {
  readonly row: ReservedRow;
  readonly result: "issued" | "revoked";
}

/** Stores a batch of signatures with all that follows from them; answers in the order of `rows`. */
export const settleAll = async (
  sql: Statements,
  rows: readonly Owned<Settlement>[],
): Promise<SettleResult[]> => {
  // Devices before certificates, as a wipe locks them.
  const live = await devicesOf(sql, rows);
  const reserved = await reservedRows(sql, rows);
  const kept = rows.flatMap((entry): Kept[] => {
    const key = ownedKey(entry.tenant, entry.item.id);
    const row = reserved.get(key);
    if (row === undefined) return [];
    // A second settlement of one reservation finds nothing.
    reserved.delete(key);
    const wins = row.status === "reserved" && live.has(ownedKey(row.tenant, row.device_id));
    return [{ ...entry, row, result: wins ? "issued" : "revoked" }];
  });
  await updateCertificates(sql, kept);
  await insertDers(sql, kept);
  await endChallenges(sql, kept);
  await updateDeployments(sql, kept);
  await markDirty(sql, kept);
  await appendLedger(sql, kept);
  const results = new Map(kept.map((entry) => [entry.item, entry.result]));
  return rows.map(({ item }) => results.get(item) ?? "lost");
};

const idsOf = (chunk: readonly Owned<{ readonly id: string }>[]): string[] =>
  chunk.flatMap(({ tenant, item }) => [tenant, item.id]);

/** Keys (`ownedKey`) of the rows' devices that certificates may be issued to; they stay so until the transaction ends. */
const devicesOf = async (
  sql: Statements,
  rows: readonly Owned<Settlement>[],
): Promise<ReadonlySet<string>> => {
  const live = await inChunks(rows, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly id: string }>(
      `select tenant, id from countersign_devices
       where status in ('enrolled', 'unmanaged') and (tenant, id) in (
         select tenant, device_id from countersign_certificates
         where device_id is not null and (tenant, id) in (${values("tt", chunk.length)}))${sql.forShare}`,
      idsOf(chunk),
    ),
  );
  return new Set(live.map((row) => ownedKey(row.tenant, row.id)));
};

/** Reserved rows, and rows that were revoked while they were being signed. */
const reservedRows = async (
  sql: Statements,
  rows: readonly Owned<Settlement>[],
): Promise<Map<string, ReservedRow>> => {
  const found = await inChunks(rows, (chunk) =>
    sql.all<ReservedRow>(
      `select tenant, id, status, authority_id, serial, template_id, device_id, challenge_id, not_after, revocation_reason,
         (select crl_shards from countersign_authorities a where a.tenant = c.tenant and a.id = c.authority_id) as crl_shards
       from countersign_certificates c
       where status in ('reserved', 'revoked') and issued_at is null and lease_until is not null
         and (tenant, id) in (${values("tt", chunk.length)})
       order by tenant, id${sql.forUpdate}`,
      idsOf(chunk),
    ),
  );
  return new Map(found.map((row) => [ownedKey(row.tenant, row.id), row]));
};

const updateCertificates = (sql: Statements, kept: readonly Kept[]): Promise<unknown> =>
  inChunks(kept, (chunk) =>
    sql.all(
      `with settled(s_tenant, s_id, s_status, s_at, s_fingerprint, s_revoked, s_reason) as (${values("tttitit", chunk.length)})
       update countersign_certificates set status = s_status, issued_at = s_at, fingerprint_sha256 = s_fingerprint,
         revoked_at = coalesce(revoked_at, s_revoked), revocation_reason = coalesce(revocation_reason, s_reason),
         status_changed_at = coalesce(status_changed_at, s_revoked)
       from settled where tenant = s_tenant and id = s_id`,
      chunk.flatMap(({ tenant, item, result }) => [
        tenant,
        item.id,
        result,
        toMillis(item.now),
        item.fingerprintSha256,
        result === "revoked" ? toMillis(item.now) : null,
        result === "revoked" ? "cessationOfOperation" : null,
      ]),
    ),
  );

const insertDers = (sql: Statements, kept: readonly Kept[]): Promise<unknown> =>
  inChunks(kept, (chunk) =>
    sql.all(
      `insert into countersign_certificate_ders (tenant, id, der) ${values("ttt", chunk.length)}`,
      chunk.flatMap(({ tenant, item }) => [tenant, item.id, item.der]),
    ),
  );

const endChallenges = (sql: Statements, kept: readonly Kept[]): Promise<unknown> => {
  const ends = kept.flatMap(({ tenant, item, row, result }) =>
    row.challenge_id === null
      ? []
      : [[tenant, row.challenge_id, item.id, result === "issued" ? "spent" : "burned"]],
  );
  return inChunks(ends, (chunk) =>
    sql.all(
      `with ended(e_tenant, e_id, e_certificate, e_state) as (${values("tttt", chunk.length)})
       update countersign_challenges set state = e_state from ended
       where tenant = e_tenant and id = e_id and certificate_id = e_certificate and state = 'reserved'`,
      chunk.flat(),
    ),
  );
};

const updateDeployments = (sql: Statements, kept: readonly Kept[]): Promise<unknown> =>
  inChunks(
    kept.filter(({ result }) => result === "issued"),
    (chunk) =>
      sql.all(
        // The step "issue" of domain/deployment-machine.ts; a test compares both.
        `with issued(i_tenant, i_device, i_template, i_certificate, i_at, i_ends, i_next, i_renew) as (${values("ttttiiii", chunk.length)})
         update countersign_deployments set state = 'issued', since = i_at, updated_at = i_at, next_action_at = i_next,
           previous_certificate_id = coalesce(certificate_id, previous_certificate_id), certificate_id = i_certificate,
           certificate_ends_at = i_ends, seen_at = null, attempts = 0, last_attempt_at = null,
           reason = null, failure = null, lease_until = null,
           renew_at = i_renew, renew_by_hand = null
         from issued where tenant = i_tenant and device_id = i_device and template_id = i_template and state <> 'removed'`,
        chunk.flatMap(({ tenant, item, row }) => [
          tenant,
          row.device_id,
          row.template_id,
          item.id,
          ...issueTimes(item.now, row.not_after),
          toMillisOrNull(item.renewAt),
        ]),
      ),
  );

/** When it was issued, when it ends, and when the deployment is looked at next. */
const issueTimes = (now: Date, notAfter: Millis): readonly number[] => {
  const certificateEndsAt = fromMillis(notAfter);
  const issued = { since: now, certificateEndsAt, deliveries: 0, reason: undefined };
  return [now, certificateEndsAt, deadlineOf({ ...issued, state: "issued" }, now)].map(toMillis);
};

const markDirty = (sql: Statements, kept: readonly Kept[]): Promise<unknown> => {
  const lists = new Map(
    kept
      .filter(({ result }) => result === "revoked")
      .map(({ tenant, row, item }) => {
        const shard = shardOf(row.serial, row.crl_shards ?? 1);
        const key = listKey({ authorityId: row.authority_id, shard });
        return [ownedKey(tenant, key), [tenant, key, 1, toMillis(item.now)]];
      }),
  );
  return inChunks([...lists.values()], (chunk) =>
    sql.all(
      `insert into countersign_crl_states (tenant, authority_id, dirty, dirty_since) ${values("ttii", chunk.length)}
       on conflict (tenant, authority_id) do update set dirty = countersign_crl_states.dirty + 1,
         dirty_since = coalesce(countersign_crl_states.dirty_since, excluded.dirty_since)`,
      chunk.flat(),
    ),
  );
};

const appendLedger = (sql: Statements, kept: readonly Kept[]): Promise<unknown> =>
  inChunks(kept, (chunk) =>
    sql.all(
      `insert into countersign_ledger (tenant, event, principal, at, subject_id, data) ${values("tttitt", chunk.length)}`,
      chunk.flatMap(({ tenant, row, item: { ledger }, result }) => [
        tenant,
        result === "issued" ? ledger.event : "certificate.revoked",
        ledger.principal,
        toMillis(ledger.at),
        ledger.subjectId ?? null,
        toJson(
          result === "issued"
            ? ledger.data
            : { ...ledger.data, reason: row.revocation_reason ?? "cessationOfOperation" },
        ),
      ]),
    ),
  );
