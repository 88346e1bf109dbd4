import type { Knex } from "knex";
import type { TenantId } from "../domain/tenant.ts";
import type { Effect, OutboxEntry } from "../ports/outbox.ts";
import type { OutboxStore } from "../ports/stores.ts";
import { toMillis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { insertAll } from "./base/insert-all.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_outbox";

interface OutboxRow {
  readonly id: number | string;
  readonly effect: string;
  readonly attempts: number;
}

/**
 * The outward effects of one tenant that are still to be performed; see `OutboxStore`. `attempts` of a claimed entry counts the claims
 * before this one, so that one whose performer died counts too. `done` and `retry` of an entry that is gone do nothing.
 */
export class Outbox implements OutboxStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  add(effect: Effect, at: Date): Promise<void> {
    return this.addAll([effect], at);
  }

  async addAll(effects: readonly Effect[], at: Date): Promise<void> {
    if (effects.length === 0) return;
    const rows = effects.map((effect) => ({
      tenant: this.tenant,
      effect: toJson(effect),
      attempts: 0,
      due_at: toMillis(at),
    }));
    await this.session.write((db) => insertAll(db, TABLE, rows));
  }

  async claim(limit: number, now: Date, leaseUntil: Date): Promise<readonly OutboxEntry[]> {
    const claimed = await this.session.write(async (db) => {
      const due = await (this.#due(db, now)
        .orderBy(["due_at", "id"])
        .limit(limit)
        // Of two nodes the second waits, and finds them leased.
        .forUpdate()
        .select("id") as PromiseLike<{ readonly id: number | string }[]>);
      return await (this.#due(db, now)
        .whereIn(
          "id",
          due.map(({ id }) => id),
        )
        .update({ lease_until: toMillis(leaseUntil), attempts: db.raw("attempts + 1") })
        .returning(["id", "effect", "attempts"]) as PromiseLike<OutboxRow[]>);
    });
    return claimed
      .sort((a, b) => Number(a.id) - Number(b.id))
      .map((row) => ({
        id: String(row.id),
        effect: fromJson(row.effect) as Effect,
        attempts: row.attempts - 1,
      }));
  }

  async done(id: string): Promise<void> {
    await this.session.write((db) => this.#one(db, id).delete());
  }

  async retry(id: string, at: Date, reason: string): Promise<void> {
    await this.session.write((db) =>
      this.#one(db, id).update({ due_at: toMillis(at), lease_until: null, reason }),
    );
  }

  #one(db: Knex, id: string): Knex.QueryBuilder {
    // Number: an id that is not one of ours matches nothing in either database.
    return db(TABLE).where({ tenant: this.tenant, id: Number(id) || 0 }) as Knex.QueryBuilder;
  }

  #due(db: Knex, now: Date): Knex.QueryBuilder {
    return db(TABLE)
      .where("tenant", this.tenant)
      .where("due_at", "<=", toMillis(now))
      .where((free) => {
        void free.whereNull("lease_until").orWhere("lease_until", "<=", toMillis(now));
      }) as Knex.QueryBuilder;
  }
}
