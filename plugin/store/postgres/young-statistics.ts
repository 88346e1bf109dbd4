import { messageOf } from "../../errors.ts";
import type { Logger } from "../../ports/ambient.ts";

/** What the hot path reads and joins. A table that another node is looking at is left to that one. */
const ANALYZE = `analyze (skip_locked) ${[
  "certificates",
  "challenges",
  "devices",
  "deployments",
  "endpoints",
  "ledger",
  "ciphertexts",
  "idempotency",
  "limits",
]
  .map((name) => `countersign_${name}`)
  .join(", ")}`;

/** After so many reservations, then after three times as many; from `LAST` on the server's own look of each minute is often enough. */
const FIRST = 100;
const LAST = 100_000;

/**
 * Keeps the planner's statistics up while a database fills from nothing. Autovacuum looks once a minute; within that minute connections
 * keep plans that were made for empty tables and read whole ones (seen: from 150 down to 34 enrolments a second over the first 4,000).
 */
export class YoungStatistics {
  #reserved = 0;
  #next = FIRST;
  #running: Promise<void> = Promise.resolve();

  /** `run` executes one statement outside of any transaction. */
  constructor(
    private readonly run: (sql: string) => Promise<unknown>,
    private readonly logger: Logger | undefined,
  ) {}

  /** Tells of rows that were committed; what follows from it goes on by itself. */
  reserved(rows: number): void {
    this.#reserved += rows;
    if (this.#reserved < this.#next || this.#next > LAST) return;
    while (this.#next <= this.#reserved) this.#next *= 3;
    this.#running = this.#running
      .then(() => this.run(ANALYZE))
      .then(
        () => undefined,
        (failure: unknown) =>
          this.logger?.warn(
            { failure: messageOf(failure) },
            "the database's statistics could not be renewed; enrolment may be slow until its own look",
          ),
      );
  }

  /** When nothing runs any more. */
  close(): Promise<void> {
    return this.#running;
  }
}
