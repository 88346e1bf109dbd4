import type { Knex } from "knex";
import type { Certificate, HoldCause, RevocationReason } from "../domain/certificate.ts";
import type { TenantId } from "../domain/tenant.ts";
import { toMillis, toMillisOrNull } from "./base/columns.ts";
import type { Rows } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { certificateMapping, type CertificateRow } from "./certificate-mapping.ts";

const TABLE = certificateMapping.table;

/** What takes a certificate's status away and gives it back; contracts as in `CertificateStore`. */
export class CertificateStatus {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
    private readonly rows: Pick<Rows<Certificate, CertificateRow>, "get">,
  ) {}

  async revoke(
    id: string,
    at: Date,
    reason: RevocationReason,
    invalidityDate: Date | undefined,
  ): Promise<boolean> {
    const revoked = await this.session.write((db) =>
      db(TABLE)
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

  async predate(
    id: string,
    at: Date,
    invalidityDate: Date,
    reason: RevocationReason | undefined,
  ): Promise<boolean> {
    const moved = await this.session.write((db) =>
      db(TABLE)
        .where({ tenant: this.tenant, id, status: "revoked" })
        .whereNull("hold_causes")
        .whereRaw("coalesce(invalidity_date, revoked_at) > ?", [toMillis(invalidityDate)])
        .update({
          invalidity_date: toMillis(invalidityDate),
          ...(reason === undefined ? {} : { revocation_reason: reason }),
          status_changed_at: toMillis(at),
        }),
    );
    return moved > 0;
  }

  async hold(
    id: string,
    at: Date,
    cause: HoldCause,
    until: Date | undefined,
  ): Promise<"held" | "added" | false> {
    const found = await this.rows.get(id);
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
    const { causes = [] } = (await this.rows.get(id))?.hold ?? {};
    if (!causes.includes(cause)) return false;
    const left = causes.filter((other) => other !== cause);
    const noEnd = cause === "admin" ? { hold_until: null } : {};
    if (left.length > 0) {
      await this.#change(id, { hold_causes: left.join(","), ...noEnd });
      return "taken";
    }
    await this.session.write((db) =>
      db(TABLE)
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

  async #change(id: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    await this.session.write((db) => db(TABLE).where({ tenant: this.tenant, id }).update(values));
  }
}

const NO_HOLD = { hold_causes: null, hold_until: null } as const;

/** What can still be revoked. */
export const revocable = (query: Knex.QueryBuilder): void => {
  void query.whereIn("status", ["issued", "reserved"]).orWhereNotNull("hold_causes");
};
