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
      `select subject, most from ${TABLE} where tenant = ? and most is not null order by subject`,
      [this.tenant],
    );
    return rows.map(({ subject, most }) => ({ subject, most: Number(most) }));
  }

  async version(subjects: readonly CapSubject[]): Promise<number> {
    const [row] = await this.session.read(
      (db) =>
        db(TABLE)
          .where("tenant", this.tenant)
          .whereIn("subject", [...subjects])
          .sum({ version: "version" }) as PromiseLike<
          { readonly version: number | string | null }[]
        >,
    );
    return Number(row?.version ?? 0);
  }

  async set(subject: CapSubject, most: number | undefined, now: Date): Promise<void> {
    const set = { most: most ?? null, used: 0, counted_at: 0, set_at: toMillis(now) };
    await this.session.write(async (db) => {
      await db(TABLE)
        .insert({ tenant: this.tenant, subject, ...set, version: 1 })
        .onConflict(["tenant", "subject"])
        .merge({ ...set, version: db.raw("?? + 1", [`${TABLE}.version`]) });
    });
  }

  active(authorityId: string | undefined, now: Date, upTo: number): Promise<number> {
    return activeCertificates((sql, values) => this.session.rows(sql, values), {
      ...{ tenant: this.tenant, authorityId, upTo },
      now: toMillis(now),
    });
  }
}
