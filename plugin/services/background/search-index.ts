import { inject } from "tsyringe";
import type { TenantId } from "../../domain/tenant.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import type { TermPlace, TermStore } from "../../ports/certificate-store.ts";
import type { Directory } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS } from "../../tokens.ts";
import { Ticker } from "./ticker.ts";

const PERIOD = 3000;
/** Certificates in one look: a millisecond of a reader. */
const LOOK = 500;
/** Certificates in one transaction: a few milliseconds of the writer. */
const AT_ONCE = 50;
/** A row may be written behind its time while its transaction waits its turn. */
const LATE = 10_000;
/** Or later, by a node whose clock differs; looked for that far back, once in half of it, so that every row is looked at twice. */
const VERY_LATE = 120_000;

/** Writes the words that certificates are found by, some seconds behind the issuing path, which does not wait for it. */
export class SearchIndex {
  private readonly ticker: Ticker;
  private readonly lookedFarBack = new Map<TenantId, number>();

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) logger: Logger,
    @inject(METRICS) metrics: Metrics,
  ) {
    const told = { logger, metrics };
    this.ticker = new Ticker("search index", PERIOD, (ending) => this.runDue(ending), told);
  }

  start(): void {
    this.ticker.start();
  }

  /** Ends after the transaction under way; the rest is taken when it starts again. */
  async stop(): Promise<void> {
    await this.ticker.stop();
  }

  /** Brings every tenant up to date. */
  async runDue(ending?: AbortSignal): Promise<void> {
    for (const { id } of await this.directory.tenants()) await this.catchUp(id, ending);
  }

  /** Brings one tenant up to date. */
  async catchUp(tenant: TenantId, ending?: AbortSignal): Promise<void> {
    const { terms } = this.directory.open(tenant);
    const started = this.clock.now();
    const mark = await terms.mark();
    const createdAt =
      mark === undefined
        ? new Date(0)
        : new Date(mark.getTime() - this.overlap(tenant, started.getTime()));
    let place: TermPlace | undefined = { createdAt, id: "" };
    let taken = 0;
    while (place !== undefined) {
      const { missing, next }: Awaited<ReturnType<TermStore["walk"]>> = await terms.walk(
        place,
        LOOK,
      );
      for (let at = 0; at < missing.length; at += AT_ONCE) {
        if (ending?.aborted === true) return;
        await this.withPause(() => terms.take(missing.slice(at, at + AT_ONCE)));
      }
      taken += missing.length;
      if (next !== undefined && missing.length > 0) await terms.moveMark(next.createdAt);
      place = next;
    }
    // Without anything new the mark stays while it is near: no write for it.
    if (mark === undefined || taken > 0 || started.getTime() - mark.getTime() > VERY_LATE)
      await terms.moveMark(started);
  }

  private overlap(tenant: TenantId, now: number): number {
    if (now - (this.lookedFarBack.get(tenant) ?? 0) < VERY_LATE / 2) return LATE;
    this.lookedFarBack.set(tenant, now);
    return VERY_LATE;
  }

  /** A fifth of the time at most, so that a server near its limit still has room for enrolments. */
  private async withPause(work: () => Promise<void>): Promise<void> {
    // Not by the clock, which may be set meanwhile: the pause would be four times that step.
    const started = performance.now();
    await work();
    const took = performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, 4 * took));
  }
}
