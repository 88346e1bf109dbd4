import { inject } from "tsyringe";
import {
  type EventMark,
  HOST_CLOCK_AHEAD,
  type HostEventKind,
  type HostEventRecord,
} from "../../domain/host-event.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";

/** What came of an event; `stale`: it was older than what is known. */
export interface Settled<T> {
  readonly result: T;
  readonly outcome: "done" | "stale";
  readonly detail?: string | undefined;
  /** Ours, where the event is about one device. */
  readonly deviceId?: string | undefined;
}

/** Which event is to be settled. */
export interface EventKey extends EventMark {
  readonly kind: HostEventKind;
  readonly hostDeviceId: string | undefined;
  readonly deviceId: string | undefined;
}

/** How long a node may take for one event before another may take it over. */
const LEASE = 60_000;
/** How long events are remembered; a host that sends one again after that time is believed anew. */
const KEPT = 30 * 86_400_000;
const MOST_AT_ONCE = 1000;

/** Lets every event of a host count once, and remembers it for the device's timeline. */
export class EventLog {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
  ) {}

  /**
   * Runs `work` unless the event was settled before: then its result of that time is answered. One that was refused, or whose node died, is worked
   * on again. Throws what `work` throws, `invalid_input` for an event of the future, `conflict` for the id of another event, and `busy` while another
   * node works on it.
   */
  async once<T>(
    store: TenantStore,
    key: EventKey,
    work: (at: Date) => Promise<Settled<T>>,
  ): Promise<T> {
    const now = this.clock.now();
    const at = key.at ?? now;
    if (at.getTime() > now.getTime() + HOST_CLOCK_AHEAD)
      throw new CountersignError("invalid_input", "at: lies in the future", {
        issues: [{ path: "at", message: "lies in the future: compare the clocks" }],
      });
    const record: HostEventRecord = {
      ...{ hostId: key.hostId, eventId: key.eventId ?? this.random.uuid(), kind: key.kind },
      ...{ hostDeviceId: key.hostDeviceId, deviceId: key.deviceId, at, receivedAt: now },
      ...{ outcome: undefined, code: undefined, detail: undefined, result: undefined },
    };
    const known = await store.hostEvents.begin(record, new Date(now.getTime() + LEASE));
    if (known !== undefined) {
      if (known.kind !== record.kind || known.hostDeviceId !== record.hostDeviceId)
        throw new CountersignError("conflict", `event ${record.eventId} was another one before`);
      if (known.outcome === "done" || known.outcome === "stale") return known.result as T;
      if (!(await store.hostEvents.retake(record, now, new Date(now.getTime() + LEASE))))
        throw new CountersignError("busy", `event ${record.eventId} is being worked on`, {
          retryAfter: 5,
        });
    }
    try {
      const { result, ...settled } = await work(at > now ? now : at);
      await store.hostEvents.finish({ ...record, ...settled, result });
      return result;
    } catch (error) {
      await store.hostEvents.finish({ ...record, ...refusalOf(error) });
      throw error;
    }
  }

  /** Forgets what is old. */
  async purge(store: TenantStore): Promise<void> {
    const before = new Date(this.clock.now().getTime() - KEPT);
    while ((await store.hostEvents.purge(before, MOST_AT_ONCE)) === MOST_AT_ONCE);
  }
}

/** Our own faults leave it open, to be sent again. */
const refusalOf = (error: unknown): Partial<HostEventRecord> =>
  error instanceof CountersignError && error.facts.http < 500
    ? { outcome: "refused", code: error.code, detail: error.detail }
    : {};
