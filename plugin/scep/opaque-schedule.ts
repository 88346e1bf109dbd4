import { inject } from "tsyringe";
import type { Clock } from "../ports/ambient.ts";
import { CLOCK } from "../tokens.ts";

/** Milliseconds (scep.md 5.3 rule 4). */
const STEP = 50;
const EARLIEST = 100;

/** Releases opaque replies at the next multiple of 50 ms that lies at least 100 ms after arrival, whatever the cause. */
export class OpaqueSchedule {
  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** When a request arrived, for `release`. Monotonic milliseconds. */
  arrival(): number {
    return performance.now();
  }

  async release(arrival: number): Promise<void> {
    const now = performance.now();
    const wall = this.clock.now().getTime();
    const soonest = Math.max(now, arrival + EARLIEST) - now;
    const wait = Math.ceil((wall + soonest) / STEP) * STEP - wall;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
