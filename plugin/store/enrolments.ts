import type { TenantId } from "../domain/tenant.ts";
import type {
  EnrolmentStore,
  Reservation,
  ReserveResult,
  Settlement,
  SettleResult,
} from "../ports/enrolment-store.ts";
import { toMillis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import { abandon } from "./enrolling/abandon.ts";
import type { GroupCommit } from "./enrolling/group-commit.ts";

/** Rows that `reconcile` fails in one transaction, so that it never holds the writer for long. */
const AT_ONCE = 500;

/** The hot path of one tenant; see `EnrolmentStore`. `reserve` throws `conflict` when the certificate's id or serial is taken. */
export class Enrolments implements EnrolmentStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
    private readonly commit: GroupCommit,
  ) {}

  reserve(reservation: Reservation): Promise<ReserveResult> {
    return this.commit.reserve(this.tenant, reservation);
  }

  settle(settlement: Settlement): Promise<SettleResult> {
    return this.commit.settle(this.tenant, settlement);
  }

  release(id: string): Promise<void> {
    return this.commit.release(this.tenant, id);
  }

  async reconcile(now: Date): Promise<number> {
    const { tenant } = this;
    const leaseBefore = toMillis(now);
    let total = 0;
    for (;;) {
      const failed = await this.session.batch(async (sql) => {
        const rows = await sql.all<{ readonly id: string }>(
          `select id from countersign_certificates
           where tenant = ? and status = 'reserved' and lease_until <= cast(? as bigint) limit ${AT_ONCE}`,
          [tenant, leaseBefore],
        );
        return abandon(
          sql,
          rows.map(({ id }) => ({ tenant, id, leaseBefore })),
        );
      });
      total += failed.length;
      if (failed.length < AT_ONCE) return total;
    }
  }
}
