import { CountersignError } from "../../errors.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type { Reservation, ReserveResult, Settlement, SettleResult } from "../../ports/stores.ts";
import type { Session } from "../base/session.ts";
import type { Statements } from "../dialect.ts";
import { abandon, ANY_LEASE } from "./abandon.ts";
import { forgetExpired } from "./forget-expired.ts";
import { uncountDevices } from "./limits.ts";
import { reserveAll } from "./reserve.ts";
import { settleAll } from "./settle.ts";
import type { Owned } from "./sql.ts";

/** A call that waits for its transaction. */
interface Waiting<T, R> extends Owned<T> {
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** The waiting calls of one transaction. */
interface Batch {
  readonly settlements: Waiting<Settlement, SettleResult>[];
  readonly releases: Waiting<string, void>[];
  readonly reservations: Waiting<Reservation, ReserveResult>[];
}

/** How often what has expired is removed, by the time of the reservations; more often while there is more, so that it keeps up with any inflow. */
const CLEANING_MS = 60_000;
const CLEANING_ON_MS = 250;

/**
 * Group commit (foundations.md 8): the calls of one event-loop turn, and those that come while the writer is busy, of all tenants and
 * kinds, share one transaction. Answers come after the commit; when it fails, every call of it fails with the same error.
 */
export class GroupCommit {
  #batch: Batch | undefined;
  #cleanAt = 0;

  constructor(private readonly session: Session) {}

  reserve(tenant: TenantId, item: Reservation): Promise<ReserveResult> {
    return this.#wait((batch) => batch.reservations, { tenant, item });
  }

  settle(tenant: TenantId, item: Settlement): Promise<SettleResult> {
    return this.#wait((batch) => batch.settlements, { tenant, item });
  }

  release(tenant: TenantId, id: string): Promise<void> {
    return this.#wait((batch) => batch.releases, { tenant, item: id });
  }

  #wait<T, R>(kind: (batch: Batch) => Waiting<T, R>[], owned: Owned<T>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#batch === undefined) {
        this.#batch = { settlements: [], releases: [], reservations: [] };
        const opened = this.#batch;
        // After this turn's callbacks, so that all of them are in it.
        setImmediate(() => void this.#commit(opened));
      }
      kind(this.#batch).push({ ...owned, resolve, reject });
    });
  }

  async #commit(batch: Batch): Promise<void> {
    try {
      const answer = await this.session.batch((sql) => {
        // Closed only now, when the writer is ours: what came while it was busy is in it too.
        this.#close(batch);
        return this.#perform(sql, batch);
      });
      answer();
    } catch (error) {
      this.#close(batch);
      for (const calls of Object.values(batch) as Waiting<unknown, never>[][])
        for (const call of calls) call.reject(error);
    }
  }

  #close(batch: Batch): void {
    if (this.#batch === batch) this.#batch = undefined;
  }

  /** Settlements and releases first: what they free is there for the reservations. */
  async #perform(sql: Statements, batch: Batch): Promise<() => void> {
    const { settlements, releases, reservations } = batch;
    const settled = await settleAll(sql, settlements);
    const released = await abandon(
      sql,
      releases.map(({ tenant, item }) => ({ tenant, id: item, leaseBefore: ANY_LEASE })),
    );
    const reserved = await reserveAll(sql, reservations);
    // Last, as the counts of `reserve` are (see `refuseBeyondLimits`).
    await uncountDevices(sql, released);
    await this.#clean(sql, reservations);
    return () => {
      answerEach(settlements, settled);
      for (const call of releases) call.resolve();
      answerEach(reservations, reserved);
    };
  }

  async #clean(sql: Statements, reservations: readonly Owned<Reservation>[]): Promise<void> {
    const now = reservations[0]?.item.now;
    if (now === undefined || now.getTime() < this.#cleanAt) return;
    this.#cleanAt = now.getTime() + CLEANING_MS;
    if (await forgetExpired(sql, now)) this.#cleanAt = now.getTime() + CLEANING_ON_MS;
  }
}

const answerEach = <T, R>(
  calls: readonly Waiting<T, R>[],
  results: readonly (R | CountersignError)[],
): void => {
  calls.forEach((call, index) => {
    const result = results[index];
    if (result instanceof CountersignError) call.reject(result);
    else call.resolve(result as R);
  });
};
