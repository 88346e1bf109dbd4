import { inject } from "tsyringe";
import { foreignWords } from "../../domain/foreign-words.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import type { Clock, Logger, Metrics, Random } from "../../ports/ambient.ts";
import type { Effect, OutboxEntry } from "../../ports/outbox.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS, RANDOM } from "../../tokens.ts";
import { Alerts } from "../operations/alerts.ts";
import { CertificateStatuses } from "../revocation/certificate-statuses.ts";
import { CrlSchedule } from "../status/crl-schedule.ts";
import { GroupSync } from "../distribution/group-sync.ts";
import { HostCommands, type HostEffect } from "../hosts/host-commands.ts";
import { LedgerSealer } from "../ledger/ledger-sealer.ts";
import { OutsideRevocations } from "../revocation/outside-revocations.ts";
import { RefusalLog } from "../ledger/refusal-log.ts";
import { ResponderKeeper } from "../status/responder-keeper.ts";
import { Sweeper } from "./sweeper.ts";
import { UnseenCertificates } from "../certificates/unseen-certificates.ts";
import { RenewalSweep } from "./renewal-sweep.ts";
import { Ticker } from "./ticker.ts";

/** Milliseconds between looks; a look with nothing due is one indexed query. */
const PERIOD = 1000;
/** A row has its place within a second (foundations.md 13). */
const SEALING = 500;
/** A device that joins a group waits no longer than that for its profile to be on its way. */
const RENEWING = 2000;
/** Milliseconds between looks whether the groups of a host are to be read again. */
const GROUPS = 60_000;
/** Milliseconds between looks at the responders' certificates. */
const ROLLING = 600_000;
/** Milliseconds between looks at what alert rules watch. */
const ALERTING = 30_000;
const AT_ONCE = 20;
const LEASE = 60_000;
const LONGEST_PAUSE = 3_600_000;
/** Of one kind of effect: its failure is shown with what it was for, and no dead letter is left. */
const SHOWN = new Set<Effect["kind"]>(["publish-profile", "scan-device", "wipe-device"]);
/** After so many failures it is given up. What is not revoked outside is a risk: that takes about four days. */
const MOST_ATTEMPTS: Readonly<Record<Effect["kind"], number>> = {
  "publish-profile": 12,
  "remove-profile": 12,
  "scan-device": 3,
  "wipe-device": 12,
  "revoke-outside": 100,
  "revoke-unseen": 100,
  notify: 12,
};

