import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import type { RenewalUsage } from "../../domain/renewal-capacity.ts";
import { DEFAULT_RENEWAL_RULES, type RenewalRules } from "../../domain/renewal-rules.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { RenewalRow } from "../../ports/renewals.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER } from "../../tokens.ts";
import { DeploymentSteps } from "./deployment-steps.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How long the counts of started renewals are kept, in milliseconds. */
export const KEEP_STARTED = 35 * DAY;
/** Renewals in one transaction: some tens of milliseconds of the writer. */
const AT_ONCE = 500;

/** How far `start` has come. */
export interface StartedRenewals {
  readonly started: number;
  /** Rows that could not be started for themselves. */
  readonly failed: readonly RenewalRow[];
}

/** Hands renewals to the state machine, exactly once and never above the caps, whatever other nodes do. */
export class RenewalStarts {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
  ) {}

  /**
   * Starts `rows` of one authority as far as its caps leave room; what is left stays due. One that cannot be started keeps no other from it. Throws
   * what the database throws while it cannot be used.
   */
  async start(
    store: TenantStore,
    principal: Pick<Principal, "id">,
    authorityId: string,
    rows: readonly RenewalRow[],
    rules: RenewalRules,
  ): Promise<StartedRenewals> {
    const startThese = (some: readonly RenewalRow[]): Promise<number> =>
      store.run((tx) => this.startIn(tx, principal, authorityId, some, rules));
    const failed: RenewalRow[] = [];
    let started = 0;
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const chunk = rows.slice(at, at + AT_ONCE);
      const count = await startThese(chunk).catch((error: unknown) => {
        if (isOfTheMoment(error)) throw error;
        return undefined;
      });
      started += count ?? 0;
      if (count === 0) break;
      for (const row of count === undefined ? chunk : [])
        try {
          started += await startThese([row]);
        } catch (error) {
          if (isOfTheMoment(error)) throw error;
          failed.push(row);
          const facts = { tenant: store.tenant, deployment: row.id, error: messageOf(error) };
          this.logger.error(facts, "a renewal could not be started");
        }
    }
    return { started, failed };
  }

  private async startIn(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    authorityId: string,
    rows: readonly RenewalRow[],
    rules: RenewalRules,
  ): Promise<number> {
    const now = this.clock.now();
    // Read again inside the transaction, in which nobody else writes.
    const room = roomIn(rules, await usageOf(tx, authorityId, now));
    const taken = rows.slice(0, room);
    const won = await tx.renewals.change(
      taken.map(({ id, renewAt }) => ({ id, from: renewAt, to: undefined })),
    );
    const byId = new Map(taken.map((row) => [row.id, row]));
    const started = await this.steps.applyAll(
      tx,
      principal,
      await tx.deployments.byIds(won),
      { kind: "renew" },
      ({ id }) => ({
        why: byId.get(id)?.byHand === true ? "by hand" : "due",
        expires: byId.get(id)?.notAfter,
      }),
    );
    if (started.length > 0)
      await tx.renewals.countStarted(authorityId, now, started.length, KEEP_STARTED);
    return started.length;
  }
}

/** Not the row's fault: the same may succeed in a moment. */
const isOfTheMoment = (error: unknown): boolean =>
  error instanceof CountersignError && error.facts.http > 500;

/** The rules of each authority of a tenant; those that nobody has set have the defaults. */
export const rulesOf = async (
  store: TenantStore,
): Promise<(authorityId: string) => RenewalRules> => {
  const stored = await store.renewalRules.list();
  const byAuthority = new Map(stored.map(({ authorityId, rules }) => [authorityId, rules]));
  return (authorityId) => byAuthority.get(authorityId) ?? DEFAULT_RENEWAL_RULES;
};

/** What was started in this hour and on this day of UTC. */
export const usageOf = async (
  store: TenantStore,
  authorityId: string,
  now: Date,
): Promise<RenewalUsage> => {
  const hours = await store.renewals.started(authorityId, new Date(startOf(now, DAY)));
  const thisHour = startOf(now, HOUR);
  return {
    thisHour: hours.find(({ hour }) => hour.getTime() === thisHour)?.count ?? 0,
    today: hours
      .filter(({ hour }) => hour.getTime() >= startOf(now, DAY))
      .reduce((sum, { count }) => sum + count, 0),
  };
};

const startOf = (now: Date, span: number): number => now.getTime() - (now.getTime() % span);

/** How many more may start now. */
export const roomIn = (
  { perHour, perDay }: RenewalRules,
  { thisHour, today }: RenewalUsage,
): number =>
  Math.max(
    0,
    Math.min(
      perHour === "off" ? Infinity : perHour - thisHour,
      perDay === "off" ? Infinity : perDay - today,
    ),
  );
