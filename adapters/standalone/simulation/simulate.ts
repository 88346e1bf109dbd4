import {
  addDuration,
  advance,
  DEFAULT_ATTEMPTS,
  decideRenewals,
  type Deployment,
  type DeploymentEvent,
  newDeployment,
  parseDuration,
  renewalTime,
  type RenewalTerms,
  renewalWindowStart,
  parseRenewalWindow,
  urgencyTime,
} from "../../../plugin/sdk.ts";
import type { SimulationOptions } from "./options.ts";
import type { SimulationResult } from "./result.ts";
import { Moments } from "./moments.ts";
import { numbersOf, World } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Between two sweeps of the simulated server. */
const SWEEPING = 5 * MINUTE;
const DELIVERY = 10_000;
/** Until the host's inventory shows a new certificate. */
const INVENTORY = HOUR;
const START = Date.UTC(2027, 0, 1);
const RULES = { attempts: DEFAULT_ATTEMPTS, renews: true, outside: false, planned: true } as const;

const KINDS = ["publish", "check-in", "see", "deadline", "end"] as const;
type Kind = (typeof KINDS)[number];

interface Waiting {
  readonly device: number;
  readonly renewAt: number;
  readonly urgentAt: number;
  readonly expiresAt: number;
}

/**
 * A fleet's time by an event heap, without SQL and cryptography: the planner and the state machine are the product's own, host, devices and
 * network are played. `onDay` is told of each day that is over.
 */
