import { CountersignError } from "../../errors.ts";

/** Work that waits for its turn. */
interface Waiting {
  start(): void;
}

/**
 * So many writers at a time, first come first served. Work that has waited for longer than `waitMs` is refused with `busy` and never
 * starts: that also frees a transaction whose callback waits for a write outside itself, which could otherwise never end.
 */
export class WriteQueue {
  readonly #waiting = new Set<Waiting>();
  readonly #idle: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly waitMs: number,
    private readonly lanes = 1,
  ) {}

  enter<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = (): void => {
        this.#running += 1;
        const result = Promise.resolve().then(work);
        resolve(result);
        result.then(this.#leave, this.#leave);
      };
      // Nobody ahead: no timer, since the turn comes at once.
      if (this.#running < this.lanes) {
        start();
        return;
      }
      const entry: Waiting = {
        start: () => {
          clearTimeout(timer);
          start();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(entry);
        reject(
          new CountersignError("busy", "waited too long for the database's writer", {
            retryAfter: 5,
          }),
        );
      }, this.waitMs);
      this.#waiting.add(entry);
    });
  }

  /** Resolves when all that has entered is done. */
  async drained(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  readonly #leave = (): void => {
    this.#running -= 1;
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      next.start();
    } else if (this.#running === 0) for (const tell of this.#idle.splice(0)) tell();
  };
}
