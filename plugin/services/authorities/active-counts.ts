import { inject } from "tsyringe";
import type { Clock } from "../../ports/ambient.ts";
import { COUNTED_TO } from "../../ports/counts.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";

/** How long a count that reads over `COUNTED_TO` rows is kept. */
const KEPT = 5 * 60_000;

interface Kept {
  readonly until: number;
  readonly upTo: number;
  readonly active: Promise<number>;
}

/**
 * How many certificates are active, for those who look every half minute. Counts up to `COUNTED_TO` are of now; a greater one, which only a
 * greater cap asks for, may be five minutes old on each node. (The places that issuing keeps count of are never too few, but may be too
 * many, so nobody is shown them.)
 */
export class ActiveCounts {
  private readonly kept = new Map<string, Kept>();

  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Of one authority, or of the tenant. Counts one beyond the greater of cap and `COUNTED_TO`, and no further. */
  async of(
    store: Pick<TenantStore, "tenant" | "caps">,
    authorityId: string | undefined,
    cap: number | undefined,
  ): Promise<number> {
    const now = this.clock.now();
    const few = await store.caps.active(authorityId, now, COUNTED_TO + 1);
    if (few <= COUNTED_TO || cap === undefined || cap <= COUNTED_TO) return few;
    const key = `${store.tenant}/${authorityId ?? ""}`;
    const known = this.kept.get(key);
    const upTo = cap + 1;
    if (known?.upTo === upTo && known.until > now.getTime()) return known.active;
    const active = store.caps.active(authorityId, now, upTo);
    this.kept.set(key, { upTo, until: now.getTime() + KEPT, active });
    try {
      return await active;
    } catch (error) {
      this.kept.delete(key);
      throw error;
    }
  }
}
