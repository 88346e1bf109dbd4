import { quietReader } from "../../../plugin/sdk.ts";
import type { Outage, SimulationOptions } from "./options.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_ABSENCES = 3;
/** One in fifty lies in a drawer for one to four months. */
const DRAWER = 0.02;

/** A small generator of numbers from 0 to below 1 (mulberry32): the same on every machine. */
export const numbersOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * Where the devices are and when the server is up, for the whole time. Devices check in at fixed hours of their own, two go on holiday for
 * every one that does not, and some lie in a drawer for months. Milliseconds since 1970.
 */
export class World {
  /** Pairs of from and to for each device. */
  private readonly absences: Float64Array;
  private readonly phases: Float64Array;
  private readonly outages: readonly Outage[];
  private readonly quietUntil: (at: number) => number | undefined;
  private readonly period: number;

  constructor(
    readonly start: number,
    options: SimulationOptions,
  ) {
    this.period = options.checkInHours * HOUR;
    this.outages = options.outages
      .map(({ from, to }) => ({ from: start + from, to: start + to }))
      .sort((a, b) => a.from - b.from);
    const { quietHours } = options.rules;
    this.quietUntil = quietHours === undefined ? () => undefined : quietReader(quietHours);
    this.absences = new Float64Array(options.devices * MOST_ABSENCES * 2);
    this.phases = new Float64Array(options.devices);
    const random = numbersOf(options.seed);
    const length = options.days * DAY;
    for (let device = 0; device < options.devices; device += 1) {
      this.phases[device] = random() * this.period;
      const holidays = Math.floor(random() * MOST_ABSENCES);
      for (let n = 0; n < holidays; n += 1)
        this.absent(device, n, start + random() * length, (5 + random() * 16) * DAY);
      if (random() < DRAWER)
        this.absent(device, 2, start + random() * length, (30 + random() * 90) * DAY);
    }
  }

  private absent(device: number, n: number, from: number, length: number): void {
    const at = (device * MOST_ABSENCES + n) * 2;
    this.absences[at] = from;
    this.absences[at + 1] = from + length;
  }

  /** `at`, or the end of the outage it lies in. */
  upFrom(at: number): number {
    for (const { from, to } of this.outages) if (at >= from && at < to) return to;
    return at;
  }

  /** The first check-in of a device at `at` or later; the server may be down then. */
  nextCheckIn(device: number, at: number): number {
    let next = this.onGrid(device, at);
    for (let back = this.backFrom(device, next); back > next; back = this.backFrom(device, next))
      next = this.onGrid(device, back);
    return next;
  }

  /** Check-ins that could have brought a renewal: between two times, server up, outside quiet hours; counted up to `enough`. */
  chances(device: number, from: number, to: number, enough: number): number {
    let count = 0;
    let at = this.nextCheckIn(device, from);
    while (at < to && count < enough) {
      if (this.upFrom(at) === at && this.quietUntil(at) === undefined) count += 1;
      at = this.nextCheckIn(device, at + 1);
    }
    return count;
  }

  private onGrid(device: number, at: number): number {
    const phase = this.start + (this.phases[device] ?? 0);
    return phase + Math.ceil((at - phase) / this.period) * this.period;
  }

  /** The end of the absence that `at` lies in; `at` when there is none. */
  private backFrom(device: number, at: number): number {
    const first = device * MOST_ABSENCES * 2;
    for (let n = first; n < first + MOST_ABSENCES * 2; n += 2)
      if (at >= (this.absences[n] ?? 0) && at < (this.absences[n + 1] ?? 0))
        return this.absences[n + 1] ?? at;
    return at;
  }
}
