import {
  FAILURE_EVENTS,
  type LedgerEntry,
  type LedgerEvent,
  type LedgerRow as Row,
  type SealedEntry,
} from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { LedgerStore } from "../ports/stores.ts";
import { fromMillis, orNull, orUndefined, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { insertAll } from "./base/insert-all.ts";
import { limitOf, pageOf, positionOf } from "./base/paging.ts";
import type { Session } from "./base/session.ts";

const TABLE = "countersign_ledger";

/** Literal, so that the partial index of migration 0021 serves it. */
const FAILURES = `event in (${FAILURE_EVENTS.map((event) => `'${event}'`).join(", ")})`;

interface LedgerRow {
  readonly id: number | string;
  readonly event: LedgerEvent;
  readonly principal: string;
  readonly at: Millis;
  readonly subject_id: string | null;
  readonly data: string;
  readonly sequence: number | string | null;
  readonly hash: string | null;
}

/** The ledger of one tenant; see `LedgerStore`. Newest is what was written last. */
export class Ledger implements LedgerStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  append(entry: LedgerEntry): Promise<void> {
    return this.appendAll([entry]);
  }

  async appendAll(entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const rows = entries.map((entry) => ({
      tenant: this.tenant,
      event: entry.event,
      principal: entry.principal,
      at: toMillis(entry.at),
      subject_id: orNull(entry.subjectId),
      data: toJson(entry.data),
    }));
    await this.session.write((db) => insertAll(db, TABLE, rows));
  }

  async sealed(after: number, upTo: number, limit: number): Promise<readonly SealedEntry[]> {
    const rows = await this.session.read(
      (db) =>
        db(TABLE)
          .where("tenant", this.tenant)
          // Literal, so that the partial index serves it.
          .whereRaw("sequence is not null")
          .where("sequence", ">", after)
          .where("sequence", "<=", upTo)
          .orderBy("sequence")
          .limit(limit) as PromiseLike<(LedgerRow & { readonly hash: string })[]>,
    );
    return rows.map((row) => ({
      ...read(row),
      sequence: Number(row.sequence),
      hash: row.hash,
    }));
  }

  async list(filter: Parameters<LedgerStore["list"]>[0], page: PageRequest): Promise<Page<Row>> {
    const limit = limitOf(page);
    const [after] = positionOf(page, ["number"]) ?? [];
    const rows = await this.session.read((db) => {
      let query = db(TABLE)
        .where("tenant", this.tenant)
        .orderBy("id", "desc")
        .limit(limit + 1);
      if (after !== undefined) query = query.where("id", "<", after);
      if (filter.failures === true) query = query.whereRaw(FAILURES);
      if (filter.event !== undefined) query = query.where("event", filter.event);
      if (filter.subjectId !== undefined) query = query.where("subject_id", filter.subjectId);
      if (filter.subjectIds !== undefined) query = query.whereIn("subject_id", filter.subjectIds);
      return query as PromiseLike<LedgerRow[]>;
    });
    return pageOf(rows, limit, read, (row) => [Number(row.id)]);
  }

  async refusals(
    { from, to }: Parameters<LedgerStore["refusals"]>[0],
    page: PageRequest,
  ): Promise<Page<Row>> {
    const limit = limitOf(page);
    const [at, id] = positionOf(page, ["number", "number"]) ?? [];
    const rows = await this.session.read((db) => {
      const query = db(TABLE)
        .where("tenant", this.tenant)
        // Literal, so that the partial index of migration 0030 serves it.
        .whereRaw("event = 'certificate.refused'")
        .where("at", ">=", toMillis(from))
        .where("at", "<=", at ?? toMillis(to))
        .orderBy("at", "desc")
        .orderBy("id", "desc")
        .limit(limit + 1);
      if (at !== undefined && id !== undefined) void query.whereRaw("(at, id) < (?, ?)", [at, id]);
      return query as PromiseLike<LedgerRow[]>;
    });
    return pageOf(rows, limit, read, (row) => [Number(row.at), Number(row.id)]);
  }
}

const read = (row: LedgerRow): Row => ({
  id: String(row.id),
  event: row.event,
  principal: row.principal,
  at: fromMillis(row.at),
  subjectId: orUndefined(row.subject_id),
  data: fromJson(row.data) as LedgerEntry["data"],
  sequence: row.sequence === null ? undefined : Number(row.sequence),
  hash: orUndefined(row.hash),
});
