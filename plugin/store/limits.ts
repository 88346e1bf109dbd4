import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { LimitStore } from "../ports/stores.ts";
import type { Session } from "./base/session.ts";
import { countUp } from "./enrolling/counters.ts";

/** Counts of one tenant that stand outside the hot path; see `LimitStore`. Those of devices and endpoints are kept by `reserve`. */
export class Limits implements LimitStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async count(
    subject: string,
    windowMs: number,
    now: Date,
  ): Promise<{ readonly used: number; readonly endsAt: Date }> {
    const { tenant } = this;
    const counts = await this.session.batch((sql) =>
      countUp(sql, [{ tenant, subject, by: 1, windowMs, now }]),
    );
    for (const { used, endsAt } of counts.values()) return { used, endsAt: new Date(endsAt) };
    throw new CountersignError("internal", "a count was not stored");
  }
}
