import type { Knex } from "knex";
import type { TenantId } from "../domain/tenant.ts";
import type { Effect, OutboxEntry, OutboxRow, OutboxStore } from "../ports/outbox.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orUndefined,
  toMillis,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { insertAll } from "./base/insert-all.ts";
import { limitOf, pageOf, positionOf } from "./base/paging.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_outbox";

/** The last millisecond that a date can name. */
const NEVER = 8_640_000_000_000_000;

interface ClaimedRow {
  readonly id: number | string;
  readonly effect: string;
  readonly attempts: number;
}
interface StoredRow extends ClaimedRow {
  readonly due_at: Millis;
  readonly created_at: Millis | null;
  readonly dead_at: Millis | null;
  readonly reason: string | null;
}

const fromRow = (row: StoredRow): OutboxRow => ({
  id: String(row.id),
  effect: fromJson(row.effect) as Effect,
  state: row.dead_at === null ? "waiting" : "dead",
  attempts: row.attempts,
  createdAt: fromMillisOrNull(row.created_at),
  dueAt: row.dead_at === null ? fromMillis(row.due_at) : undefined,
  deadAt: fromMillisOrNull(row.dead_at),
  reason: orUndefined(row.reason),
});

/**
 * The outward effects of one tenant that are still to be performed; see `OutboxStore`. `attempts` of a claimed entry counts the claims
 * before this one, so that one whose performer died counts too. What is done with an
 * entry that is gone, or that was claimed again since, does nothing.
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
      created_at: toMillis(at),
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
        .returning(["id", "effect", "attempts"]) as PromiseLike<ClaimedRow[]>);
    });
    return claimed
      .sort((a, b) => Number(a.id) - Number(b.id))
      .map((row) => ({
        id: String(row.id),
        effect: fromJson(row.effect) as Effect,
        attempts: row.attempts - 1,
      }));
  }

  async hold(entry: OutboxEntry, leaseUntil: Date): Promise<boolean> {
    const held = await this.session.write((db) =>
      this.#claimed(db, entry).update({ lease_until: toMillis(leaseUntil) }),
    );
    return held > 0;
  }

  async done(entry: OutboxEntry): Promise<void> {
    await this.session.write((db) => this.#claimed(db, entry).delete());
  }

  async retry(entry: OutboxEntry, at: Date, reason: string): Promise<void> {
    await this.session.write((db) =>
      this.#claimed(db, entry).update({ due_at: toMillis(at), lease_until: null, reason }),
    );
  }

  async bury(entry: OutboxEntry, at: Date, reason: string): Promise<void> {
    await this.session.write((db) =>
      this.#claimed(db, entry).update({
        due_at: NEVER,
        lease_until: null,
        reason,
        dead_at: toMillis(at),
      }),
    );
  }

  async get(id: string): Promise<OutboxRow | undefined> {
    const [row] = await this.session.read((db) => this.#one(db, id) as PromiseLike<StoredRow[]>);
    return row === undefined ? undefined : fromRow(row);
  }

  async list(
    { state }: { readonly state?: OutboxRow["state"] | undefined },
    request: PageRequest,
  ): Promise<Page<OutboxRow>> {
    const limit = limitOf(request);
    const after = positionOf(request, ["number"]);
    const rows = await this.session.read((db) => {
      const query = db(TABLE)
        .where("tenant", this.tenant)
        .orderBy("id", "desc")
        .limit(limit + 1) as Knex.QueryBuilder;
      if (state === "dead") void query.whereNotNull("dead_at");
      if (state === "waiting") void query.whereNull("dead_at");
      if (after !== undefined) void query.where("id", "<", Number(after[0]));
      return query as PromiseLike<StoredRow[]>;
    });
    return pageOf(rows, limit, fromRow, (row) => [Number(row.id)]);
  }

  async resend(id: string, at: Date): Promise<boolean> {
    const sent = await this.session.write((db) =>
      this.#one(db, id).update({ due_at: toMillis(at), attempts: 0, dead_at: null }),
    );
    return sent > 0;
  }

  async counts(before: Date): Promise<{ readonly late: number; readonly dead: number }> {
    const [row] = await this.session.read(
      (db) =>
        db(TABLE)
          .where("tenant", this.tenant)
          .select(
            db.raw("count(dead_at) as dead"),
            db.raw("count(case when dead_at is null and created_at <= ? then 1 end) as late", [
              toMillis(before),
            ]),
          ) as unknown as PromiseLike<{ readonly dead: Millis; readonly late: Millis }[]>,
    );
    return { late: Number(row?.late ?? 0), dead: Number(row?.dead ?? 0) };
  }

  #one(db: Knex, id: string): Knex.QueryBuilder {
    // Number: an id that is not one of ours matches nothing in either database.
    return db(TABLE).where({ tenant: this.tenant, id: Number(id) || 0 });
  }

  /** The entry as long as this claim of it is the last one. */
  #claimed(db: Knex, { id, attempts }: OutboxEntry): Knex.QueryBuilder {
    return this.#one(db, id).where({ attempts: attempts + 1 });
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
