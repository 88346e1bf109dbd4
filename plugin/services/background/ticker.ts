import { messageOf } from "../../errors.ts";
import type { Logger, Metrics } from "../../ports/ambient.ts";

/** Milliseconds at the end of the server after which it is said what it waits for. */
const PATIENCE = 5000;

/** Milliseconds after which work under way is said to take long. */
const LONG = 60_000;

/**
 * Does some work again and again, a pause after each time; a failure is logged and does not end it. How long each time took is
 * `countersign_periodic_work_seconds`. Holds no process open.
 */
export class Ticker {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private ending: AbortController | undefined;

  constructor(
    private readonly name: string,
    private readonly pauseMs: number,
    /** Told when it is to end: what has much to do leaves the rest for the next start. */
    private readonly work: (ending: AbortSignal) => Promise<void>,
    private readonly told: { readonly logger: Logger; readonly metrics: Metrics },
  ) {}

  start(): void {
    this.ending = new AbortController();
    this.schedule(this.ending.signal);
  }

  /** Ends after the work under way. */
  async stop(): Promise<void> {
    this.ending?.abort();
    clearTimeout(this.timer);
    const telling = setTimeout(
      () => this.told.logger.warn({ work: this.name }, "waiting for periodic work to end"),
      PATIENCE,
    );
    await this.running;
    clearTimeout(telling);
  }

  private schedule(ending: AbortSignal): void {
    if (ending.aborted) return;
    this.timer = setTimeout(() => {
      this.running = this.once(ending).finally(() => this.schedule(ending));
    }, this.pauseMs);
    this.timer.unref();
  }

  private async once(ending: AbortSignal): Promise<void> {
    const begun = performance.now();
    const telling = setTimeout(
      () => this.told.logger.warn({ work: this.name }, "periodic work takes longer than a minute"),
      LONG,
    ).unref();
    try {
      await this.work(ending);
    } catch (error) {
      this.told.logger.error({ work: this.name, error: messageOf(error) }, "periodic work failed");
    } finally {
      clearTimeout(telling);
      const seconds = (performance.now() - begun) / 1000;
      this.told.metrics.observe("countersign_periodic_work_seconds", seconds, { work: this.name });
    }
  }
}
