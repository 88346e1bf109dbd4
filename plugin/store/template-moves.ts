import type { TemplateMove } from "../domain/template-move.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { TemplateMoveStore } from "../ports/renewals.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface MoveRow {
  readonly id: string;
  readonly state: TemplateMove["state"];
  /** JSON of all other members. */
  readonly definition: string;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}
type Definition = Omit<TemplateMove, "id" | "state" | "createdAt" | "updatedAt">;

const mapping: Mapping<TemplateMove, MoveRow> = {
  table: "countersign_template_moves",
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

/** The moves of one tenant's templates; see `TemplateMoveStore`. */
export class TemplateMoves implements TemplateMoveStore {
  readonly #rows: Rows<TemplateMove, MoveRow>;

  constructor(
    private readonly session: Session,
    tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  save(move: TemplateMove): Promise<void> {
    return this.session.write((db) => this.#rows.saveWith(db, move));
  }

  get(templateId: string): Promise<TemplateMove | undefined> {
    return this.#rows.get(templateId);
  }

  running(): Promise<readonly TemplateMove[]> {
    // Literal, so that the partial index serves it.
    return this.#rows.all((query) => query.whereRaw("state = 'running'"));
  }
}
