import type { Endpoint } from "../domain/endpoint.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { EndpointStore } from "../ports/stores.ts";
import { reignEndsAt } from "../domain/roll-over.ts";
import {
  fromFlag,
  fromMillis,
  toFlag,
  toMillis,
  toMillisOrNull,
  type Flag,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface EndpointRow {
  readonly id: string;
  readonly name: string;
  readonly authority_id: string;
  readonly enabled: Flag;
  readonly version: number;
  /** JSON of all other members. */
  readonly definition: string;
  readonly created_at: Millis;
  readonly updated_at: Millis;
  readonly next_action_at: Millis | null;
}
type Definition = Omit<
  Endpoint,
  "id" | "name" | "authorityId" | "enabled" | "version" | "createdAt" | "updatedAt"
>;

const mapping: Mapping<Endpoint, EndpointRow> = {
  table: "countersign_endpoints",
  toRow: ({ id, name, authorityId, enabled, version, createdAt, updatedAt, ...definition }) => ({
    id,
    name,
    authority_id: authorityId,
    enabled: toFlag(enabled),
    version,
    definition: toJson(definition),
    created_at: toMillis(createdAt),
    updated_at: toMillis(updatedAt),
    next_action_at: toMillisOrNull(reignEndsAt(definition)),
  }),
  fromRow: (row) => ({
    // Rows of the version before have no such member.
    ...{
      description: "",
      acceptGcm: false,
      signingTimeTolerance: undefined,
      foreignRenewal: undefined,
    },
    ...(fromJson(row.definition) as Definition),
    id: row.id,
    name: row.name,
    authorityId: row.authority_id,
    enabled: fromFlag(row.enabled),
    version: row.version,
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The SCEP endpoints of one tenant; see `EndpointStore`. The table's key is the id alone, so another tenant's is taken too. */
export class Endpoints implements EndpointStore {
  readonly #rows: Rows<Endpoint, EndpointRow>;

  constructor(session: Session, tenant: TenantId) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(endpoint: Endpoint): Promise<void> {
    return this.#rows.insert(endpoint);
  }

  update(endpoint: Endpoint): Promise<void> {
    return this.#rows.replace(endpoint);
  }

  delete(id: string): Promise<boolean> {
    return this.#rows.delete(id);
  }

  get(id: string): Promise<Endpoint | undefined> {
    return this.#rows.get(id);
  }

  list(): Promise<readonly Endpoint[]> {
    return this.#rows.all();
  }
}
