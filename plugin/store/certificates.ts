import type { Knex } from "knex";
import type { Certificate, HoldCause, RevocationReason } from "../domain/certificate.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { ChangedEntry, RevocationScope, RevokedPack } from "../ports/crl-store.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { CertificateFilter, CertificateStore } from "../ports/certificate-store.ts";
import {
  fromBlob,
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toBlob,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { type Mapping, NEWEST_FIRST, type Order, Rows } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { matchingTerms } from "./terms.ts";

const DERS = "countersign_certificate_ders";

interface CertificateRow {
  readonly id: string;
  readonly authority_id: string;
  readonly role: Certificate["role"];
  readonly status: Certificate["status"];
  readonly serial: string;
  readonly subject: string;
  readonly sans: string;
  readonly not_before: Millis;
  readonly not_after: Millis;
  readonly fingerprint_sha256: string | null;
  readonly template_id: string | null;
  readonly template_version: number | null;
  readonly endpoint_id: string | null;
  readonly ra_id: string | null;
  readonly device_id: string | null;
  readonly created_at: Millis;
  readonly issued_at: Millis | null;
  readonly revoked_at: Millis | null;
  readonly revocation_reason: RevocationReason | null;
  readonly invalidity_date: Millis | null;
  readonly hold_causes: string | null;
  readonly hold_until: Millis | null;
}

const mapping: Mapping<Certificate, CertificateRow> = {
  table: "countersign_certificates",
  toRow: (certificate) => ({
    id: certificate.id,
    authority_id: certificate.authorityId,
    role: certificate.role,
    status: certificate.status,
    serial: certificate.serial,
    subject: certificate.subject,
    sans: toJson(certificate.sans),
    not_before: toMillis(certificate.notBefore),
    not_after: toMillis(certificate.notAfter),
    fingerprint_sha256: orNull(certificate.fingerprintSha256),
    template_id: orNull(certificate.templateId),
    template_version: orNull(certificate.templateVersion),
    endpoint_id: orNull(certificate.endpointId),
    ra_id: orNull(certificate.raId),
    device_id: orNull(certificate.deviceId),
    created_at: toMillis(certificate.createdAt),
    issued_at: toMillisOrNull(certificate.issuedAt),
    revoked_at: toMillisOrNull(certificate.revokedAt),
    revocation_reason: orNull(certificate.revocationReason),
    invalidity_date: toMillisOrNull(certificate.invalidityDate),
    hold_causes: certificate.hold?.causes.join(",") ?? null,
    hold_until: toMillisOrNull(certificate.hold?.until),
  }),
  fromRow: (row) => ({
    id: row.id,
    authorityId: row.authority_id,
    role: row.role,
    status: row.status,
    serial: row.serial,
    subject: row.subject,
    sans: fromJson(row.sans) as SubjectAltName[],
    notBefore: fromMillis(row.not_before),
    notAfter: fromMillis(row.not_after),
    fingerprintSha256: orUndefined(row.fingerprint_sha256),
    templateId: orUndefined(row.template_id),
    templateVersion: orUndefined(row.template_version),
    endpointId: orUndefined(row.endpoint_id),
    raId: orUndefined(row.ra_id),
    deviceId: orUndefined(row.device_id),
    createdAt: fromMillis(row.created_at),
    issuedAt: fromMillisOrNull(row.issued_at),
    revokedAt: fromMillisOrNull(row.revoked_at),
    revocationReason: orUndefined(row.revocation_reason),
    invalidityDate: fromMillisOrNull(row.invalidity_date),
    hold:
      row.hold_causes === null
        ? undefined
        : { causes: causesOf(row.hold_causes), until: fromMillisOrNull(row.hold_until) },
  }),
};

const causesOf = (text: string): HoldCause[] => text.split(",") as HoldCause[];

/** The certificates of one tenant; see `CertificateStore`. `insert` throws `conflict` for a taken id or serial. */
export class Certificates implements CertificateStore {
  readonly #rows: Rows<Certificate, CertificateRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(certificate: Certificate, der: Uint8Array | undefined): Promise<void> {
    return this.session.write(async (db) => {
      await this.#rows.insertWith(db, certificate);
      if (der !== undefined)
        await db(DERS).insert({ tenant: this.tenant, id: certificate.id, der: toBlob(der) });
    });
  }

  reserve(certificate: Certificate, tbsDigest: Uint8Array, leaseUntil: Date): Promise<void> {
    const more = { tbs_digest: toBlob(tbsDigest), lease_until: toMillis(leaseUntil) };
    return this.session.write((db) =>
      this.#rows.insertWith(db, { ...certificate, status: "reserved" }, more),
    );
  }

  settle(id: string, der: Uint8Array, fingerprintSha256: string, at: Date): Promise<boolean> {
    return this.session.write(async (db) => {
      const settled = await db(mapping.table)
        .where({ tenant: this.tenant, id, status: "reserved" })
        .update({
          status: "issued",
          issued_at: toMillis(at),
          fingerprint_sha256: fingerprintSha256,
          lease_until: null,
        });
      if (settled === 0) return false;
      await db(DERS).insert({ tenant: this.tenant, id, der: toBlob(der) });
      return true;
    });
  }

  async fail(id: string): Promise<void> {
    await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id, status: "reserved" })
        .update({ status: "failed", lease_until: null }),
    );
  }

  async devicesOn(
    where: { readonly authorityId: string } | { readonly raId: string },
    now: Date,
  ): Promise<number> {
    const [column, value] =
      "raId" in where ? ["ra_id", where.raId] : ["authority_id", where.authorityId];
    const at = toMillis(now);
    const [row] = await this.session.rows<{ readonly devices: number | string }>(
      `select count(distinct c.device_id) as devices from countersign_certificates c
       where c.tenant = ? and c.${column} = ? and c.role = 'subscriber' and ${LIVE("c")}
       and c.not_after > ? and not exists (
         select 1 from countersign_certificates n
         where n.tenant = c.tenant and n.device_id = c.device_id and n.template_id = c.template_id
         and ${LIVE("n")} and n.not_after > ? and n.created_at > c.created_at)`,
      [this.tenant, value, at, at],
    );
    return Number(row?.devices ?? 0);
  }

  get(id: string): Promise<Certificate | undefined> {
    return this.#rows.get(id);
  }

  bySerial(authorityId: string, serial: string): Promise<Certificate | undefined> {
    return this.#rows.one((query) => query.where({ authority_id: authorityId, serial }));
  }

  async der(id: string): Promise<Uint8Array | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db(DERS).where({ tenant: this.tenant, id }).select("der") as PromiseLike<
          { readonly der: Uint8Array }[]
        >,
    );
    return row === undefined ? undefined : fromBlob(row.der);
  }

  async ders(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    if (ids.length === 0) return new Map();
    const rows = await this.session.read(
      (db) =>
        db(DERS)
          .where("tenant", this.tenant)
          .whereIn("id", [...ids])
          .select("id", "der") as PromiseLike<{ readonly id: string; readonly der: Uint8Array }[]>,
    );
    return new Map(rows.map(({ id, der }) => [id, fromBlob(der)]));
  }

  async list(filter: CertificateFilter, page: PageRequest): Promise<Page<Certificate>> {
    const byText =
      filter.text === undefined || filter.text.length === 0
        ? undefined
        : await matchingTerms(this.session, this.tenant, filter.text);
    return this.#rows.page(
      page,
      (query) => {
        const found = narrowed(query, filter);
        return byText === undefined ? found : byText(found);
      },
      filter.expiresBefore === undefined && filter.expiresAfter === undefined
        ? NEWEST_FIRST
        : SOONEST_END_FIRST,
    );
  }

  async lastEnd(authorityId: string): Promise<Date | undefined> {
    const [row] = await this.session.rows<{ readonly not_after: Millis }>(
      `select not_after from ${mapping.table} where tenant = ? and authority_id = ? and status <> 'failed'
       order by not_after desc limit 1`,
      [this.tenant, authorityId],
    );
    return row && fromMillis(row.not_after);
  }

  liveOfDevice(deviceId: string, now: Date): Promise<readonly Certificate[]> {
    return this.#rows.all((query) =>
      query
        .where("device_id", deviceId)
        .where(revocable)
        // Not the bare column: a database without statistics would walk the index of all ends for it.
        .whereRaw("not_after + 0 > ?", [toMillis(now)]),
    );
  }

  async revoke(
    id: string,
    at: Date,
    reason: RevocationReason,
    invalidityDate: Date | undefined,
  ): Promise<boolean> {
    const revoked = await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id })
        .where(revocable)
        .update({
          status: "revoked",
          // Of a suspended one the day of the suspension stays: it was not good from then on.
          revoked_at: db.raw("coalesce(revoked_at, ?)", [toMillis(at)]),
          revocation_reason: reason,
          invalidity_date: toMillisOrNull(invalidityDate),
          ...NO_HOLD,
          status_changed_at: toMillis(at),
        }),
    );
    return revoked > 0;
  }

  async hold(
    id: string,
    at: Date,
    cause: HoldCause,
    until: Date | undefined,
  ): Promise<"held" | "added" | false> {
    const found = await this.get(id);
    const causes = found?.hold?.causes ?? [];
    const good = found?.status === "issued" || found?.status === "reserved";
    if (!good && (causes.length === 0 || causes.includes(cause))) return false;
    await this.#change(id, {
      hold_causes: [...causes, cause].join(","),
      ...(cause === "admin" ? { hold_until: toMillisOrNull(until) } : {}),
      ...(good
        ? {
            status: "revoked",
            revoked_at: toMillis(at),
            revocation_reason: "certificateHold",
            status_changed_at: toMillis(at),
          }
        : {}),
    });
    return good ? "held" : "added";
  }

  async release(id: string, at: Date, cause: HoldCause): Promise<"released" | "taken" | false> {
    const { causes = [] } = (await this.get(id))?.hold ?? {};
    if (!causes.includes(cause)) return false;
    const left = causes.filter((other) => other !== cause);
    const noEnd = cause === "admin" ? { hold_until: null } : {};
    if (left.length > 0) {
      await this.#change(id, { hold_causes: left.join(","), ...noEnd });
      return "taken";
    }
    await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id })
        .update({
          // One whose signature is still in flight goes on to be signed.
          status: db.raw(
            "case when issued_at is null and lease_until is not null then 'reserved' else 'issued' end",
          ),
          revoked_at: null,
          revocation_reason: null,
          ...NO_HOLD,
          status_changed_at: toMillis(at),
        }),
    );
    return "released";
  }

  holdsEnded(now: Date, limit: number): Promise<readonly Certificate[]> {
    return this.#rows.all((query) =>
      // Literal, so that the partial index serves it.
      query
        .whereRaw("hold_until is not null")
        .where("hold_until", "<=", toMillis(now))
        .limit(limit),
    );
  }

  async revokedPack(
    { authorityId, from, before }: RevocationScope,
    notExpiredAt: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<RevokedPack> {
    // One text and not a row an entry: the database's threads put it together, and nothing of it is an object here.
    const [row] = await this.session.rows<PackRow>(
      `select count(*) as entries, max(serial) as last, string_agg(serial || ',' || coalesce(revoked_at, 0) || ',' ||
         coalesce(revocation_reason, 'unspecified') || ',' || coalesce(cast(invalidity_date as text), ''), ';') as packed
       from (select serial, revoked_at, revocation_reason, invalidity_date from ${mapping.table}
         where tenant = ? and authority_id = ? and status = 'revoked' and serial > ? and serial >= ? and serial < ?
           and not_after >= ? order by serial limit ?) page`,
      [
        ...[this.tenant, authorityId, afterSerial ?? "", from, before],
        ...[toMillis(notExpiredAt), limit],
      ],
    );
    return {
      entries: Number(row?.entries ?? 0),
      last: orUndefined(row?.last ?? null),
      text: row?.packed ?? "",
    };
  }

  async changedPage(
    { authorityId, from, before }: RevocationScope,
    since: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<readonly ChangedEntry[]> {
    const rows = await this.session.rows<ChangedRow>(
      `select serial, status, status_changed_at, revoked_at, revocation_reason, invalidity_date from ${mapping.table}
       where tenant = ? and authority_id = ? and status_changed_at is not null and status_changed_at >= ?
         and serial > ? and serial >= ? and serial < ? order by serial limit ?`,
      [this.tenant, authorityId, toMillis(since), afterSerial ?? "", from, before, limit],
    );
    return rows.map((row) => ({
      serial: row.serial,
      revokedAt: fromMillis(row.revoked_at ?? row.status_changed_at),
      reason: row.status === "revoked" ? row.revocation_reason : "removeFromCRL",
      invalidityDate: fromMillisOrNull(row.invalidity_date),
    }));
  }

  async #change(id: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    await this.session.write((db) =>
      db(mapping.table).where({ tenant: this.tenant, id }).update(values),
    );
  }
}

