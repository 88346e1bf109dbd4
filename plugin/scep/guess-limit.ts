import { RateLimiterMemory } from "rate-limiter-flexible";
import { inject } from "tsyringe";
import { limitsOf } from "../domain/endpoint-limits.ts";
import { CountersignError } from "../errors.ts";
import type { Metrics } from "../ports/ambient.ts";
import type { Settings } from "../ports/settings.ts";
import type { EndpointRuntime } from "../services/endpoints/endpoint-runtimes.ts";
import { METRICS, SETTINGS } from "../tokens.ts";
import { sourceKey } from "./source-key.ts";

/** Secrets that fit nothing, from one address at one place in a minute. */
const MOST = 100;

/**
 * Who guesses secrets is not heard for a while, right ones included: challenges of an endpoint (scep.md case 61), signatures of webhooks. Only what
 * nobody knows is a guess: a fleet whose challenges have run out is not. Lifted where an endpoint's limit by source is. In this node's memory only, and what
 * is judged at the same time may overshoot.
 */
export class GuessLimit {
  private readonly guesses = new RateLimiterMemory({ points: 1, duration: 60, keyPrefix: "" });

  constructor(
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(METRICS) private readonly metrics: Metrics,
  ) {}

  /** Before a challenge is looked at. Throws `too_many_requests` with the seconds until the minute is over. */
  async admit({ endpoint }: EndpointRuntime, source: string): Promise<void> {
    if (limitsOf(endpoint, this.settings.limits).perSource !== "off")
      await this.admitAt(endpoint.id, source);
  }

  /** The same before a secret of any other place is looked at. */
  async admitAt(place: string, source: string): Promise<void> {
    const made = await this.guesses.get(guessKey(place, source));
    if (made === null || made.consumedPoints < MOST || made.msBeforeNext <= 0) return;
    this.metrics.count("countersign_limited_total", { limit: "guess" });
    throw new CountersignError(
      "too_many_requests",
      `${source} sent ${MOST} secrets in a minute that fit nothing`,
      { retryAfter: made.msBeforeNext / 1000 },
    );
  }

  /** One guess more, at an endpoint or another place. */
  async count(place: string, source: string): Promise<void> {
    await this.guesses.penalty(guessKey(place, source));
  }
}

const guessKey = (place: string, source: string): string => `${place} ${sourceKey(source)}`;
