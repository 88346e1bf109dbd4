import type { TenantId } from "../domain/tenant.ts";
import type { PassageStore } from "../ports/stores.ts";
import { Rows } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { statefulMapping, type Stateful, type StatefulRow } from "./base/stateful.ts";

/** The ways of one tenant's templates over their devices; see `PassageStore`. The table has a partial index over what is running. */
export class Passages<T extends Stateful> implements PassageStore<T> {
  readonly #rows: Rows<T, StatefulRow>;

  constructor(
    private readonly session: Session,
    tenant: TenantId,
    table: string,
  ) {
    this.#rows = new Rows(session, tenant, statefulMapping<T>(table));
  }

  save(passage: T): Promise<void> {
    return this.session.write((db) => this.#rows.saveWith(db, passage));
  }

  get(templateId: string): Promise<T | undefined> {
    return this.#rows.get(templateId);
  }

  running(): Promise<readonly T[]> {
    // Literal, so that the partial index serves it.
    return this.#rows.all((query) => query.whereRaw("state = 'running'"));
  }
}