/** Good, or good again when its suspension is lifted. */
const LIVE = (row: string): string =>
  `(${row}.status = 'issued' or ${row}.hold_causes is not null)`;

const NO_HOLD = { hold_causes: null, hold_until: null } as const;

/** What can still be revoked. */
const revocable = (query: Knex.QueryBuilder): void => {
  void query.whereIn("status", ["issued", "reserved"]).orWhereNotNull("hold_causes");
};

interface ChangedRow {
  readonly serial: string;
  readonly revocation_reason: RevocationReason;
  readonly invalidity_date: Millis | null;
  /** Null once it is released. */
  readonly revoked_at: Millis | null;
  readonly status: Certificate["status"];
  readonly status_changed_at: Millis;
}

const SOONEST_END_FIRST: Order<CertificateRow> = {
  column: "not_after",
  direction: "asc",
  of: (row) => Number(row.not_after),
};

interface PackRow {
  readonly entries: number | string;
  readonly last: string | null;
  readonly packed: string | null;
}

const narrowed = (query: Knex.QueryBuilder, filter: CertificateFilter): Knex.QueryBuilder => {
  const suspended = filter.status === "suspended";
  const equal = {
    // Literal where a partial index serves it.
    status: LITERAL.has(filter.status) || suspended ? undefined : filter.status,
    role: filter.role,
    authority_id: filter.authorityId,
    template_id: filter.templateId,
    device_id: filter.deviceId,
    serial: filter.serial,
  };
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) query = query.where(column, value);
  if (suspended) query = query.whereRaw("status = 'revoked'").whereNotNull("hold_causes");
  if (LITERAL.has(filter.status)) query = query.whereRaw(`status = '${filter.status ?? ""}'`);
  if (filter.internal === true || (filter.role ?? "subscriber") !== "subscriber")
    query = query.whereRaw("role <> 'subscriber'");
  else if (filter.internal === false) query = query.where("role", "subscriber");
  if (filter.expiresBefore !== undefined)
    query = query.where("not_after", "<", toMillis(filter.expiresBefore));
  if (filter.expiresAfter !== undefined)
    query = query.where("not_after", ">", toMillis(filter.expiresAfter));
  return query;
};

const LITERAL: ReadonlySet<CertificateFilter["status"]> = new Set([
  "reserved",
  "revoked",
  "failed",
]);
