import type { Knex } from "knex";
import { CountersignError } from "../../errors.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type { Millis } from "./columns.ts";
import type { Value } from "../statements.ts";
import { Lookup } from "./lookup.ts";
import { limitOf, pageOf, positionOf } from "./paging.ts";
import type { Session } from "./session.ts";

/** How one concept stands in its table; the tenant's column is added by `Rows`. */
export interface Mapping<T, R> {
  readonly table: string;
  toRow(item: T): R;
  fromRow(row: R): T;
}

interface Keyed {
  readonly id: string;
  readonly created_at: Millis;
}

/** Finds by the values of unique columns. */
export type Find<T> = (...key: readonly Value[]) => Promise<T | undefined>;
/** What a list is sorted by, and by id among equals. */
export interface Order<R> {
  readonly column: string;
  readonly direction: "asc" | "desc";
  of(row: R): number;
}
export const NEWEST_FIRST: Order<Keyed> = {
  column: "created_at",
  direction: "desc",
  of: (row) => Number(row.created_at),
};
/** The rows of one tenant in one table with the columns `tenant`, `id` and `created_at`: every query is bound to the tenant. */
export class Rows<T extends { readonly id: string }, R extends Keyed> {
  readonly #byId: Find<T>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
    private readonly mapping: Mapping<T, R>,
  ) {
    this.#byId = this.lookup(["id"]);
  }

  /** Throws `conflict` for a taken id (or another unique key). */
  insert(item: T): Promise<void> {
    return this.session.write((db) => this.insertWith(db, item));
  }

  async insertWith(db: Knex, item: T, more: object = {}): Promise<void> {
    // Not by catching the violation: that would spoil a transaction in PostgreSQL.
    const inserted = (await db(this.mapping.table)
      .insert({ tenant: this.tenant, ...this.mapping.toRow(item), ...more })
      .onConflict()
      .ignore()
      .returning("id")) as unknown[];
    if (inserted.length === 0) throw new CountersignError("conflict", `${item.id} exists already`);
  }

  /** Inserts, or replaces the row of the same id; throws `conflict` for another unique key. */
  async saveWith(db: Knex, item: T): Promise<void> {
    await db(this.mapping.table)
      .insert({ tenant: this.tenant, ...this.mapping.toRow(item) })
      .onConflict(["tenant", "id"])
      .merge();
  }

  /** Throws `precondition_failed` unless the stored version is the one before. */
  async replace(item: T & { readonly version: number }): Promise<void> {
    const { table } = this.mapping;
    const changed = await this.session.write((db) =>
      db(table)
        .where({ tenant: this.tenant, id: item.id, version: item.version - 1 })
        .update(this.mapping.toRow(item)),
    );
    if (changed === 0)
      throw new CountersignError(
        "precondition_failed",
        `${item.id} is not there in version ${item.version - 1}`,
      );
  }

  /** Writes it under the version that it has; false where another is stored. */
  async note(item: T & { readonly version: number }): Promise<boolean> {
    const changed = await this.session.write((db) =>
      db(this.mapping.table)
        .where({ tenant: this.tenant, id: item.id, version: item.version })
        .update(this.mapping.toRow(item)),
    );
    return changed > 0;
  }

  /** Throws `not_found` when it is not there. */
  async overwrite(item: T): Promise<void> {
    const changed = await this.session.write((db) =>
      db(this.mapping.table)
        .where({ tenant: this.tenant, id: item.id })
        .update(this.mapping.toRow(item)),
    );
    if (changed === 0) throw new CountersignError("not_found", `there is no ${item.id}`);
  }

  async delete(id: string): Promise<boolean> {
    const deleted = await this.session.write((db) =>
      db(this.mapping.table).where({ tenant: this.tenant, id }).delete(),
    );
    return deleted > 0;
  }

  get(id: string): Promise<T | undefined> {
    return this.#byId(id);
  }

  /** Finds by other columns that are unique together, among the rows that `where` leaves; prepared, for the hot path. */
  lookup(columns: readonly string[], where?: string): Find<T> {
    const source = { table: this.mapping.table, where };
    const lookup = new Lookup<R>(this.session, this.tenant, source, columns);
    return async (...key) => {
      const row = await lookup.find(key);
      return row === undefined ? undefined : this.mapping.fromRow(row);
    };
  }

  async one(narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<T | undefined> {
    const [row] = await this.session.read((db) => narrow(this.#mine(db)).limit(1) as Rowing<R>);
    return row === undefined ? undefined : this.mapping.fromRow(row);
  }

  /** Oldest first. */
  async all(
    narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder = (query) => query,
  ): Promise<readonly T[]> {
    const rows = await this.session.read(
      (db) => narrow(this.#mine(db)).orderBy(["created_at", "id"]) as Rowing<R>,
    );
    return rows.map((row) => this.mapping.fromRow(row));
  }

  /** Those of these ids, some hundreds at most; oldest first. */
  async byIds(ids: readonly string[]): Promise<readonly T[]> {
    const rows = await this.session.read(
      (db) => this.#among(db, ids).orderBy(["created_at", "id"]) as Rowing<R>,
    );
    return rows.map((row) => this.mapping.fromRow(row));
  }

  /** Newest first, unless another order is given; of all rows, or of those among a few ids. */
  async page(
    request: PageRequest,
    narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder = (query) => query,
    order: Order<R> = NEWEST_FIRST,
    among?: readonly string[],
  ): Promise<Page<T>> {
    const limit = limitOf(request);
    const after = positionOf(request, ["number", "string"]);
    const rows = await this.session.read((db) => {
      const query = narrow(among === undefined ? this.#mine(db) : this.#among(db, among))
        .orderBy([
          { column: order.column, order: order.direction },
          { column: "id", order: order.direction },
        ])
        .limit(limit + 1);
      return (
        after === undefined
          ? query
          : query.whereRaw(
              `(${order.column}, id) ${order.direction === "desc" ? "<" : ">"} (?, ?)`,
              [...after],
            )
      ) as Rowing<R>;
    });
    return pageOf(
      rows,
      limit,
      (row) => this.mapping.fromRow(row),
      (row) => [order.of(row), row.id],
    );
  }

  /** A cross join, which SQLite takes in the order it is written: each id is looked up, where it would rather walk the list in its order. */
  #among(db: Knex, ids: readonly string[]): Knex.QueryBuilder {
    const { table } = this.mapping;
    const rows =
      ids.length === 0 ? "select '' where 1 = 0" : `values ${ids.map(() => "(?)").join()}`;
    return db
      .with("few", ["few_id"], db.raw(rows, [...ids]))
      .from(db.raw("few cross join ??", [table]))
      .where({ tenant: this.tenant })
      .whereRaw("?? = few_id", [`${table}.id`]) as Knex.QueryBuilder;
  }

  #mine(db: Knex): Knex.QueryBuilder {
    return db(this.mapping.table).where({ tenant: this.tenant }) as Knex.QueryBuilder;
  }
}

/** A query by what it answers. */
type Rowing<R> = PromiseLike<R[]>;
