import type { Cap, CapSubject } from "../domain/cap.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { CapStore } from "../ports/cap-store.ts";
import { toMillis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import { activeCertificates } from "./enrolling/active-certificates.ts";

const TABLE = "countersign_caps";

/** The caps of one tenant; see `CapStore`. */
export class Caps implements CapStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async list(): Promise<readonly Cap[]> {
    const rows = await this.session.rows<Pick<Cap, "subject"> & { readonly most: number | string }>(
      `select subject, most from ${TABLE} where tenant = ? order by subject`,
      [this.tenant],
    );
    return rows.map(({ subject, most }) => ({ subject, most: Number(most) }));
  }

  async set(subject: CapSubject, most: number | undefined, now: Date): Promise<void> {
    const key = { tenant: this.tenant, subject };
    await this.session.write(async (db) => {
      if (most === undefined) await db(TABLE).where(key).delete();
      else
        await db(TABLE)
          .insert({ ...key, most, used: 0, counted_at: 0, set_at: toMillis(now) })
          .onConflict(["tenant", "subject"])
          .merge();
    });
  }

  active(authorityId: string | undefined, now: Date, upTo: number): Promise<number> {
    return activeCertificates((sql, values) => this.session.rows(sql, values), {
      ...{ tenant: this.tenant, authorityId, upTo },
      now: toMillis(now),
    });
  }
}
