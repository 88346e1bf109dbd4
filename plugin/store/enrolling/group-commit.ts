import { CountersignError } from "../../errors.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type {
  Reservation,
  ReserveResult,
  Settlement,
  SettleResult,
} from "../../ports/enrolment-store.ts";
import type { Session } from "../base/session.ts";
import type { Batch } from "./batch.ts";
import type { Owned } from "./sql.ts";

/** A call that waits for its transaction. */
interface Waiting<T, R> extends Owned<T> {
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** The waiting calls of one transaction. */
interface Calls {
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
  #open: Calls | undefined;
  #cleanAt = 0;

  constructor(private readonly session: Pick<Session, "commit">) {}

  reserve(tenant: TenantId, item: Reservation): Promise<ReserveResult> {
    return this.#wait((calls) => calls.reservations, { tenant, item });
  }

  settle(tenant: TenantId, item: Settlement): Promise<SettleResult> {
    return this.#wait((calls) => calls.settlements, { tenant, item });
  }

  release(tenant: TenantId, id: string): Promise<void> {
    return this.#wait((calls) => calls.releases, { tenant, item: id });
  }

  #wait<T, R>(kind: (calls: Calls) => Waiting<T, R>[], owned: Owned<T>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.#open === undefined) {
        this.#open = { settlements: [], releases: [], reservations: [] };
        const opened = this.#open;
        // After this turn's callbacks, so that all of them are in it.
        setImmediate(() => void this.#commit(opened));
      }
      kind(this.#open).push({ ...owned, resolve, reject });
    });
  }

  async #commit(calls: Calls): Promise<void> {
    try {
      const { settled, reserved, moreToForget } = await this.session.commit(() =>
        this.#take(calls),
      );
      if (moreToForget) this.#cleanAt -= CLEANING_MS - CLEANING_ON_MS;
      answerEach(calls.settlements, settled);
      for (const call of calls.releases) call.resolve();
      answerEach(calls.reservations, reserved);
    } catch (error) {
      this.#close(calls);
      for (const waiting of Object.values(calls) as Waiting<unknown, never>[][])
        for (const call of waiting) call.reject(error);
    }
  }

  /** Closed only now, when the writer is ours: what came while it was busy is in it too. */
  #take(calls: Calls): Batch {
    this.#close(calls);
    return {
      settlements: calls.settlements.map(owned),
      releases: calls.releases.map(owned),
      reservations: calls.reservations.map(owned),
      forgetBefore: this.#cleaning(calls),
    };
  }

  #close(calls: Calls): void {
    if (this.#open === calls) this.#open = undefined;
  }

  #cleaning({ reservations }: Calls): Date | undefined {
    const now = reservations[0]?.item.now;
    if (now === undefined || now.getTime() < this.#cleanAt) return undefined;
    this.#cleanAt = now.getTime() + CLEANING_MS;
    return now;
  }
}

const owned = <T>({ tenant, item }: Owned<T>): Owned<T> => ({ tenant, item });

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
