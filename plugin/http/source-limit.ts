import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";

const WINDOW_MS = 60_000;

/** Counts requests by source in fixed minutes, in this node's memory only (foundations.md 12); the memory is given back every minute. */
export class SourceLimit {
  private readonly counts = new Map<string, number>();
  private window = -1;

  /** `perMinute` undefined: nobody is limited. */
  constructor(
    private readonly perMinute: number | undefined,
    private readonly clock: Clock,
  ) {}

  /** Throws `too_many_requests` that says when the next minute begins. */
  admit(source: string): void {
    if (this.perMinute === undefined) return;
    const now = this.clock.now().getTime();
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.window) {
      this.window = window;
      this.counts.clear();
    }
    const count = (this.counts.get(source) ?? 0) + 1;
    this.counts.set(source, count);
    if (count > this.perMinute) {
      throw new CountersignError(
        "too_many_requests",
        `${source} sent over ${this.perMinute} a minute`,
        {
          retryAfter: ((window + 1) * WINDOW_MS - now) / 1000,
        },
      );
    }
  }
}
