import { inject } from "tsyringe";
import { addDays } from "../../domain/duration.ts";
import { systemPrincipal } from "../../domain/principal.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { Directory } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS, SETTINGS } from "../../tokens.ts";
import { Access } from "../access/access.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { KeyRollOvers } from "./key-roll-overs.ts";
import { RaRotation } from "./ra-rotation.ts";
import { settleEndpoints } from "./settle-endpoints.ts";
import { Ticker } from "../background/ticker.ts";

/** Replaces keys when their time has come. Several nodes may do it at once: each step is written by one of them only. */
export class Rotation {
  private readonly ticker: Ticker;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Access) private readonly access: Access,
    @inject(KeyRollOvers) private readonly rollOvers: KeyRollOvers,
    @inject(RaRotation) private readonly ras: RaRotation,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
    @inject(METRICS) metrics: Metrics,
  ) {
    const pause = settings.rotation.checkSeconds * 1000;
    this.ticker = new Ticker("rotation", pause, () => this.runDue(), { logger, metrics });
  }

  start(): void {
    this.ticker.start();
  }

  /** Ends after the look under way. */
  stop(): Promise<void> {
    return this.ticker.stop();
  }

  /** Does everything that is due now, tenant by tenant; what one tenant's keys cannot do keeps no other one waiting. */
  async runDue(): Promise<void> {
    const now = this.clock.now();
    const raEnd = addDays(now, this.settings.rotation.raDaysBefore);
    for (const tenant of await this.directory.tenantsRotating(now, raEnd)) {
      await this.runTenant(tenant).catch((error: unknown) =>
        this.logger.error({ tenant, error: messageOf(error) }, "rotation failed; tried again"),
      );
    }
  }

  private async runTenant(tenant: TenantId): Promise<void> {
    const store = this.directory.open(tenant);
    const principal = systemPrincipal("rotation", tenant, [
      "configuration:manage",
      "authorities:manage",
    ]);
    await this.rollOvers.advance(store, principal);
    const settled = await store.run((tx) =>
      settleEndpoints(tx, this.clock.now(), (id, data) =>
        this.access.entry(principal, "endpoint.changed", id, data),
      ),
    );
    for (const id of settled) this.runtimes.forget(id);
    await this.ras.run(store, principal);
  }
}
