import { DEFAULT_ATTEMPTS } from "../domain/attempt-policy.ts";
import { DEFAULT_PUSHED_LIFETIME, type Template, type TemplateTrial } from "../domain/template.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { TemplateStore } from "../ports/stores.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface TemplateRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly authority_id: string;
  /** JSON of all other members. */
  readonly definition: string;
  /** JSON; null in rows of versions before, too. */
  readonly trial?: string | null;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}
type Definition = Omit<
  Template,
  "id" | "name" | "version" | "authorityId" | "trial" | "createdAt" | "updatedAt"
>;

/** As versions before have stored it. */
type EarlierDefinition = Omit<Definition, Later> & Partial<Pick<Definition, Later>>;
type Later =
  | "delivery"
  | "pkcs12Encoding"
  | "pushedChallengeLifetime"
  | "attempts"
  | "autoRenewal"
  | "renewalSpread"
  | "oldCertificate";

const mapping: Mapping<Template, TemplateRow> = {
  table: "countersign_templates",
  toRow: ({ id, name, version, authorityId, trial, createdAt, updatedAt, ...definition }) => ({
    id,
    name,
    version,
    authority_id: authorityId,
    definition: toJson(definition),
    trial: trial === undefined ? null : toJson(trial),
    created_at: toMillis(createdAt),
    updated_at: toMillis(updatedAt),
  }),
  fromRow: (row) => ({
    // Members that came later; those of older rows have their defaults.
    delivery: "scep",
    pkcs12Encoding: "by-platform",
    pushedChallengeLifetime: DEFAULT_PUSHED_LIFETIME,
    attempts: DEFAULT_ATTEMPTS,
    autoRenewal: true,
    renewalSpread: "50%",
    oldCertificate: "keep",
    ...(fromJson(row.definition) as EarlierDefinition),
    id: row.id,
    name: row.name,
    version: row.version,
    authorityId: row.authority_id,
    ...(typeof row.trial === "string" ? { trial: fromJson(row.trial) as TemplateTrial } : {}),
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The templates of one tenant; see `TemplateStore`. */
export class Templates implements TemplateStore {
  readonly #rows: Rows<Template, TemplateRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(template: Template): Promise<void> {
    return this.#rows.insert(template);
  }

  update(template: Template): Promise<void> {
    return this.#rows.replace(template);
  }

  async setTrial(id: string, trial: TemplateTrial | undefined): Promise<void> {
    await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id })
        .update({ trial: trial === undefined ? null : toJson(trial) }),
    );
  }

  delete(id: string): Promise<boolean> {
    return this.#rows.delete(id);
  }

  get(id: string): Promise<Template | undefined> {
    return this.#rows.get(id);
  }

  list(): Promise<readonly Template[]> {
    return this.#rows.all();
  }
}
