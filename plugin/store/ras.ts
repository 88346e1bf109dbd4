import type { Ra } from "../domain/ra.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { RaStore } from "../ports/stores.ts";
import {
  fromBlobOrNull,
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toBlobOrNull,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface RaRow {
  readonly id: string;
  readonly authority_id: string;
  readonly key_ref: string;
  readonly certificate: Uint8Array | null;
  readonly csr: Uint8Array | null;
  readonly subject: string;
  readonly not_before: Millis | null;
  readonly not_after: Millis | null;
  readonly origin: Ra["origin"];
  readonly created_at: Millis;
  readonly replaces: string | null;
  readonly retired_at: Millis | null;
}

const mapping: Mapping<Ra, RaRow> = {
  table: "countersign_ras",
  toRow: (ra) => ({
    id: ra.id,
    authority_id: ra.authorityId,
    key_ref: ra.keyRef,
    certificate: toBlobOrNull(ra.certificate),
    csr: toBlobOrNull(ra.csr),
    subject: ra.subject,
    not_before: toMillisOrNull(ra.notBefore),
    not_after: toMillisOrNull(ra.notAfter),
    origin: ra.origin,
    created_at: toMillis(ra.createdAt),
    replaces: orNull(ra.replaces),
    retired_at: toMillisOrNull(ra.retiredAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    authorityId: row.authority_id,
    keyRef: row.key_ref,
    certificate: fromBlobOrNull(row.certificate),
    csr: fromBlobOrNull(row.csr),
    subject: row.subject,
    notBefore: fromMillisOrNull(row.not_before),
    notAfter: fromMillisOrNull(row.not_after),
    origin: row.origin,
    createdAt: fromMillis(row.created_at),
    replaces: orUndefined(row.replaces),
    retiredAt: fromMillisOrNull(row.retired_at),
  }),
};

/** The registration authorities of one tenant; see `RaStore`. They have no version: `update` throws `not_found` when there is none. */
export class Ras implements RaStore {
  readonly #rows: Rows<Ra, RaRow>;

  constructor(session: Session, tenant: TenantId) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(ra: Ra): Promise<void> {
    return this.#rows.insert(ra);
  }

  update(ra: Ra): Promise<void> {
    return this.#rows.overwrite(ra);
  }

  get(id: string): Promise<Ra | undefined> {
    return this.#rows.get(id);
  }

  list(): Promise<readonly Ra[]> {
    return this.#rows.all();
  }
}
