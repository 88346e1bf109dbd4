import type { TenantId } from "../domain/tenant.ts";
import type { LeaseStore } from "../ports/renewals.ts";
import { toMillis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import { values } from "./enrolling/sql.ts";

const TABLE = "countersign_leases";

/** The leases of one tenant; see `LeaseStore`. One conditional statement, so that of two nodes one has it. */
export class Leases implements LeaseStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async take(name: string, holder: string, now: Date, until: Date): Promise<boolean> {
    const rows = await this.session.batch((sql) =>
      sql.all(
        `insert into ${TABLE} (tenant, name, holder, lease_until) ${values("ttti", 1)}
         on conflict (tenant, name) do update set holder = excluded.holder, lease_until = excluded.lease_until
           where ${TABLE}.holder = excluded.holder or ${TABLE}.lease_until <= cast(? as bigint)
         returning name`,
        [this.tenant, name, holder, toMillis(until), toMillis(now)],
      ),
    );
    return rows.length > 0;
  }

  async giveBack(name: string, holder: string): Promise<void> {
    await this.session.batch((sql) =>
      sql.all(`delete from ${TABLE} where tenant = ? and name = ? and holder = ?`, [
        this.tenant,
        name,
        holder,
      ]),
    );
  }
}