export const simulate = async (
  options: SimulationOptions,
  onDay: (day: number) => void = () => undefined,
): Promise<SimulationResult> => {
  const began = performance.now();
  const year = new SimulatedYear(options);
  for (let day = 1; day <= options.days; day += 1) {
    year.run(START + day * DAY);
    onDay(day);
    // Whoever shows the progress, or stops it, gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return year.result((performance.now() - began) / 1000);
};

class SimulatedYear {
  private readonly world: World;
  private readonly random: () => number;
  private readonly terms: RenewalTerms;
  private readonly validity;
  private readonly deployments: Deployment[] = [];
  /** Device and kind in one number. */
  private readonly happenings = new Moments();
  /** Devices by when the plan looks at them. */
  private readonly due = new Moments();
  private readonly issuedAt: Float64Array;
  private readonly endsAt: Float64Array;
  /** When the plan has it due first, and when it looks at it now; NaN: not by itself. */
  private readonly dueAt: Float64Array;
  private readonly renewAt: Float64Array;
  /** The earliest deadline in the heap. */
  private readonly deadline: Float64Array;
  private readonly dark: Uint8Array;
  private readonly started: Uint32Array;
  private readonly issued: Uint32Array;
  private readonly expired = { reachable: 0, earlyOnly: 0, away: 0 };
  private lastSweep = START;
  private longestQueue = 0;
  private recovered = 0;

  constructor(private readonly options: SimulationOptions) {
    const { devices, days, seed, rolloutDays } = options;
    this.world = new World(START, options);
    this.random = numbersOf(seed ^ 0x5eed);
    this.validity = parseDuration(options.validity);
    this.terms = { id: "template", autoRenewal: true, ...options };
    this.issuedAt = new Float64Array(devices);
    this.endsAt = new Float64Array(devices);
    this.dueAt = new Float64Array(devices);
    this.renewAt = new Float64Array(devices);
    this.deadline = new Float64Array(devices).fill(Infinity);
    this.dark = new Uint8Array(devices);
    this.started = new Uint32Array(days * 24);
    this.issued = new Uint32Array(days * 24);
    for (let device = 0; device < devices; device += 1) {
      const at = START + Math.floor((device / devices) * rolloutDays * DAY);
      const id = `device-${device}`;
      const made = { id, deviceId: id, templateId: this.terms.id, endpointId: "scep" };
      this.deployments.push(newDeployment(made, new Date(at), new Date(at + HOUR)));
      this.issue(device, at);
      this.push(at + INVENTORY, device, "see");
    }
  }

  /** Everything up to `until`. */
  run(until: number): void {
    for (;;) {
      const { next } = this.happenings;
      const sweep = this.nextSweep();
      if (Math.min(next, sweep) >= until) return;
      if (sweep <= next) this.sweep(sweep);
      else {
        const what = this.happenings.pop() as number;
        this.happen(next, Math.floor(what / KINDS.length), KINDS[what % KINDS.length] as Kind);
      }
    }
  }

  result(seconds: number): SimulationResult {
    const { perHour } = this.options.rules;
    return {
      started: this.started,
      issued: this.issued,
      expired: this.expired,
      recovered: this.recovered,
      longestQueue: this.longestQueue,
      hoursOverCap: perHour === "off" ? 0 : this.started.filter((count) => count > perHour).length,
      seconds,
    };
  }

  private nextSweep(): number {
    const due = this.due.next;
    if (due === Infinity) return Infinity;
    const at = Math.max(due, this.lastSweep + 1);
    return this.world.upFrom(START + Math.ceil((at - START) / SWEEPING) * SWEEPING);
  }

  private sweep(now: number): void {
    this.lastSweep = now;
    const waiting: Waiting[] = [];
    for (let at = this.due.next; at <= now; at = this.due.next) {
      const device = this.due.pop() as number;
      // Planned anew meanwhile.
      if (this.renewAt[device] !== at) continue;
      const { state } = this.at(device);
      if (state !== "issued" && state !== "installed") {
        this.renewAt[device] = NaN;
        continue;
      }
      const expiresAt = this.endsAt[device] ?? 0;
      waiting.push({ device, renewAt: at, expiresAt, urgentAt: this.urgentAt(device) });
    }
    const hour = Math.floor((now - START) / HOUR);
    const today = this.started.subarray(hour - (hour % 24), hour + 1);
    const usage = {
      thisHour: this.started[hour] ?? 0,
      today: today.reduce((sum, count) => sum + count, 0),
    };
    const { start, wait } = decideRenewals(waiting, { now, rules: this.options.rules, usage });
    this.longestQueue = Math.max(this.longestQueue, wait.length);
    for (const { device } of start) {
      this.renewAt[device] = NaN;
      this.apply(device, { kind: "renew" }, now);
    }
    for (const { renewal, until } of wait) this.plan(renewal.device, until);
  }

  private happen(at: number, device: number, kind: Kind): void {
    const up = this.world.upFrom(at);
    // What the server does waits until it is up; a device comes again by itself.
    if (up > at && kind !== "check-in" && kind !== "end") {
      this.push(up, device, kind);
      return;
    }
    switch (kind) {
      case "publish": {
        this.publish(device, at);
        return;
      }
      case "check-in": {
        this.checkIn(device, at, up);
        return;
      }
      case "see": {
        this.apply(device, { kind: "see" }, at);
        return;
      }
      case "deadline": {
        this.overdue(device, at);
        return;
      }
      case "end":
        if (this.endsAt[device] === at) this.judge(device, at);
    }
  }

  private publish(device: number, at: number): void {
    const { state } = this.at(device);
    if (state !== "assigned" && state !== "renewing") return;
    this.apply(device, { kind: "queue", commandId: undefined }, at);
    this.push(this.world.nextCheckIn(device, at + DELIVERY), device, "check-in");
  }

  private checkIn(device: number, at: number, up: number): void {
    if (this.at(device).state !== "queued") return;
    if (up > at) {
      this.push(this.world.nextCheckIn(device, at + 1), device, "check-in");
      return;
    }
    this.apply(device, { kind: "deliver", until: new Date(at + HOUR) }, at);
    if (this.random() < this.options.failureRate) {
      this.apply(device, { kind: "refuse", detail: "played" }, at);
      return;
    }
    if (this.dark[device] === 1) this.recovered += 1;
    this.issue(device, at);
    const hour = Math.floor((at - START) / HOUR);
    this.issued[hour] = (this.issued[hour] ?? 0) + 1;
    this.push(at + INVENTORY, device, "see");
  }

  private overdue(device: number, at: number): void {
    this.deadline[device] = Infinity;
    const next = this.at(device).nextActionAt?.getTime();
    if (next === undefined) return;
    if (next > at) this.watch(device, next);
    else this.apply(device, { kind: "deadline" }, at);
  }

  /** A new certificate, and when it is renewed. */
  private issue(device: number, at: number): void {
    const issuedAt = new Date(at);
    const notAfter = addDuration(issuedAt, this.validity);
    const { id, deviceId } = this.at(device);
    this.issuedAt[device] = at;
    this.endsAt[device] = notAfter.getTime();
    this.dark[device] = 0;
    this.push(notAfter.getTime(), device, "end");
    this.apply(device, { kind: "issue", certificateId: `${id}-${at}`, endsAt: notAfter }, at);
    const due = renewalTime(this.terms, { deviceId, issuedAt, notAfter }, issuedAt)?.getTime();
    this.dueAt[device] = due ?? NaN;
    if (due !== undefined) this.plan(device, due);
  }

  private plan(device: number, at: number): void {
    this.renewAt[device] = at;
    this.due.push(at, device);
  }

  private apply(device: number, event: DeploymentEvent, at: number): void {
    const before = this.at(device);
    const step = advance(before, event, RULES, new Date(at));
    if (step === undefined) return;
    this.deployments[device] = step.deployment;
    if (step.deployment.state === "renewing" && before.state !== "renewing") {
      const hour = Math.floor((at - START) / HOUR);
      this.started[hour] = (this.started[hour] ?? 0) + 1;
    }
    for (const effect of step.effects) {
      if (effect.kind === "publish") this.push(effect.at.getTime() + 1000, device, "publish");
      else if (effect.kind === "plan" && Number.isNaN(this.renewAt[device])) this.plan(device, at);
    }
    const next = step.deployment.nextActionAt?.getTime();
    if (next !== undefined) this.watch(device, next);
  }

  private watch(device: number, at: number): void {
    if ((this.deadline[device] ?? 0) <= at) return;
    this.deadline[device] = at;
    this.push(at, device, "deadline");
  }

  /** A certificate has ended, and nothing came after it. */
  private judge(device: number, at: number): void {
    this.dark[device] = 1;
    const { reachableFrom, renewalWindow } = this.options;
    const due = this.dueAt[device] ?? at;
    const opens = renewalWindowStart(parseRenewalWindow(renewalWindow), {
      issuedAt: new Date(this.issuedAt[device] ?? 0),
      notAfter: new Date(at),
    }).getTime();
    const { world, expired } = this;
    if (world.chances(device, due, at, reachableFrom) >= reachableFrom) expired.reachable += 1;
    else if (world.chances(device, opens, at, reachableFrom) >= reachableFrom)
      expired.earlyOnly += 1;
    else expired.away += 1;
  }

  private urgentAt(device: number): number {
    const issuedAt = new Date(this.issuedAt[device] ?? 0);
    return urgencyTime({ issuedAt, notAfter: new Date(this.endsAt[device] ?? 0) }).getTime();
  }

  private push(at: number, device: number, kind: Kind): void {
    this.happenings.push(at, device * KINDS.length + KINDS.indexOf(kind));
  }

  private at(device: number): Deployment {
    return this.deployments[device] as Deployment;
  }
}
