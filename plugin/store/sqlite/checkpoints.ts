import { messageOf } from "../../errors.ts";
import type { Logger } from "../../ports/ambient.ts";

/** Batches between two checkpoints: some 2,000 pages of the write-ahead log, half of what the writer lets it grow to. */
const BATCHES = 60;

/** Pages of the write-ahead log (16 MiB) after which the writer itself empties it, with all that waits for it waiting. */
export const MOST_PAGES = 4000;

/**
 * Brings pages from the write-ahead log into the file beside the writer. By itself SQLite does it within a commit, every 1,000 pages, while
 * all requests wait.
 */
export class Checkpoints {
  #batches = 0;
  #running: Promise<void> | undefined;

  /** `checkpoint` runs a passive one on a connection of its own. */
  constructor(
    private readonly checkpoint: () => Promise<unknown>,
    private readonly logger: Logger | undefined,
  ) {}

  /** Told of each batch of the hot path that has been written. */
  written(): void {
    this.#batches += 1;
    if (this.#batches < BATCHES || this.#running !== undefined) return;
    this.#batches = 0;
    this.#running = this.#run().finally(() => (this.#running = undefined));
  }

  /** Ends after the one under way. */
  async stop(): Promise<void> {
    this.#batches = -Infinity;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.checkpoint();
    } catch (error) {
      // Nothing is lost: the writer does it itself when the log has grown.
      this.logger?.warn({ error: messageOf(error) }, "checkpoint of the database failed");
    }
  }
}
