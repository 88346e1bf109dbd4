import type { TenantId } from "../domain/tenant.ts";
import type { DocumentStore, Versioned } from "../ports/stores.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface DocumentRow {
  readonly id: string;
  /** JSON of all other members. */
  readonly definition: string;
  readonly version: number;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

const mappingOf = <T extends Versioned>(table: string): Mapping<T, DocumentRow> => ({
  table,
  toRow: ({ id, version, createdAt, updatedAt, ...definition }) => ({
    id,
    definition: toJson(definition),
    version,
    created_at: toMillis(createdAt),
    updated_at: toMillis(updatedAt),
  }),
  fromRow: (row) =>
    ({
      ...(fromJson(row.definition) as object),
      id: row.id,
      version: row.version,
      createdAt: fromMillis(row.created_at),
      updatedAt: fromMillis(row.updated_at),
    }) as T,
});

/** Small objects of one tenant that are looked up by id only; see `DocumentStore`. */
export class Documents<T extends Versioned> implements DocumentStore<T> {
  readonly #rows: Rows<T, DocumentRow>;

  constructor(session: Session, tenant: TenantId, table: string) {
    this.#rows = new Rows(session, tenant, mappingOf<T>(table));
  }

  insert(item: T): Promise<void> {
    return this.#rows.insert(item);
  }

  update(item: T): Promise<void> {
    return this.#rows.replace(item);
  }

  note(item: T): Promise<boolean> {
    return this.#rows.note(item);
  }

  delete(id: string): Promise<boolean> {
    return this.#rows.delete(id);
  }

  get(id: string): Promise<T | undefined> {
    return this.#rows.get(id);
  }

  list(): Promise<readonly T[]> {
    return this.#rows.all();
  }
}
