import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import type { Clock, Metrics } from "../../ports/ambient.ts";
import type { CaBackendFactory } from "../../ports/ca-backend.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CA_BACKENDS, CLOCK, METRICS } from "../../tokens.ts";
import { RevocationWatch } from "./revocation-watch.ts";
import { StatusChanges } from "./status-changes.ts";

/** Opens `StatusChanges` in transactions, and lets OCSP answer accordingly as soon as these have committed. */
export class StatusTransactions {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(CA_BACKENDS) private readonly backends: readonly CaBackendFactory[],
    @inject(RevocationWatch) private readonly watch: RevocationWatch,
  ) {}

  /**
   * Changes of status inside the caller's transaction `tx`; `because` goes into the ledger and the metrics. `asked`: when the event came in, from which
   * the time to revoked counts.
   */
  within(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    because: string,
    asked = this.clock.now(),
  ): StatusChanges {
    const times = { asked, at: this.clock.now() };
    const changes = new StatusChanges(tx, principal, times, because, (authority) =>
      this.backends.some((backend) => backend.serves?.(authority) === true),
    );
    tx.afterCommit(() => {
      const scopes = changes.scopes();
      this.watch.changed(tx.tenant, scopes);
      for (const [change, count] of changes.counts())
        this.metrics.count("countersign_revocations_total", { because, change }, count);
      if (scopes.length === 0) return;
      const seconds = Math.max(0, this.clock.now().getTime() - asked.getTime()) / 1000;
      this.metrics.observe("countersign_time_to_revoked_seconds", seconds, { seen: "ocsp" });
    });
    return changes;
  }

  /** The same in a transaction of its own; its turn to write may be some way off. */
  run<T>(
    store: TenantStore,
    principal: Pick<Principal, "id">,
    because: string,
    work: (tx: TenantStore, changes: StatusChanges) => Promise<T>,
  ): Promise<T> {
    const asked = this.clock.now();
    return store.run((tx) => work(tx, this.within(tx, principal, because, asked)));
  }
}
