import { PriorityQueue } from "./priority-queue.ts";
import { RenewalCapacity, type RenewalUsage } from "./renewal-capacity.ts";
import type { RenewalRules } from "./renewal-rules.ts";

/** One renewal to be planned; milliseconds since 1970. */
export interface DueRenewal {
  /** From when it may start: its window is open and its place in the spread has come. */
  readonly renewAt: number;
  /** From when pace and quiet hours yield. */
  readonly urgentAt: number;
  readonly expiresAt: number;
  /** Asked for by hand: goes first, also in quiet hours. The caps hold for it too. */
  readonly byHand?: boolean;
}

/** When a renewal starts; `late`: when its certificate has ended already. */
export interface PlannedRenewal<T> {
  readonly renewal: T;
  readonly at: number;
  readonly late: boolean;
}

export interface PlanTerms<T> {
  readonly now: number;
  readonly rules: RenewalRules;
  readonly usage?: RenewalUsage;
  /** The renewal after the one that starts at `at`, for plans that reach beyond one life. */
  readonly next?: (renewal: T, at: number) => T | undefined;
}

interface Entry<T> {
  readonly renewal: T;
  readonly order: number;
  /** Started, or in the queue of the urgent ones. */
  moved: boolean;
}

/**
 * The renewals of one authority in the order in which they start. Pure and deterministic; nothing starts before its due time or `now`,
 * and never more than the caps. Of those that may start, the one that ends soonest goes first; one that has ended already waits for
 * those that can still be saved. What is not urgent keeps the quiet hours and an even pace. Lazy: stop taking when you have seen enough.
 */
export function* planRenewals<T extends DueRenewal>(
  renewals: Iterable<T>,
  terms: PlanTerms<T>,
): Generator<PlannedRenewal<T>, void, undefined> {
  const usage = terms.usage ?? { thisHour: 0, today: 0 };
  const capacity = new RenewalCapacity(terms.rules, terms.now, usage);
  const queues = new Queues<T>();
  for (const renewal of renewals) queues.add(renewal);
  let now = terms.now;
  for (;;) {
    queues.advance(now);
    if (queues.idle) {
      const next = queues.nextChange();
      if (next === undefined) return;
      now = next;
      continue;
    }
    const open = capacity.openAt(now);
    if (open > now) {
      now = open;
      continue;
    }
    const calm = queues.hasWaiting ? capacity.calmAt(now) : now;
    const renewal = queues.take(now, calm <= now);
    if (renewal === undefined) {
      now = Math.min(calm, queues.nextChange() ?? calm);
      continue;
    }
    capacity.take(now);
    yield { renewal, at: now, late: now > renewal.expiresAt };
    const after = terms.next?.(renewal, now);
    if (after !== undefined) queues.add(after);
  }
}

/** Renewals by what they wait for: their due time, room, or, when urgent, only the caps. */
class Queues<T extends DueRenewal> {
  private added = 0;
  private readonly coming = new PriorityQueue<Entry<T>>((a, b) =>
    earlier(a.renewal.renewAt, b.renewal.renewAt, a, b),
  );
  private readonly waiting = new PriorityQueue<Entry<T>>(endsSooner);
  /** The waiting ones, by when they turn urgent. */
  private readonly turning = new PriorityQueue<Entry<T>>((a, b) =>
    earlier(a.renewal.urgentAt, b.renewal.urgentAt, a, b),
  );
  private readonly byHand = new PriorityQueue<Entry<T>>((a, b) => a.order < b.order);
  private readonly urgent = new PriorityQueue<Entry<T>>(endsSooner);
  private readonly ended = new PriorityQueue<Entry<T>>(endsSooner);

  add(renewal: T): void {
    const entry = { renewal, order: this.added, moved: false };
    this.added += 1;
    this.coming.push(entry);
  }

  /** Lets in what has come due and what has turned urgent. */
  advance(now: number): void {
    for (
      let top = this.coming.peek();
      top && top.renewal.renewAt <= now;
      top = this.coming.peek()
    ) {
      this.coming.pop();
      if (top.renewal.byHand === true) this.byHand.push(top);
      else if (top.renewal.urgentAt <= now) this.hurry(top);
      else {
        this.waiting.push(top);
        this.turning.push(top);
      }
    }
    for (
      let top = this.turning.peek();
      top && top.renewal.urgentAt <= now;
      top = this.turning.peek()
    ) {
      this.turning.pop();
      if (!top.moved) this.hurry(top);
    }
    for (
      let top = this.urgent.peek();
      top && top.renewal.expiresAt <= now;
      top = this.urgent.peek()
    ) {
      this.urgent.pop();
      this.ended.push(top);
    }
    while (this.waiting.peek()?.moved === true) this.waiting.pop();
  }

  get idle(): boolean {
    return !this.hasWaiting && this.byHand.size + this.urgent.size + this.ended.size === 0;
  }

  get hasWaiting(): boolean {
    return this.waiting.size > 0;
  }

  /** The next moment at which `advance` would change anything. */
  nextChange(): number | undefined {
    const due = this.coming.peek()?.renewal.renewAt;
    const urgent = this.turning.peek()?.renewal.urgentAt;
    return due === undefined ? urgent : urgent === undefined ? due : Math.min(due, urgent);
  }

  /** The one to start now; `calm`: whether those that are not urgent may start. */
  take(now: number, calm: boolean): T | undefined {
    const patient = calm ? this.waiting.peek() : undefined;
    const hasty = this.urgent.peek();
    const from =
      this.byHand.size > 0
        ? this.byHand
        : hasty !== undefined && (patient === undefined || endsSooner(hasty, patient))
          ? this.urgent
          : this.ended.size > 0 && hasty === undefined
            ? this.ended
            : patient !== undefined
              ? this.waiting
              : undefined;
    const entry = from?.pop();
    if (entry === undefined) return undefined;
    entry.moved = true;
    this.advance(now);
    return entry.renewal;
  }

  private hurry(entry: Entry<T>): void {
    entry.moved = true;
    this.urgent.push(entry);
  }
}

const earlier = <T>(a: number, b: number, left: Entry<T>, right: Entry<T>): boolean =>
  a < b || (a === b && left.order < right.order);
const endsSooner = <T extends DueRenewal>(a: Entry<T>, b: Entry<T>): boolean =>
  earlier(a.renewal.expiresAt, b.renewal.expiresAt, a, b);
