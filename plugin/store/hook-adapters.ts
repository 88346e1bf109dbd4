import type { HookAdapter } from "../domain/hook-adapter.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { HookAdapterStore } from "../ports/lifecycle-stores.ts";
import {
  type Flag,
  fromBlob,
  fromBlobOrNull,
  fromFlag,
  fromMillis,
  fromMillisOrNull,
  type Millis,
  toBlob,
  toBlobOrNull,
  toFlag,
  toMillis,
  toMillisOrNull,
} from "./base/columns.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface AdapterRow {
  readonly id: string;
  readonly host_id: string;
  readonly sealed: Uint8Array;
  readonly previous: Uint8Array | null;
  readonly previous_until: Millis | null;
  readonly enabled: Flag;
  readonly last_used_at: Millis | null;
  readonly version: number;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

const mapping: Mapping<HookAdapter, AdapterRow> = {
  table: "countersign_hook_adapters",
  toRow: (adapter) => ({
    id: adapter.id,
    host_id: adapter.hostId,
    sealed: toBlob(adapter.sealed),
    previous: toBlobOrNull(adapter.previous),
    previous_until: toMillisOrNull(adapter.previousUntil),
    enabled: toFlag(adapter.enabled),
    last_used_at: toMillisOrNull(adapter.lastUsedAt),
    version: adapter.version,
    created_at: toMillis(adapter.createdAt),
    updated_at: toMillis(adapter.updatedAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    hostId: row.host_id,
    sealed: fromBlob(row.sealed),
    previous: fromBlobOrNull(row.previous),
    previousUntil: fromMillisOrNull(row.previous_until),
    enabled: fromFlag(row.enabled),
    lastUsedAt: fromMillisOrNull(row.last_used_at),
    version: row.version,
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The hook adapters of one tenant; see `HookAdapterStore`. The table's key is the id alone, so another tenant's is taken too. */
export class HookAdapters implements HookAdapterStore {
  readonly #rows: Rows<HookAdapter, AdapterRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(adapter: HookAdapter): Promise<void> {
    return this.#rows.insert(adapter);
  }

  update(adapter: HookAdapter): Promise<void> {
    return this.#rows.replace(adapter);
  }

  async used(id: string, at: Date): Promise<void> {
    await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id })
        .update({ last_used_at: toMillis(at) }),
    );
  }

  delete(id: string): Promise<boolean> {
    return this.#rows.delete(id);
  }

  get(id: string): Promise<HookAdapter | undefined> {
    return this.#rows.get(id);
  }

  list(): Promise<readonly HookAdapter[]> {
    return this.#rows.all();
  }
}
