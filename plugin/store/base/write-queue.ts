import { CountersignError } from "../../errors.ts";

/**
 * One writer at a time, first come first served. Work that has waited for longer than `waitMs` is refused with `busy` and never
 * starts: that also frees a transaction whose callback waits for a write outside itself, which could otherwise never end.
 */
export class WriteQueue {
  #tail: Promise<void> = Promise.resolve();
  #length = 0;

  constructor(private readonly waitMs: number) {}

  enter<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail;
    this.#length += 1;
    const done = new Promise<T>((resolve, reject) => {
      let late = false;
      // Nobody ahead: no timer, since the turn comes at once.
      const timer =
        this.#length === 1
          ? undefined
          : setTimeout(() => {
              late = true;
              reject(
                new CountersignError("busy", "waited too long for the database's writer", {
                  retryAfter: 5,
                }),
              );
            }, this.waitMs);
      this.#tail = turn.then(async () => {
        clearTimeout(timer);
        if (!late) {
          const result = Promise.resolve().then(work);
          resolve(result);
          await result.catch(() => undefined);
        }
        this.#length -= 1;
      });
    });
    return done;
  }

  /** Resolves when all that has entered is done. */
  async drained(): Promise<void> {
    while (this.#length > 0) await this.#tail;
  }
}
