import type { TenantId } from "../domain/tenant.ts";
import type { LeaseStore } from "../ports/lease-store.ts";
import { toMillis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_leases";

/** The leases of one tenant; see `LeaseStore`. One conditional write decides, so that of two nodes only one can. */
export class Leases implements LeaseStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  take(name: string, holder: string, now: Date, until: Date): Promise<boolean> {
    return this.session.batch(async (sql) => {
      const taken = await sql.all(
        `insert into ${TABLE} (tenant, name, holder, lease_until) values (?, ?, ?, ?)
         on conflict (tenant, name) do update set holder = excluded.holder, lease_until = excluded.lease_until
         where ${TABLE}.holder = excluded.holder or ${TABLE}.lease_until <= ? returning name`,
        [this.tenant, name, holder, toMillis(until), toMillis(now)],
      );
      return taken.length > 0;
    });
  }

  async give(name: string, holder: string): Promise<void> {
    await this.session.write((db) =>
      db(TABLE).where({ tenant: this.tenant, name, holder }).delete(),
    );
  }
}
