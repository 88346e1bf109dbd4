import { inject } from "tsyringe";
import type { TenantId } from "../../domain/tenant.ts";
import type { ErrorCode } from "../../errors.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER, METRICS } from "../../tokens.ts";

/** A refused enrolment, as the ledger keeps it (E-11). `label` is precise; what the client sees is not. */
export interface Refusal {
  /** Undefined where nobody asked over SCEP; `source` is the principal then. */
  readonly endpoint: string | undefined;
  readonly label: ErrorCode | "opaque";
  readonly detail: string;
  readonly source: string;
  /** The client program that was detected, and the profile that would take what it sent. */
  readonly client?: string | undefined;
  readonly profile?: string | undefined;
  readonly transactionId: string | undefined;
  readonly claimSubject?: string | undefined;
  readonly device?: string | undefined;
  readonly deployment?: string | undefined;
  readonly template?: string | undefined;
  readonly csr?: string | undefined;
}

interface Window {
  readonly store: TenantStore;
  readonly endsAt: number;
  readonly refusal: Refusal;
  count: number;
}

/** Up to this many a window, each refusal of one source and label has a row of its own; beyond it they are one row with a count. */
const EACH = 5;
const WINDOW = 10_000;
/** Sources watched at once; an attacker with more addresses only loses the folding of the oldest. */
const MOST_WINDOWS = 10_000;

/** Writes refusals to the ledger, floods folded (foundations.md 13). A refusal that cannot be written never fails the reply: it is logged. */
export class RefusalLog {
  private readonly windows = new Map<string, Window>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async record(store: TenantStore, refusal: Refusal): Promise<void> {
    this.metrics.count("countersign_enrolment_refusals_total", { label: refusal.label });
    const key = windowKey(store.tenant, refusal);
    const now = this.clock.now().getTime();
    let window = this.windows.get(key);
    if (window !== undefined && window.endsAt <= now) {
      await this.fold(key, window);
      window = undefined;
    }
    if (window === undefined) {
      const [oldest] = this.windows;
      if (this.windows.size >= MOST_WINDOWS && oldest !== undefined) await this.fold(...oldest);
      window = { store, endsAt: now + WINDOW, refusal, count: 0 };
      this.windows.set(key, window);
    }
    window.count++;
    if (window.count <= EACH) await this.append(store, refusal, {});
  }

  /** Writes the counts of windows that are over, or of all at close. */
  async flush(everything = false): Promise<void> {
    const now = this.clock.now().getTime();
    for (const [key, window] of this.windows) {
      if (everything || window.endsAt <= now) await this.fold(key, window);
    }
  }

  private async fold(key: string, window: Window): Promise<void> {
    this.windows.delete(key);
    const folded = window.count - EACH;
    if (folded > 0)
      await this.append(
        window.store,
        { ...window.refusal, detail: "more of the same", transactionId: undefined },
        { folded },
      );
  }

  private async append(store: TenantStore, refusal: Refusal, extra: object): Promise<void> {
    try {
      await store.ledger.append({
        event: "certificate.refused",
        principal:
          refusal.endpoint === undefined ? refusal.source : `system:scep:${refusal.endpoint}`,
        at: this.clock.now(),
        subjectId: refusal.device,
        data: { ...refusal, ...extra },
      });
    } catch (error) {
      this.logger.error(
        { error: messageOf(error), label: refusal.label, source: refusal.source },
        "refusal could not be written to the ledger",
      );
    }
  }
}

const windowKey = (tenant: TenantId, { endpoint, source, label }: Refusal): string =>
  [tenant, endpoint, source, label].join("\n");
