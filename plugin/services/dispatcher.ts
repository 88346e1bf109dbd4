import { inject } from "tsyringe";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError, messageOf } from "../errors.ts";
import type { Clock, Logger, Metrics } from "../ports/ambient.ts";
import type { Effect, OutboxEntry } from "../ports/outbox.ts";
import type { Directory, TenantStore } from "../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS } from "../tokens.ts";
import { HostCommands, type HostEffect } from "./host-commands.ts";
import { LedgerSealer } from "./ledger-sealer.ts";
import { RefusalLog } from "./refusal-log.ts";
import { Sweeper } from "./sweeper.ts";
import { RenewalSweep } from "./renewal-sweep.ts";
import { Ticker } from "./ticker.ts";

/** Milliseconds between looks; a look with nothing due is one indexed query. */
const PERIOD = 1000;
/** A row has its place within a second (foundations.md 13). */
const SEALING = 500;
/** A thousand renewals an hour are three in that time. */
const RENEWING = 10_000;
const AT_ONCE = 20;
const LEASE = 60_000;
const LONGEST_PAUSE = 3_600_000;
/** After so many failures it is shown as failed; every other effect is tried until it is done. */
const MOST_ATTEMPTS: Partial<Record<Effect["kind"], number>> = {
  "publish-profile": 12,
  "scan-device": 3,
  "wipe-device": 12,
};

/** Performs the outbox: at least once, with back-off, correct with several nodes. Also reconciles what crashes left behind. */
export class Dispatcher {
  private readonly tickers: readonly Ticker[];

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(HostCommands) private readonly commands: HostCommands,
    @inject(Sweeper) private readonly sweeper: Sweeper,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
    @inject(LedgerSealer) sealer: LedgerSealer,
    @inject(RenewalSweep) renewals: RenewalSweep,
  ) {
    this.tickers = [
      new Ticker("dispatcher", PERIOD, () => this.runDue(), logger),
      new Ticker("sweeper", PERIOD, () => this.sweeper.runDue(), logger),
      // Apart, since a slow host must not keep the ledger open.
      new Ticker("ledger sealer", SEALING, () => sealer.runDue(), logger),
      new Ticker("renewal sweep", RENEWING, () => renewals.runDue(), logger),
    ];
  }

  start(): void {
    for (const ticker of this.tickers) ticker.start();
  }

  /** Ends after the looks under way. */
  async stop(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
    await this.refusals.flush(true);
  }

  /** Does everything that is due now; for tests and for hosts that tick by themselves. */
  async runDue(): Promise<void> {
    await this.refusals.flush();
    for (const tenant of await this.directory.tenantsDue(this.clock.now()))
      await this.runTenant(tenant);
  }

  private async runTenant(tenant: TenantId): Promise<void> {
    const store = this.directory.open(tenant);
    const reconciled = await store.enrolments.reconcile(this.clock.now());
    if (reconciled > 0)
      this.logger.warn(
        { tenant, reconciled },
        "reservations that were left behind have been given back",
      );
    for (;;) {
      const now = this.clock.now();
      const entries = await store.outbox.claim(AT_ONCE, now, new Date(now.getTime() + LEASE));
      for (const entry of entries) await this.perform(store, entry);
      if (entries.length < AT_ONCE) return;
    }
  }

  private async perform(store: TenantStore, entry: OutboxEntry): Promise<void> {
    try {
      await this.effect(store, entry.effect);
      await store.outbox.done(entry.id);
      this.metrics.count("countersign_outbox_total", { kind: entry.effect.kind, result: "done" });
    } catch (error) {
      const attempt = entry.attempts + 1;
      const now = this.clock.now().getTime();
      this.metrics.count("countersign_outbox_total", { kind: entry.effect.kind, result: "failed" });
      this.logger.warn(
        { tenant: store.tenant, kind: entry.effect.kind, attempt, error: messageOf(error) },
        "outbox entry failed",
      );
      if (
        entry.effect.kind in MOST_ATTEMPTS &&
        (attempt >= mostAttempts(entry) || isFinal(error))
      ) {
        await this.commands.giveUp(store, entry.effect as HostEffect, error);
        await store.outbox.done(entry.id);
      } else {
        await store.outbox.retry(
          entry.id,
          new Date(now + Math.min(LONGEST_PAUSE, 1000 * 2 ** attempt)),
          messageOf(error),
        );
      }
    }
  }

  private effect(store: TenantStore, effect: Effect): Promise<void> {
    if (effect.kind !== "revoke-outside") return this.commands.perform(store, effect);
    throw new CountersignError("internal", "no outside CA backend is installed");
  }
}

const mostAttempts = ({ effect }: OutboxEntry): number => MOST_ATTEMPTS[effect.kind] ?? Infinity;

/** What another attempt would not change. */
const isFinal = (error: unknown): boolean =>
  error instanceof CountersignError &&
  [
    "not_found",
    "device_gone",
    "variable_without_value",
    "policy_refused",
    "key_unsupported",
  ].includes(error.code);