/** Performs the outbox: at least once, with back-off, correct with several nodes. Also reconciles what crashes left behind. */
export class Dispatcher {
  private readonly tickers: readonly Ticker[];

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(RANDOM) private readonly random: Random,
    @inject(HostCommands) private readonly commands: HostCommands,
    @inject(Sweeper) private readonly sweeper: Sweeper,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
    @inject(Alerts) private readonly alerts: Alerts,
    @inject(OutsideRevocations) private readonly outside: OutsideRevocations,
    @inject(UnseenCertificates) private readonly unseen: UnseenCertificates,
    @inject(CertificateStatuses) private readonly statuses: CertificateStatuses,
    @inject(CrlSchedule) crls: CrlSchedule,
    @inject(ResponderKeeper) responders: ResponderKeeper,
    @inject(LedgerSealer) sealer: LedgerSealer,
    @inject(RenewalSweep) renewals: RenewalSweep,
    @inject(GroupSync) groups: GroupSync,
  ) {
    const told = { logger, metrics };
    this.tickers = [
      new Ticker("dispatcher", PERIOD, (ending) => this.runDue(ending), told),
      new Ticker("sweeper", PERIOD, (ending) => this.sweeper.runDue(ending), told),
      // Apart, since a slow host must not keep the ledger open, nor a list from being signed.
      new Ticker("ledger sealer", SEALING, (ending) => sealer.runDue(ending), told),
      new Ticker("renewal sweep", RENEWING, () => renewals.runDue(), told),
      new Ticker("groups of hosts", GROUPS, () => groups.runDue(), told),
      new Ticker("CRL schedule", PERIOD, () => crls.runDue(), told),
      new Ticker("alerts", ALERTING, () => this.alerts.runDue(), told),
      new Ticker("OCSP responders", ROLLING, () => responders.runDue(), told),
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

  /** Does everything that is due now; for tests and for hosts that tick by themselves. One tenant's fault does not keep the others from theirs. */
  async runDue(ending?: AbortSignal): Promise<void> {
    await this.refusals.flush();
    for (const tenant of await this.directory.tenantsDue(this.clock.now()))
      await this.runTenant(tenant, ending).catch((error: unknown) =>
        this.logger.error({ tenant, error: messageOf(error) }, "what is due could not be done"),
      );
  }

  private async runTenant(tenant: TenantId, ending: AbortSignal | undefined): Promise<void> {
    const store = this.directory.open(tenant);
    const reconciled = await store.enrolments.reconcile(this.clock.now());
    if (reconciled > 0)
      this.logger.warn(
        { tenant, reconciled },
        "reservations that were left behind have been given back",
      );
    await this.statuses.liftEnded(store);
    for (;;) {
      const now = this.clock.now();
      const entries = await store.outbox.claim(AT_ONCE, now, new Date(now.getTime() + LEASE));
      for (const entry of entries) {
        // The ones before may have taken their time; one whose lease has ended meanwhile may be another node's now.
        const until = new Date(this.clock.now().getTime() + LEASE);
        if (await store.outbox.hold(entry, until)) await this.attempt(store, entry);
      }
      if (entries.length < AT_ONCE || ending?.aborted === true) return;
    }
  }

  /** One that cannot even be put back must not hold up those behind it; its lease lets it be tried again. */
  private async attempt(store: TenantStore, entry: OutboxEntry): Promise<void> {
    try {
      await this.perform(store, entry);
    } catch (error) {
      this.logger.error(
        { tenant: store.tenant, kind: entry.effect.kind, error: messageOf(error) },
        "outbox entry could not be put back",
      );
    }
  }

  private async perform(store: TenantStore, entry: OutboxEntry): Promise<void> {
    try {
      await this.effect(store, entry.effect);
      await store.outbox.done(entry);
      this.metrics.count("countersign_outbox_total", { kind: entry.effect.kind, result: "done" });
    } catch (error) {
      const attempt = entry.attempts + 1;
      const now = this.clock.now().getTime();
      const reason = foreignWords(messageOf(error));
      this.metrics.count("countersign_outbox_total", { kind: entry.effect.kind, result: "failed" });
      this.logger.warn(
        { tenant: store.tenant, kind: entry.effect.kind, attempt, error: reason },
        "outbox entry failed",
      );
      const over = attempt >= MOST_ATTEMPTS[entry.effect.kind] || isFinal(error);
      if (over && SHOWN.has(entry.effect.kind)) {
        await this.commands.giveUp(store, entry.effect as HostEffect, error);
        await store.outbox.done(entry);
      } else if (over) {
        await this.bury(store, entry, reason);
      } else {
        // Half of the pause by chance, so that what failed together does not come back together.
        const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** attempt) * (0.5 + this.chance() / 2);
        await store.outbox.retry(entry, new Date(now + pause), reason);
      }
    }
  }

  private effect(store: TenantStore, effect: Effect): Promise<void> {
    switch (effect.kind) {
      case "revoke-outside":
        return this.outside.tell(store, effect);
      case "revoke-unseen":
        return this.unseen.revoke(store, effect);
      case "notify":
        return this.alerts.tell(store, effect.ruleId, effect.channel, effect.message);
      default:
        return this.commands.perform(store, effect);
    }
  }

  private async bury(store: TenantStore, entry: OutboxEntry, reason: string): Promise<void> {
    const now = this.clock.now();
    const { kind } = entry.effect;
    await store.run(async (tx) => {
      await tx.outbox.bury(entry, now, reason);
      await tx.ledger.append({
        event: "outbox.buried",
        principal: "system:dispatcher",
        at: now,
        subjectId: entry.id,
        data: { kind, attempts: entry.attempts + 1, reason },
      });
    });
    this.metrics.count("countersign_outbox_total", { kind, result: "buried" });
  }

  /** 0 to 1. */
  private chance(): number {
    return (this.random.bytes(1)[0] ?? 0) / 255;
  }
}

/** What another attempt would not change. */
const isFinal = (error: unknown): boolean =>
  error instanceof CountersignError &&
  [
    "not_found",
    "device_gone",
    "user_disabled",
    "variable_without_value",
    "policy_refused",
    "key_unsupported",
  ].includes(error.code);
