import type { DistributionWalk } from "../domain/distribution-walk.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { WalkStore } from "../ports/distributions.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface WalkRow {
  readonly id: string;
  readonly state: DistributionWalk["state"];
  /** JSON of all other members. */
  readonly definition: string;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}
type Definition = Omit<DistributionWalk, "id" | "state" | "createdAt" | "updatedAt">;

const mapping: Mapping<DistributionWalk, WalkRow> = {
  table: "countersign_distribution_walks",
  toRow: ({ id, state, createdAt, updatedAt, ...definition }) => ({
    id,
    state,
    definition: toJson(definition),
    created_at: toMillis(createdAt),
    updated_at: toMillis(updatedAt),
  }),
  fromRow: (row) => ({
    ...(fromJson(row.definition) as Definition),
    id: row.id,
    state: row.state,
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The walks of one tenant's distributions; see `WalkStore`. */
export class Walks implements WalkStore {
  readonly #rows: Rows<DistributionWalk, WalkRow>;

  constructor(
    private readonly session: Session,
    tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  save(walk: DistributionWalk): Promise<void> {
    return this.session.write((db) => this.#rows.saveWith(db, walk));
  }

  get(templateId: string): Promise<DistributionWalk | undefined> {
    return this.#rows.get(templateId);
  }

  running(): Promise<readonly DistributionWalk[]> {
    // Literal, so that the partial index serves it.
    return this.#rows.all((query) => query.whereRaw("state = 'running'"));
  }
}
