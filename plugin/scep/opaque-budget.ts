import { RateLimiterMemory } from "rate-limiter-flexible";
import { inject } from "tsyringe";
import { CountersignError, messageOf } from "../errors.ts";
import type { Clock, Logger, Metrics } from "../ports/ambient.ts";
import type { EndpointRuntime } from "../services/endpoints/endpoint-runtimes.ts";
import { CLOCK, LOGGER, METRICS } from "../tokens.ts";
import { sourceKey } from "./source-key.ts";

/** OPAQUE answers that one source gets in a minute. */
const PER_SOURCE = 20;
/** OPAQUE answers of one RA key in an hour, all nodes together; an attack on its padding needs ten thousand and more. */
const PER_KEY = 1000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Sources that are remembered as good; the one that was longest silent goes first. */
const MOST_TRUSTED = 10_000;

/**
 * How many OPAQUE answers are given at all (scep.md 5.3 rule 6). No setting lifts it. A source that has used up its own gets 429; when an RA
 * key's are used up there is one alarm, and until its hour is over only sources that enrolled with it before are heard.
 */
export class OpaqueBudget {
  private readonly sources = new RateLimiterMemory({ points: 1, duration: MINUTE / 1000 });
  /** This node's own count, for as long as the database cannot be asked. */
  private readonly keys = new RateLimiterMemory({ points: 1, duration: HOUR / 1000 });
  private readonly brokenUntil = new Map<string, number>();
  private readonly trusted = new Set<string>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(METRICS) private readonly metrics: Metrics,
    private readonly most = { perSource: PER_SOURCE, perKey: PER_KEY },
  ) {}

  /** Before any work with the RA key. Throws `too_many_requests` with the seconds to wait. */
  async admit(raId: string, source: string): Promise<void> {
    const spent = await this.sources.get(sourceKey(source));
    if (spent !== null && spent.consumedPoints >= this.most.perSource && spent.msBeforeNext > 0)
      throw this.refusal(`${source} sent too much that did not open`, spent.msBeforeNext);
    const wait = (this.brokenUntil.get(raId) ?? 0) - this.clock.now().getTime();
    if (wait > 0 && !this.trusted.has(trustKey(raId, source)))
      throw this.refusal(`RA ${raId} is under attack, and ${source} is not known`, wait);
  }

  /** A request of this source at this RA ended well. */
  trust(raId: string, source: string): void {
    const key = trustKey(raId, source);
    this.trusted.delete(key);
    this.trusted.add(key);
    const [oldest] = this.trusted;
    if (this.trusted.size > MOST_TRUSTED && oldest !== undefined) this.trusted.delete(oldest);
  }

  /** Counts an OPAQUE answer. Never fails: without the database this node's own count decides. */
  async spend(runtime: EndpointRuntime, raId: string, source: string): Promise<void> {
    await this.sources.penalty(sourceKey(source));
    const now = this.clock.now();
    const own = await this.keys.penalty(raId);
    const counted = await this.countForAll(runtime, raId, now);
    const { used, endsAt } = counted ?? {
      used: own.consumedPoints,
      endsAt: new Date(now.getTime() + own.msBeforeNext),
    };
    if (used <= this.most.perKey) return;
    this.brokenUntil.set(raId, endsAt.getTime());
    // The database hands this very number to one node only.
    if (used === this.most.perKey + 1) await this.alarm(runtime, raId, source, endsAt);
  }

  private async countForAll({ store }: EndpointRuntime, raId: string, now: Date) {
    try {
      return await store.limits.count(`opaque/${raId}`, HOUR, now);
    } catch (error) {
      this.logger.error({ ra: raId, error: messageOf(error) }, "OPAQUE answer not counted");
      return undefined;
    }
  }

  private async alarm(
    { store, endpoint }: EndpointRuntime,
    raId: string,
    source: string,
    until: Date,
  ): Promise<void> {
    const facts = {
      endpoint: endpoint.id,
      source,
      until: until.toISOString(),
      limit: this.most.perKey,
    };
    this.metrics.count("countersign_opaque_alarms_total", { ra: raId });
    this.logger.error({ ra: raId, ...facts }, "RA key under attack: unknown sources are refused");
    try {
      await store.ledger.append({
        event: "ra.alarm",
        principal: `system:scep:${endpoint.id}`,
        at: this.clock.now(),
        subjectId: raId,
        data: facts,
      });
    } catch (error) {
      this.logger.error({ ra: raId, error: messageOf(error) }, "alarm not in the ledger");
    }
  }

  private refusal(detail: string, waitMs: number): CountersignError {
    this.metrics.count("countersign_limited_total", { limit: "opaque" });
    return new CountersignError("too_many_requests", detail, { retryAfter: waitMs / 1000 });
  }
}

const trustKey = (raId: string, source: string): string => `${raId} ${sourceKey(source)}`;
