import { inject } from "tsyringe";
import type { TenantId } from "../../domain/tenant.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger, Metrics, Random } from "../../ports/ambient.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS, RANDOM } from "../../tokens.ts";
import { nextEnd } from "./ledger-chain.ts";
import { LedgerKey } from "./ledger-key.ts";

/** Rows in one transaction: some milliseconds of the writer and of the event loop. */
const AT_ONCE = 100;
/** How long nobody else seals a tenant after its sealer did so last; a dead one is replaced after that. */
const LEASE = 3000;

/**
 * Gives ledger rows their places in the hash chain of their tenant, and signs where it ends (foundations.md 13). One node at a time seals a
 * tenant; a node that dies in the middle leaves rows without a place, which the next one seals. Nothing waits for it.
 */
export class LedgerSealer {
  private readonly holder: string;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(LedgerKey) private readonly key: LedgerKey,
    @inject(RANDOM) random: Random,
  ) {
    this.holder = random.uuid();
  }

  /** Seals and signs all that waits, unless another node is at it. One tenant's fault does not keep the others from theirs. */
  async runDue(ending?: AbortSignal): Promise<void> {
    for (const tenant of await this.directory.tenantsUnsealed()) {
      try {
        const store = this.directory.open(tenant);
        if (await this.seal(tenant, store, ending)) await this.sign(tenant, store);
      } catch (error) {
        this.logger.error({ tenant, error: messageOf(error) }, "ledger could not be sealed");
      }
    }
  }

  /** False while another node seals this tenant. */
  private async seal(
    tenant: TenantId,
    store: TenantStore,
    ending: AbortSignal | undefined,
  ): Promise<boolean> {
    for (;;) {
      const now = this.clock.now();
      const until = new Date(now.getTime() + LEASE);
      const lease = { holder: this.holder, now, until };
      const next = await store.chain.open(lease, AT_ONCE);
      if (next === undefined) return false;
      if (next.entries.length === 0) return true;
      let { end } = next;
      const seals = next.entries.map((entry) => {
        end = nextEnd(tenant, end, entry);
        return { ...end, id: entry.id };
      });
      if (!(await store.chain.seal(lease, next.end, seals))) return false;
      this.metrics.count("countersign_ledger_sealed_total", {}, seals.length);
      if (seals.length < AT_ONCE || ending?.aborted === true) return true;
    }
  }

  private async sign(tenant: TenantId, store: TenantStore): Promise<void> {
    const head = await store.chain.head();
    if (head === undefined || (head.signed?.sequence ?? 0) >= head.end.sequence) return;
    await store.chain.saveHead(await this.key.sign({ tenant, ...head.end, at: this.clock.now() }));
  }
}
