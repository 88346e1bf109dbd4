import type { Knex } from "knex";
import type { Certificate } from "../domain/certificate.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { ChangedEntry, RevokedPack } from "../ports/crl-store.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { CertificateFilter, CertificateStore } from "../ports/certificate-store.ts";
import { capReached } from "../domain/cap-reached.ts";
import { CountersignError } from "../errors.ts";
import { fromBlob, fromMillis, toBlob, toMillis, type Millis } from "./base/columns.ts";
import { limitOf, positionOf } from "./base/paging.ts";
import { type Find, NEWEST_FIRST, type Order, Rows } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { narrowed } from "./certificate-filter.ts";
import { certificateMapping, type CertificateRow } from "./certificate-mapping.ts";
import { CertificateStatus, revocable } from "./certificate-status.ts";
import { takePlaces } from "./enrolling/caps.ts";
import { RevokedEntries } from "./revoked-entries.ts";
import { FEW, matchingTerms } from "./terms.ts";

const TABLE = certificateMapping.table;
const DERS = "countersign_certificate_ders";

/** The certificates of one tenant; see `CertificateStore`. `insert` throws `conflict` for a taken id or serial. */
export class Certificates implements CertificateStore {
  readonly #rows: Rows<Certificate, CertificateRow>;
  readonly #bySerial: Find<Certificate>;
  readonly #revoked: RevokedEntries;
  readonly #status: CertificateStatus;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, certificateMapping);
    this.#bySerial = this.#rows.lookup(["authority_id", "serial"]);
    this.#revoked = new RevokedEntries(session, tenant);
    this.#status = new CertificateStatus(session, tenant, this.#rows);
  }

  insert(certificate: Certificate, der: Uint8Array | undefined): Promise<void> {
    return this.session.write(async (db) => {
      await this.#rows.insertWith(db, certificate);
      if (der !== undefined)
        await db(DERS).insert({ tenant: this.tenant, id: certificate.id, der: toBlob(der) });
    });
  }

  reserve(certificate: Certificate, tbsDigest: Uint8Array, leaseUntil: Date): Promise<void> {
    const { id, authorityId, role, createdAt } = certificate;
    const row = {
      tenant: this.tenant,
      ...certificateMapping.toRow({ ...certificate, status: "reserved" }),
      tbs_digest: toBlob(tbsDigest),
      lease_until: toMillis(leaseUntil),
    };
    // By statements of one transaction, as the hot path does, since both take places under the same caps.
    return this.session.batch(async (sql) => {
      if (role === "subscriber") {
        const [full] = await takePlaces(sql, [
          { tenant: this.tenant, authorityId, now: createdAt },
        ]);
        if (full !== undefined) throw capReached(full.subject, full.most);
      }
      const columns = Object.keys(row);
      const inserted = await sql.all(
        `insert into ${TABLE} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})
         on conflict do nothing returning id`,
        Object.values(row),
      );
      if (inserted.length === 0) throw new CountersignError("conflict", `${id} exists already`);
    });
  }

  settle(id: string, der: Uint8Array, fingerprintSha256: string, at: Date): Promise<boolean> {
    return this.session.write(async (db) => {
      const settled = await db(TABLE)
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
      db(TABLE)
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
    return this.#bySerial(authorityId, serial);
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
    const found = await matchingTerms(this.session, this.tenant, filter.text ?? []);
    const narrow = (query: Knex.QueryBuilder) => found.narrow(narrowed(query, filter));
    const order =
      filter.expiresBefore === undefined && filter.expiresAfter === undefined
        ? NEWEST_FIRST
        : SOONEST_END_FIRST;
    const few =
      found.among ??
      (filter.status === "reserved" ? await this.#reserved() : await this.#few(filter));
    if (few === undefined && found.newest !== undefined && order === NEWEST_FIRST) {
      const behind = positionOf(page, ["number", "string"]);
      // More of them where other conditions keep most out.
      for (let most = 4 * limitOf(page); most <= 8 * FEW; most *= 8) {
        const ids = await found.newest(behind, most);
        const items = await this.#rows.page(page, narrow, order, ids);
        if (items.cursor !== undefined || ids.length < most) return items;
      }
    }
    return this.#rows.page(page, narrow, order, few);
  }

  /** Ids of a condition that few meet, where there are others beside it: no index narrows by them all and sorts. Undefined for many. */
  async #few(filter: CertificateFilter): Promise<string[] | undefined> {
    const { serial, deviceId, endpointId, templateId, authorityId, ...others } = filter;
    const columns = Object.entries({
      serial,
      device_id: deviceId,
      endpoint_id: endpointId,
      template_id: templateId,
      authority_id: authorityId,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const beside = Object.values(others).filter((value) => value !== undefined).length;
    if (columns.length + beside < 2) return undefined;
    for (const [column, value] of columns) {
      const rows = await this.session.rows<{ readonly id: string }>(
        `select id from ${TABLE} where tenant = ? and ${column} = ? limit ?`,
        [this.tenant, value, FEW + 1],
      );
      if (rows.length <= FEW) return rows.map(({ id }) => id);
    }
    return undefined;
  }

  /** Ids of what is being signed, by the index of their leases: the list in its order is long, and they are few. Undefined for many. */
  async #reserved(): Promise<string[] | undefined> {
    const rows = await this.session.rows<{ readonly id: string }>(
      `select id from ${TABLE} where tenant || '' = ? and status = 'reserved' and lease_until > 0 limit ?`,
      [this.tenant, FEW + 1],
    );
    return rows.length > FEW ? undefined : rows.map(({ id }) => id);
  }

  async lastEnd(authorityId: string): Promise<Date | undefined> {
    const [row] = await this.session.rows<{ readonly not_after: Millis }>(
      `select not_after from ${TABLE} where tenant = ? and authority_id = ? and status <> 'failed'
       order by not_after desc limit 1`,
      [this.tenant, authorityId],
    );
    return row && fromMillis(row.not_after);
  }

  async lastRelied(authorityId: string, ownSerials: readonly string[]): Promise<Date | undefined> {
    const own =
      ownSerials.length === 0 ? "" : `and serial not in (${ownSerials.map(() => "?").join(", ")})`;
    const [row] = await this.session.rows<{ readonly not_after: Millis }>(
      `select not_after from ${TABLE} where tenant = ? and authority_id = ? and status <> 'failed' and role <> 'ocsp' ${own}
       order by not_after desc limit 1`,
      [this.tenant, authorityId, ...ownSerials],
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

  revoke(...asked: Parameters<CertificateStore["revoke"]>): Promise<boolean> {
    return this.#status.revoke(...asked);
  }

  predate(...asked: Parameters<CertificateStore["predate"]>): Promise<boolean> {
    return this.#status.predate(...asked);
  }

  hold(...asked: Parameters<CertificateStore["hold"]>): Promise<"held" | "added" | false> {
    return this.#status.hold(...asked);
  }

  release(
    ...asked: Parameters<CertificateStore["release"]>
  ): Promise<"released" | "taken" | false> {
    return this.#status.release(...asked);
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

  revokedPack(...asked: Parameters<CertificateStore["revokedPack"]>): Promise<RevokedPack> {
    return this.#revoked.pack(...asked);
  }

  changedPage(
    ...asked: Parameters<CertificateStore["changedPage"]>
  ): Promise<readonly ChangedEntry[]> {
    return this.#revoked.changed(...asked);
  }
}

/** Good, or good again when its suspension is lifted. */
const LIVE = (row: string): string =>
  `(${row}.status = 'issued' or ${row}.hold_causes is not null)`;

const SOONEST_END_FIRST: Order<CertificateRow> = {
  column: "not_after",
  direction: "asc",
  of: (row) => Number(row.not_after),
};
