import { quietReader } from "./quiet-hours.ts";
import type { RenewalRules } from "./renewal-rules.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What has been started already in the hour and on the day of `now`. */
export interface RenewalUsage {
  readonly thisHour: number;
  readonly today: number;
}

/** A cap on one span of time, with what is used of it. */
class Span {
  #start: number;

  constructor(
    private readonly length: number,
    private readonly cap: number | "off",
    now: number,
    private used: number,
  ) {
    this.#start = now - (now % length);
  }

  take(at: number): void {
    this.#roll(at);
    this.used += 1;
  }

  /** When one more may start, at the earliest; `at` itself when now. `paced`: the k-th not before k parts of the span are over. */
  freeAt(at: number, paced: boolean): number {
    if (this.cap === "off") return at;
    this.#roll(at);
    if (this.used >= this.cap) return this.#start + this.length;
    return paced ? Math.max(at, this.#start + Math.ceil((this.used / this.cap) * this.length)) : at;
  }

  #roll(at: number): void {
    if (at < this.#start + this.length) return;
    this.#start = at - (at % this.length);
    this.used = 0;
  }
}

/** The starts that the rules of one authority leave room for, in order of time (milliseconds). */
export class RenewalCapacity {
  readonly #spans: readonly Span[];
  readonly #quietUntil: (at: number) => number | undefined;

  constructor(rules: RenewalRules, now: number, usage: RenewalUsage) {
    this.#spans = [
      new Span(HOUR, rules.perHour, now, usage.thisHour),
      new Span(DAY, rules.perDay, now, usage.today),
    ];
    this.#quietUntil =
      rules.quietHours === undefined ? () => undefined : quietReader(rules.quietHours);
  }

  take(at: number): void {
    for (const span of this.#spans) span.take(at);
  }

  /** When the caps let anything start, at the earliest; `at` itself when now. */
  openAt(at: number): number {
    return Math.max(...this.#spans.map((span) => span.freeAt(at, false)));
  }

  /** The same for what is not urgent, which also keeps the quiet hours and an even pace. */
  calmAt(at: number): number {
    const paced = Math.max(...this.#spans.map((span) => span.freeAt(at, true)));
    return Math.max(paced, this.#quietUntil(at) ?? at);
  }
}
