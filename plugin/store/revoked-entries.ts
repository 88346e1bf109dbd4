import type { CertificateStatus, RevocationReason } from "../domain/certificate.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { ChangedEntry, RevocationScope, RevokedPack } from "../ports/crl-store.ts";
import {
  fromMillis,
  fromMillisOrNull,
  type Millis,
  orUndefined,
  toMillis,
} from "./base/columns.ts";
import type { Session } from "./base/session.ts";

/** What lists of revoked certificates are made of; see `CertificateStore`. */
export class RevokedEntries {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async pack(
    { authorityId, from, before }: RevocationScope,
    notExpiredAt: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<RevokedPack> {
    // One text and not a row an entry: the database's threads put it together, and nothing of it is an object here.
    const [row] = await this.session.rows<PackRow>(
      `select count(*) as entries, max(serial) as last, string_agg(serial || ',' || coalesce(revoked_at, 0) || ',' ||
         coalesce(revocation_reason, 'unspecified') || ',' || coalesce(cast(invalidity_date as text), ''), ';') as packed
       from (select serial, revoked_at, revocation_reason, invalidity_date from countersign_certificates
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

  async changed(
    { authorityId, from, before }: RevocationScope,
    since: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<readonly ChangedEntry[]> {
    const rows = await this.session.rows<ChangedRow>(
      `select serial, status, status_changed_at, revoked_at, revocation_reason, invalidity_date from countersign_certificates
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
}

interface PackRow {
  readonly entries: number | string;
  readonly last: string | null;
  readonly packed: string | null;
}

interface ChangedRow {
  readonly serial: string;
  readonly revocation_reason: RevocationReason;
  readonly invalidity_date: Millis | null;
  /** Null once it is released. */
  readonly revoked_at: Millis | null;
  readonly status: CertificateStatus;
  readonly status_changed_at: Millis;
}
