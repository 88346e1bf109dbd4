import { inject } from "tsyringe";
import { authorityOfCap, type Cap } from "../../domain/cap.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { ActiveCounts } from "../authorities/active-counts.ts";
import type { AlertReading } from "./alert-reading.ts";
import { activeAuthorities } from "../authorities/authority-room.ts";

/** Looks at how full the caps on active certificates and authorities are (O-02, O-05). Reads only. */
export class CapReadings {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(ActiveCounts) private readonly counts: ActiveCounts,
  ) {}

  /** Every cap, in percent; one that leaves no place at all is full. */
  async read(store: TenantStore): Promise<readonly AlertReading[]> {
    const caps = await store.caps.list();
    if (caps.length === 0) return [];
    const authorities = await store.authorities.list();
    const there = new Set(
      authorities.flatMap(({ id, status }) =>
        status === "deleted" || status === "retired" ? [] : [id],
      ),
    );
    const readings: AlertReading[] = [];
    for (const { subject, most } of caps) {
      const authorityId = authorityOfCap(subject);
      if (authorityId !== undefined && !there.has(authorityId)) continue;
      const active =
        subject === "authorities"
          ? activeAuthorities(authorities, this.clock.now())
          : await this.counts.of(store, authorityId, most);
      const value = most === 0 ? 100 : (100 * active) / most;
      readings.push({ subject, value, text: textOf(subject, authorityId, active, most, value) });
    }
    return readings;
  }
}

const textOf = (
  subject: Cap["subject"],
  authorityId: string | undefined,
  active: number,
  most: number,
  value: number,
): string => {
  const what =
    authorityId !== undefined
      ? `active certificates of ${authorityId}`
      : subject === "authorities"
        ? "active CAs of the tenant"
        : "active certificates of the tenant";
  const then = value >= 100 ? "no more are made" : `${most - active} more may be made`;
  return `The cap on ${what} is used to ${Math.floor(value)} % (${active}/${most}); ${then}`;
};
