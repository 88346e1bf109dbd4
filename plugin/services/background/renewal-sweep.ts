import { inject } from "tsyringe";
import { decideRenewals } from "../../domain/renewal-sweep.ts";
import { renewalTime, urgencyTime } from "../../domain/renewal-time.ts";
import type { Template } from "../../domain/template.ts";
import { messageOf } from "../../errors.ts";
import type { Clock, Logger, Metrics, Random } from "../../ports/ambient.ts";
import type { RenewalChange, RenewalRow } from "../../ports/renewals.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, LOGGER, METRICS, RANDOM } from "../../tokens.ts";
import { Deliveries } from "../deployments/deliveries.ts";
import { DistributionWalks } from "../distribution/distribution-walks.ts";
import { RenewalGroups } from "../renewal/renewal-groups.ts";
import { RenewalStarts, rulesOf, usageOf } from "../deployments/renewal-starts.ts";
import { TemplateMoves } from "../templates/template-moves.ts";

/** How long no other node sweeps a tenant after its sweeper did so last; a dead one is replaced after that. */
const LEASE = 120_000;
const PAGE = 2_000;
/** Due rows that one look takes in; the rest comes with the next one. */
const MOST = 50_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PRINCIPAL = { id: "system:renewals" };

/** What one look found and did. */
export interface SweepReport {
  readonly due: number;
  readonly started: number;
  readonly waiting: number;
}

/**
 * Starts the renewals that are due, by the same plan as the preview. One node at a time sweeps a tenant, and each start is one
 * conditional change besides, so that a node which dies or comes late does nothing twice; what it leaves is due for the next look.
 */
