import { inject } from "tsyringe";
import type { TenantId } from "../domain/tenant.ts";
import type { Clock, Logger } from "../ports/ambient.ts";
import type { Directory } from "../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER } from "../tokens.ts";
import { Ticker } from "./ticker.ts";

const PERIOD = 3000;
/** Certificates in one transaction: some milliseconds of the writer. */
const AT_ONCE = 200;

/** Writes the words that certificates are found by, some seconds behind the issuing path, which does not wait for it. */
export class SearchIndex {
  private readonly ticker: Ticker;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) logger: Logger,
  ) {
    this.ticker = new Ticker("search index", PERIOD, () => this.runDue(), logger);
  }

  start(): void {
    this.ticker.start();
  }

  /** Ends after the batch under way. */
  async stop(): Promise<void> {
    await this.ticker.stop();
  }

  /** Brings every tenant up to date. */
  async runDue(): Promise<void> {
    for (const { id } of await this.directory.tenants()) await this.catchUp(id);
  }

  /** Brings one tenant up to date. */
  async catchUp(tenant: TenantId): Promise<void> {
    const { terms } = this.directory.open(tenant);
    while ((await terms.advance(this.clock.now(), AT_ONCE)) === AT_ONCE);
  }
}
