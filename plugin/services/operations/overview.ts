import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import type { Clock } from "../../ports/ambient.ts";
import { COUNTED_TO, type Counts } from "../../ports/counts.ts";
import { CLOCK } from "../../tokens.ts";
import { Access } from "../access/access.ts";
import { Health, type HealthCheck } from "./health.ts";

const DAY = 86_400_000;

/** The state of a tenant at a glance. */
export interface OverviewView extends Omit<Counts, "ends"> {
  readonly at: Date;
  /** A count that is one more than this stands for "more than". */
  readonly countedTo: number;
  /** Live certificates that end on each day from today on, UTC, days without any included. */
  readonly days: readonly { readonly day: string; readonly ends: number }[];
  readonly ready: boolean;
  /** What this node needs to issue; why one is not well is for the log. */
  readonly checks: readonly Pick<HealthCheck, "name" | "ok">[];
}

/** What an admin looks at in the morning. */
export class Overview {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(Health) private readonly health: Health,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async show(principal: Principal, days: number): Promise<OverviewView> {
    // It counts over all authorities, which is nothing for a machine that is bound to some.
    const store = this.access.open(principal, "devices:read");
    const at = this.clock.now();
    const today = Math.floor(at.getTime() / DAY);
    const [counts, { ready, checks }] = await Promise.all([
      store.counts.overview(at, new Date((today + days) * DAY)),
      this.health.ready(),
    ]);
    const { ends, ...rest } = counts;
    const byDay = new Map(ends.map(({ day, count }) => [day, count]));
    return {
      ...rest,
      at,
      countedTo: COUNTED_TO,
      days: Array.from({ length: days }, (_, index) => ({
        day: new Date((today + index) * DAY).toISOString().slice(0, 10),
        ends: byDay.get(today + index) ?? 0,
      })),
      ready,
      checks: checks.map(({ name, ok }) => ({ name, ok })),
    };
  }
}
