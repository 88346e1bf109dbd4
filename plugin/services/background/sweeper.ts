import { inject } from "tsyringe";
import type { Deployment } from "../../domain/deployment.ts";
import { deadlineOf } from "../../domain/deployment-times.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger, Metrics } from "../../ports/ambient.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS } from "../../tokens.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import { EventLog } from "../deployments/event-log.ts";

/** Deployments moved in one transaction: few enough that enrolments do not wait for it. */
const AT_ONCE = 25;
const LEASE = 60_000;
/** Milliseconds between looks for events that are old enough to be forgotten. */
const PURGING = 3_600_000;
const SWEEPER = { id: "system:sweeper" };

/** Moves what is past its deadline; of several nodes each deployment is moved by one. The cost follows the due, not the total. */
export class Sweeper {
  private purgedAt = 0;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(EventLog) private readonly events: EventLog,
  ) {}

  /** Does everything that is due now. */
  async runDue(ending?: AbortSignal): Promise<void> {
    for (const tenant of await this.directory.tenantsToSweep(this.clock.now()))
      await this.sweep(tenant, ending);
    await this.purge();
  }

  private async sweep(tenant: TenantId, ending: AbortSignal | undefined): Promise<void> {
    const store = this.directory.open(tenant);
    for (;;) {
      const now = this.clock.now();
      const ids = await store.deployments.claimDue(AT_ONCE, now, new Date(now.getTime() + LEASE));
      try {
        await this.move(store, ids);
      } catch (error) {
        if (ids.length > 1) for (const id of ids) await this.moveOne(store, id);
        else this.report(tenant, ids[0], error);
      }
      if (ids.length < AT_ONCE || ending?.aborted === true) return;
    }
  }

  /** One that cannot be moved must not hold up the others; its lease lets it be tried again. */
  private async moveOne(store: TenantStore, id: string): Promise<void> {
    try {
      await this.move(store, [id]);
    } catch (error) {
      this.report(store.tenant, id, error);
    }
  }

  private async move(store: TenantStore, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const moved = await store.run(async (tx) => {
      const states: string[] = [];
      for (const id of ids) {
        const deployment = await tx.deployments.get(id);
        if (deployment === undefined || deployment.state === "removed") continue;
        const dated = withDeadline(deployment);
        const after = await this.steps.apply(tx, SWEEPER, dated, { kind: "deadline" });
        if (after !== dated) states.push(after.state);
        // Moved meanwhile, or of a node of the version before: it has a deadline to come, and gives its claim back.
        else await tx.deployments.save(dated);
      }
      return states;
    });
    for (const state of moved) this.metrics.count("countersign_deployments_swept_total", { state });
  }

  private async purge(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now - this.purgedAt < PURGING) return;
    this.purgedAt = now;
    for (const { id } of await this.directory.tenants())
      await this.events.purge(this.directory.open(id));
  }

  private report(tenant: TenantId, deployment: string | undefined, error: unknown): void {
    this.logger.error(
      { tenant, deployment, error: messageOf(error) },
      "a deployment past its deadline could not be moved",
    );
  }
}

const withDeadline = (deployment: Deployment): Deployment =>
  deployment.nextActionAt === undefined
    ? { ...deployment, nextActionAt: deadlineOf(deployment, deployment.updatedAt) }
    : deployment;
