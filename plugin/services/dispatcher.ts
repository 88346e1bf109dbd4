import { inject } from "tsyringe";
import { systemPrincipal } from "../domain/principal.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError, messageOf } from "../errors.ts";
import type { Clock, Logger, Metrics } from "../ports/ambient.ts";
import type { MdmHost } from "../ports/mdm-host.ts";
import type { Effect, OutboxEntry } from "../ports/outbox.ts";
import type { Directory, TenantStore } from "../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, MDM_HOSTS, METRICS } from "../tokens.ts";
import { found } from "./access.ts";
import { Deployments } from "./deployments.ts";
import { DeploymentSteps } from "./deployment-steps.ts";
import { LedgerSealer } from "./ledger-sealer.ts";
import { RefusalLog } from "./refusal-log.ts";
import { Ticker } from "./ticker.ts";

/** Milliseconds between looks; a look with nothing due is one indexed query. */
const PERIOD = 1000;
/** A row has its place within a second (foundations.md 13). */
const SEALING = 500;
const AT_ONCE = 20;
const LEASE = 60_000;
const LONGEST_PAUSE = 3_600_000;
/** After so many failures a deployment is shown as failed; publishing it again starts anew. */
const MOST_ATTEMPTS = 12;
const DISPATCHER = { id: "system:dispatcher" };

/** Performs the outbox: at least once, with back-off, correct with several nodes. Also reconciles what crashes left behind. */
export class Dispatcher {
  private readonly tickers: readonly Ticker[];

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[],
    @inject(Deployments) private readonly deployments: Deployments,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(RefusalLog) private readonly refusals: RefusalLog,
    @inject(LedgerSealer) sealer: LedgerSealer,
  ) {
    this.tickers = [
      new Ticker("dispatcher", PERIOD, () => this.runDue(), logger),
      // Apart, since a slow host must not keep the ledger open.
      new Ticker("ledger sealer", SEALING, () => sealer.runDue(), logger),
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
      if (entry.effect.kind === "publish-profile" && (attempt >= MOST_ATTEMPTS || isFinal(error))) {
        await this.fail(store, entry.effect.deploymentId, error);
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

  private async effect(store: TenantStore, effect: Effect): Promise<void> {
    switch (effect.kind) {
      case "publish-profile":
        return this.publish(store, effect.deploymentId);
      case "remove-profile": {
        const device = found(await store.devices.get(effect.deviceId), "device", effect.deviceId);
        const host = this.hosts.find(({ id }) => id === device.hostId);
        await host?.removeProfile(device, effect.profileId);
        return;
      }
      case "scan-device":
      case "wipe-device":
      case "revoke-outside":
        throw new CountersignError("internal", "no outside CA backend is installed");
    }
  }

  private async publish(store: TenantStore, deploymentId: string): Promise<void> {
    const deployment = found(await store.deployments.get(deploymentId), "deployment", deploymentId);
    if (deployment.state !== "assigned" && deployment.state !== "renewing") return;
    const device = found(
      await store.devices.get(deployment.deviceId),
      "device",
      deployment.deviceId,
    );
    const host = this.hosts.find(({ id }) => id === device.hostId);
    const principal = systemPrincipal(`host:${device.hostId}`, store.tenant, ["challenges:mint"]);
    // A device whose host pulls its profiles (over the API) has nothing to be pushed to.
    const commandId = await host?.publishProfile(device, {
      deploymentId,
      profileId: deploymentId,
      render: () =>
        this.deployments.take(principal, store, deploymentId, {
          sign: device.platform === "apple",
          pushed: !host.lazyRender,
        }),
    });
    await this.steps.applyTo(store, principal, deploymentId, { kind: "queue", commandId });
  }

  private async fail(store: TenantStore, deploymentId: string, error: unknown): Promise<void> {
    const reason =
      error instanceof CountersignError && error.code === "variable_without_value"
        ? "value-missing"
        : "publish-failed";
    const event = { kind: "fail", reason, detail: messageOf(error) } as const;
    await this.steps.applyTo(store, DISPATCHER, deploymentId, event);
  }
}

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
