import type { PlannedRenewal } from "./renewal-plan.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a plan holds for one day of UTC. */
export interface PlannedDay {
  /** `2027-01-31`. */
  readonly day: string;
  readonly planned: number;
  /** Of these, how many start after their certificate has ended. */
  readonly late: number;
  /** Most starts in one hour of that day. */
  readonly peakHour: number;
}

/** A plan by days, from `now` on, days without any included. */
export class RenewalPreview {
  readonly #hours: number[] = [];
  readonly #late: number[] = [];
  readonly #firstDay: number;

  /** `now` and `until`: milliseconds; what is planned for later is not counted. */
  constructor(
    now: number,
    readonly until: number,
  ) {
    this.#firstDay = now - (now % DAY);
  }

  add({ at, late }: PlannedRenewal<unknown>): void {
    if (at >= this.until) return;
    const hour = Math.floor((at - this.#firstDay) / HOUR);
    this.#hours[hour] = (this.#hours[hour] ?? 0) + 1;
    if (late) this.#late[Math.floor(hour / 24)] = (this.#late[Math.floor(hour / 24)] ?? 0) + 1;
  }

  days(): readonly PlannedDay[] {
    const count = Math.max(1, Math.ceil((this.until - this.#firstDay) / DAY));
    return Array.from({ length: count }, (_, index) => {
      const hours = Array.from({ length: 24 }, (__, hour) => this.#hours[index * 24 + hour] ?? 0);
      return {
        day: new Date(this.#firstDay + index * DAY).toISOString().slice(0, 10),
        planned: hours.reduce((sum, hour) => sum + hour, 0),
        late: this.#late[index] ?? 0,
        peakHour: Math.max(...hours),
      };
    });
  }
}
