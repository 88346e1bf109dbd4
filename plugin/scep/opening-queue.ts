import { CountersignError } from "../errors.ts";

/** Envelopes that are opened at once: enough to keep key processes and tokens busy. */
const AT_ONCE = 32;
/** Those that wait for their turn; more are refused with `busy`. */
const MOST_WAITING = 2000;

/** Bounds the work with RA keys on this node (scep.md case 64): first come, first served. */
export class OpeningQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** Runs `work` in its turn. Throws `busy` when too many wait. */
  async enter<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < AT_ONCE) this.running += 1;
    else {
      if (this.waiting.length >= MOST_WAITING)
        throw new CountersignError("busy", "too many requests wait to be opened", {
          retryAfter: 10,
        });
      // Whoever leaves hands its place over.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
