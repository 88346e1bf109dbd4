import type { Role } from "../domain/principal.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { TokenRecord, TokenStore } from "../ports/stores.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface TokenRow {
  readonly id: string;
  readonly subject: string;
  readonly roles: string | null;
  readonly minted_by: string;
  readonly created_at: Millis;
  readonly expires_at: Millis;
  readonly revoked_at: Millis | null;
  readonly revoked_by: string | null;
}

const mapping: Mapping<TokenRecord, TokenRow> = {
  table: "countersign_tokens",
  toRow: (token) => ({
    id: token.id,
    subject: token.subject,
    roles: token.roles === undefined ? null : toJson(token.roles),
    minted_by: token.mintedBy,
    created_at: toMillis(token.createdAt),
    expires_at: toMillis(token.expiresAt),
    revoked_at: toMillisOrNull(token.revokedAt),
    revoked_by: orNull(token.revokedBy),
  }),
  fromRow: (row) => ({
    id: row.id,
    subject: row.subject,
    roles: row.roles === null ? undefined : (fromJson(row.roles) as Role[]),
    mintedBy: row.minted_by,
    createdAt: fromMillis(row.created_at),
    expiresAt: fromMillis(row.expires_at),
    revokedAt: fromMillisOrNull(row.revoked_at),
    revokedBy: orUndefined(row.revoked_by),
  }),
};

/** The tokens of the admin API in one tenant; see `TokenStore`. */
export class Tokens implements TokenStore {
  readonly #rows: Rows<TokenRecord, TokenRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(token: TokenRecord): Promise<void> {
    return this.#rows.insert(token);
  }

  get(id: string): Promise<TokenRecord | undefined> {
    return this.#rows.get(id);
  }

  list(page: PageRequest): Promise<Page<TokenRecord>> {
    return this.#rows.page(page);
  }

  async revoke(id: string, at: Date, by: string): Promise<boolean> {
    const revoked = await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id })
        .whereNull("revoked_at")
        .update({ revoked_at: toMillis(at), revoked_by: by }),
    );
    return revoked > 0;
  }

  async purge(expiredBefore: Date): Promise<void> {
    await this.session.write((db) =>
      db(mapping.table)
        .where("tenant", this.tenant)
        .where("expires_at", "<", toMillis(expiredBefore))
        .delete(),
    );
  }
}
