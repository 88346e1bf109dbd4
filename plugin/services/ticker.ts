import { messageOf } from "../errors.ts";
import type { Logger } from "../ports/ambient.ts";

/** Does some work again and again, a pause after each time; a failure is logged and does not end it. Holds no process open. */
export class Ticker {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = true;

  constructor(
    private readonly name: string,
    private readonly pauseMs: number,
    private readonly work: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.stopped = false;
    this.schedule();
  }

  /** Ends after the work under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.work()
        .catch((error: unknown) =>
          this.logger.error({ work: this.name, error: messageOf(error) }, "periodic work failed"),
        )
        .finally(() => this.schedule());
    }, this.pauseMs);
    this.timer.unref();
  }
}
