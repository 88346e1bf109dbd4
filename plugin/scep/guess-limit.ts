import { RateLimiterMemory } from "rate-limiter-flexible";
import { inject } from "tsyringe";
import { limitsOf } from "../domain/endpoint-limits.ts";
import { CountersignError } from "../errors.ts";
import type { Metrics } from "../ports/ambient.ts";
import type { Settings } from "../ports/settings.ts";
import type { EndpointRuntime } from "../services/endpoint-runtimes.ts";
import { METRICS, SETTINGS } from "../tokens.ts";
import { sourceKey } from "./source-key.ts";

/** Challenges that fit nothing, from one address at one endpoint in a minute. */
const MOST = 100;

/**
 * Who guesses challenges is not heard for a while, right ones included (scep.md case 61). Only what no policy knows is a guess: a fleet whose
 * challenges have run out is not. Lifted where an endpoint's limit by source is. In this node's memory only, and what is judged at
 * the same time may overshoot.
 */
export class GuessLimit {
  private readonly guesses = new RateLimiterMemory({ points: 1, duration: 60, keyPrefix: "" });

  constructor(
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** Before a challenge is looked at. Throws `too_many_requests` with the seconds until the minute is over. */
  async admit({ endpoint }: EndpointRuntime, source: string): Promise<void> {
    if (limitsOf(endpoint, this.settings.limits).perSource === "off") return;
    const made = await this.guesses.get(guessKey(endpoint.id, source));
    if (made === null || made.consumedPoints < MOST || made.msBeforeNext <= 0) return;
    this.metrics.count("countersign_limited_total", { limit: "guess" });
    throw new CountersignError(
      "too_many_requests",
      `${source} sent ${MOST} challenges in a minute that fit nothing`,
      { retryAfter: made.msBeforeNext / 1000 },
    );
  }

  /** One guess more. */
  async count({ endpoint }: EndpointRuntime, source: string): Promise<void> {
    await this.guesses.penalty(guessKey(endpoint.id, source));
  }
}

const guessKey = (endpointId: string, source: string): string =>
  `${endpointId} ${sourceKey(source)}`;
