import { RateLimiterMemory } from "rate-limiter-flexible";
import { inject } from "tsyringe";
import { limitsOf } from "../domain/endpoint-limits.ts";
import { CountersignError } from "../errors.ts";
import type { Metrics } from "../ports/ambient.ts";
import type { Settings } from "../ports/settings.ts";
import type { EndpointRuntime } from "../services/endpoints/endpoint-runtimes.ts";
import { METRICS, SETTINGS } from "../tokens.ts";
import { sourceKey } from "./source-key.ts";

/** Requests in one second: a sixtieth of the minute's, but room for a rack of appliances that start together. */
const burstOf = (perSource: number): number => Math.max(100, Math.ceil(perSource / 60));

/**
 * Requests of one address at one endpoint, before anything of them is read (decision 3). In this node's memory only: with several nodes a
 * source may send so much to each (foundations.md 12). The memory of a source is given back when its minute is over.
 */
export class SourceLimit {
  private readonly bursts = new RateLimiterMemory({ points: 1, duration: 1, keyPrefix: "" });
  private readonly requests: RateLimiterMemory;

  constructor(
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(METRICS) private readonly metrics: Metrics,
    windowSeconds = 60,
  ) {
    // The number differs by endpoint, so what the library counts is compared here.
    this.requests = new RateLimiterMemory({ points: 1, duration: windowSeconds, keyPrefix: "" });
  }

  /** `runtime` undefined: all endpoints that do not exist are one. Throws `too_many_requests` with the seconds until the window is over. */
  async admit(runtime: EndpointRuntime | undefined, source: string): Promise<void> {
    const { perSource } = limitsOf(runtime?.endpoint ?? { limits: {} }, this.settings.limits);
    if (perSource === "off") return;
    const key = `${runtime?.endpoint.id ?? ""} ${sourceKey(source)}`;
    const [minute, second] = await Promise.all([
      this.requests.penalty(key),
      this.bursts.penalty(key),
    ]);
    const over = minute.consumedPoints > perSource ? minute : second;
    if (over === second && second.consumedPoints <= burstOf(perSource)) return;
    this.metrics.count("countersign_limited_total", { limit: "source" });
    throw new CountersignError(
      "too_many_requests",
      `${source} sent more than ${perSource} a minute, or ${burstOf(perSource)} in a second`,
      {
        retryAfter: over.msBeforeNext / 1000,
      },
    );
  }
}