export class RenewalSweep {
  private readonly holder: string;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    @inject(RenewalStarts) private readonly starts: RenewalStarts,
    @inject(RenewalGroups) private readonly groups: RenewalGroups,
    @inject(TemplateMoves) private readonly moves: TemplateMoves,
    @inject(DistributionWalks) private readonly walks: DistributionWalks,
    @inject(Deliveries) private readonly deliveries: Deliveries,
    @inject(RANDOM) random: Random,
  ) {
    this.holder = random.uuid();
  }

  /** Everything that is due now. One tenant's fault does not keep the others from theirs. */
  async runDue(): Promise<void> {
    let waiting = 0;
    for (const tenant of await this.directory.tenantsToRenew(this.clock.now())) {
      try {
        waiting += (await this.sweepTenant(this.directory.open(tenant)))?.waiting ?? 0;
      } catch (error) {
        this.metrics.count("countersign_renewal_sweep_failures_total");
        this.logger.error({ tenant, error: messageOf(error) }, "renewals could not be swept");
      }
    }
    this.metrics.gauge("countersign_renewals_waiting", waiting);
  }

  /** Undefined while another node sweeps this tenant. */
  async sweepTenant(store: TenantStore): Promise<SweepReport | undefined> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LEASE);
    if (!(await store.renewals.lease(this.holder, now, until))) return undefined;
    try {
      // Each for itself: what cannot go on must not let certificates end.
      await this.guarded(store, "template moves", () => this.moves.advance(store));
      await this.guarded(store, "renewal groups", () => this.groups.advance(store));
      await this.guarded(store, "distributions", () => this.walks.advance(store));
      const report = await this.sweep(store, now);
      // After the renewals, which have ends to meet.
      const delivered = await this.deliveries.advance(store);
      if (delivered > 0) {
        this.metrics.count("countersign_deliveries_total", {}, delivered);
        this.logger.info({ tenant: store.tenant, delivered }, "profiles delivered to groups");
      }
      const seconds = (this.clock.now().getTime() - now.getTime()) / 1000;
      this.metrics.observe("countersign_renewal_sweep_seconds", seconds);
      if (report.started > 0) {
        this.metrics.count("countersign_renewals_started_total", {}, report.started);
        this.logger.info({ tenant: store.tenant, ...report }, "renewals started");
      }
      return report;
    } finally {
      await store.renewals.giveBack(this.holder);
    }
  }

  private async guarded(
    { tenant }: TenantStore,
    what: string,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.metrics.count("countersign_renewal_sweep_failures_total");
      this.logger.error({ tenant, what, error: messageOf(error) }, "could not be moved on");
    }
  }

  private async sweep(store: TenantStore, now: Date): Promise<SweepReport> {
    const templates = new Map((await store.templates.list()).map((one) => [one.id, one]));
    const changes: RenewalChange[] = [];
    const byAuthority = new Map<string, Due[]>();
    let due = 0;
    for await (const row of this.dueRows(store, now)) {
      const verdict = this.verdictOn(store, row, templates.get(row.templateId), now);
      if (verdict !== "due") {
        changes.push({ id: row.id, from: row.renewAt, to: verdict.to });
        continue;
      }
      due += 1;
      const known = byAuthority.get(row.authorityId);
      if (known === undefined) byAuthority.set(row.authorityId, [planned(row, now)]);
      else known.push(planned(row, now));
    }
    const rules = await rulesOf(store);
    let started = 0;
    for (const [authorityId, rows] of byAuthority) {
      const terms = {
        now: now.getTime(),
        rules: rules(authorityId),
        usage: await usageOf(store, authorityId, now),
      };
      const { start, wait } = decideRenewals(rows, terms);
      const ready = start.map(({ row }) => row);
      const of = await this.starts.start(store, PRINCIPAL, authorityId, ready, terms.rules);
      started += of.started;
      this.countLate(ready, now);
      const again = new Date(now.getTime() + HOUR);
      for (const { id, renewAt, byHand } of of.failed)
        changes.push({ id, from: renewAt, to: again, byHand });
      for (const { renewal, until } of wait) {
        const { row } = renewal;
        changes.push({ id: row.id, from: row.renewAt, to: new Date(until), byHand: row.byHand });
      }
    }
    for (let at = 0; at < changes.length; at += PAGE)
      await store.renewals.change(changes.slice(at, at + PAGE));
    return { due, started, waiting: due - started };
  }

  /** One that cannot be judged is renewed when it is urgent, and keeps no other from it. */
  private verdictOn(
    { tenant }: TenantStore,
    row: RenewalRow,
    template: Template | undefined,
    now: Date,
  ): Verdict {
    try {
      return judge(row, template, now);
    } catch (error) {
      this.logger.error(
        { tenant, deployment: row.id, error: messageOf(error) },
        "a renewal could not be judged",
      );
      const least = now.getTime() + HOUR;
      return { to: new Date(Math.max(least, urgencyTime(row).getTime())) };
    }
  }

  private async *dueRows(store: TenantStore, now: Date): AsyncGenerator<RenewalRow> {
    let last: RenewalRow | undefined;
    for (let seen = 0; seen < MOST; seen += PAGE) {
      const page = await store.renewals.due(now, PAGE, last);
      yield* page;
      last = page.at(-1);
      if (page.length < PAGE) return;
    }
  }

  private countLate(rows: readonly RenewalRow[], now: Date): void {
    const late = rows.filter(({ notAfter }) => notAfter < now).length;
    if (late > 0) this.metrics.count("countersign_renewals_late_total", {}, late);
  }
}

/** A row as the plan takes it. */
interface Due {
  readonly row: RenewalRow;
  readonly renewAt: number;
  readonly urgentAt: number;
  readonly expiresAt: number;
  readonly byHand: boolean;
}

const planned = (row: RenewalRow, now: Date): Due => ({
  row,
  renewAt: row.renewAt?.getTime() ?? now.getTime(),
  urgentAt: urgencyTime(row).getTime(),
  expiresAt: row.notAfter.getTime(),
  byHand: row.byHand,
});

/** Whether a row is to be renewed now; otherwise when it is looked at again, if at all. */
type Verdict = "due" | { readonly to: Date | undefined };

const judge = (row: RenewalRow, template: Template | undefined, now: Date): Verdict => {
  // Something is under way, which ends in a certificate with a due time of its own, or in `removed`.
  if (row.state !== "issued" && row.state !== "installed") return { to: undefined };
  // On hold it may come back; revoked, it is renewed at its end.
  if (row.certificateStatus !== "issued" && row.notAfter > now)
    return { to: new Date(Math.min(now.getTime() + DAY, row.notAfter.getTime())) };
  if (row.byHand) return "due";
  if (template === undefined) return { to: undefined };
  if (row.renewAt === undefined || row.renewAt.getTime() > 0) return "due";
  const at = renewalTime(template, row, now);
  return at === undefined || at > now ? { to: at } : "due";
};
