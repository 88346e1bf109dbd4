import { dueOf, type KeyRollOver } from "../domain/key-roll-over.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { RollOverStore } from "../ports/stores.ts";
import { fromMillis, toMillis, toMillisOrNull, type Millis } from "./base/columns.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface RollOverRow {
  readonly id: string;
  readonly authority_id: string;
  readonly successor_id: string;
  readonly state: KeyRollOver["state"];
  readonly starts_at: Millis;
  readonly retires_at: Millis;
  readonly due_at: Millis | null;
  readonly version: number;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

const mapping: Mapping<KeyRollOver, RollOverRow> = {
  table: "countersign_roll_overs",
  toRow: (rollOver) => ({
    id: rollOver.id,
    authority_id: rollOver.authorityId,
    successor_id: rollOver.successorId,
    state: rollOver.state,
    starts_at: toMillis(rollOver.startsAt),
    retires_at: toMillis(rollOver.retiresAt),
    due_at: toMillisOrNull(dueOf(rollOver)),
    version: rollOver.version,
    created_at: toMillis(rollOver.createdAt),
    updated_at: toMillis(rollOver.updatedAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    authorityId: row.authority_id,
    successorId: row.successor_id,
    state: row.state,
    startsAt: fromMillis(row.starts_at),
    retiresAt: fromMillis(row.retires_at),
    version: row.version,
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The roll-overs of CA keys of one tenant; see `RollOverStore`. */
export class RollOvers implements RollOverStore {
  readonly #rows: Rows<KeyRollOver, RollOverRow>;

  constructor(session: Session, tenant: TenantId) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(rollOver: KeyRollOver): Promise<void> {
    return this.#rows.insert(rollOver);
  }

  update(rollOver: KeyRollOver): Promise<void> {
    return this.#rows.replace(rollOver);
  }

  get(id: string): Promise<KeyRollOver | undefined> {
    return this.#rows.get(id);
  }

  open(authorityId: string): Promise<KeyRollOver | undefined> {
    return this.#rows.one((query) =>
      query.where({ authority_id: authorityId }).whereNotNull("due_at"),
    );
  }

  list(): Promise<readonly KeyRollOver[]> {
    return this.#rows.all();
  }
}
