import type { TenantId } from "../domain/tenant.ts";
import type { DisabledUserStore } from "../ports/lifecycle-stores.ts";
import { fromMillis, type Millis, toMillis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_disabled_users";

/** The disabled users of one tenant's hosts; see `DisabledUserStore`. */
export class DisabledUsers implements DisabledUserStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async add(hostId: string, name: string, at: Date): Promise<boolean> {
    const row = { ...this.#of(hostId), name: folded(name), disabled_at: toMillis(at) };
    const added = await this.session.write(
      async (db) =>
        (await db(TABLE).insert(row).onConflict().ignore().returning("name")) as unknown[],
    );
    return added.length > 0;
  }

  async remove(hostId: string, names: readonly string[]): Promise<boolean> {
    const removed = await this.session.write((db) =>
      db(TABLE).where(this.#of(hostId)).whereIn("name", names.map(folded)).delete(),
    );
    return removed > 0;
  }

  async since(hostId: string, names: readonly string[]): Promise<Date | undefined> {
    if (names.length === 0) return undefined;
    const [row] = await this.session.read(
      (db) =>
        db(TABLE)
          .where(this.#of(hostId))
          .whereIn("name", names.map(folded))
          .orderBy("disabled_at")
          .limit(1)
          .select("disabled_at") as PromiseLike<{ readonly disabled_at: Millis }[]>,
    );
    return row && fromMillis(row.disabled_at);
  }

  #of(hostId: string): { readonly tenant: TenantId; readonly host_id: string } {
    return { tenant: this.tenant, host_id: hostId };
  }
}

// Folded here, since the two databases fold letters outside ASCII differently.
const folded = (name: string): string => name.toLowerCase();
