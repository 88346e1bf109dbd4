import { inject } from "tsyringe";
import { addDays } from "../../domain/duration.ts";
import type { Principal, Role } from "../../domain/principal.ts";
import { DEFAULT_TENANT, type TenantId } from "../../domain/tenant.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { Directory, TokenRecord } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, RANDOM } from "../../tokens.ts";
import { Access } from "./access.ts";

/** A token that is about to be made. */
export interface NewToken {
  readonly subject: string;
  /** Undefined for the installation operator's. */
  readonly tenant: TenantId | undefined;
  readonly roles: readonly Role[] | undefined;
  readonly lifetimeSeconds: number;
}

/** How long a token that has expired can still be looked up. */
const KEPT_DAYS = 90;

/**
 * The book of tokens: each is written down, with a ledger row, before it is handed out, and can be revoked before its end. The installation
 * operator's stand in the default tenant, whose Owners neither see nor revoke them.
 */
export class AdminTokens {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(Access) private readonly access: Access,
  ) {}

  /** `by`: principal id. Answers the token's id and its times. */
  async record(by: string, token: NewToken): Promise<TokenRecord> {
    const createdAt = this.clock.now();
    const record: TokenRecord = {
      id: this.random.uuid(),
      subject: token.subject,
      roles: token.roles,
      mintedBy: by,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + token.lifetimeSeconds * 1000),
      revokedAt: undefined,
      revokedBy: undefined,
    };
    await this.directory.open(token.tenant ?? DEFAULT_TENANT).run(async (tx) => {
      await tx.tokens.purge(addDays(createdAt, -KEPT_DAYS));
      await tx.tokens.insert(record);
      await tx.ledger.append({
        event: "token.minted",
        principal: by,
        at: createdAt,
        subjectId: record.id,
        data: {
          subject: record.subject,
          roles: record.roles ?? ["operator"],
          expiresAt: record.expiresAt.toISOString(),
        },
      });
    });
    return record;
  }

  /** Throws `unauthenticated` for a token that was revoked, or that this installation did not write down. */
  async check(id: string, tenant: TenantId | undefined): Promise<void> {
    const record = await this.directory.open(tenant ?? DEFAULT_TENANT).tokens.get(id);
    if (record === undefined || (record.roles === undefined) !== (tenant === undefined))
      throw new CountersignError("unauthenticated", "the token is not known here");
    if (record.revokedAt !== undefined)
      throw new CountersignError("unauthenticated", "the token was revoked");
  }

  /** Those of the caller's tenant, newest first. */
  async list(principal: Principal, page: PageRequest): Promise<Page<TokenRecord>> {
    const store = this.access.open(principal, "tokens:manage");
    const { items, cursor } = await store.tokens.list(page);
    return { items: items.filter(({ roles }) => roles !== undefined), cursor };
  }

  /** It is worth nothing from the next request on. Throws `not_found`, `conflict` for one that was revoked before. */
  async revoke(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "tokens:manage");
    const known = await store.tokens.get(id);
    if (known?.roles === undefined) throw new CountersignError("not_found", `no token ${id}`);
    await store.run(async (tx) => {
      if (!(await tx.tokens.revoke(id, this.clock.now(), principal.id)))
        throw new CountersignError("conflict", `token ${id} was revoked before`);
      await tx.ledger.append(
        this.access.entry(principal, "token.revoked", id, { subject: known.subject }),
      );
    });
  }
}
