import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import { type CrlScope, LONGEST_CRL } from "../../domain/crl-scope.ts";
import { type Principal, requireScope } from "../../domain/principal.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { CrlRecord } from "../../ports/crl-store.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { crlUrls, scopesOf } from "./crl-builder.ts";
import { CrlPublisher } from "./crl-publisher.ts";
import { publishesCrls } from "./crl-schedule.ts";

/** A published list as API and CLI show it. */
export interface CrlView extends CrlRecord {
  readonly url: string;
  /** Revocations that it does not show yet. */
  readonly behind: number;
  readonly warnings: readonly string[];
}

/** The lists of an authority, looked at and published by hand. */
export class CrlLists {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CrlPublisher) private readonly publisher: CrlPublisher,
  ) {}

  async list(principal: Principal, authorityId: string): Promise<readonly CrlView[]> {
    const store = this.access.open(principal, "authorities:read");
    requireScope(principal, authorityId);
    return this.views(store, await authorityOf(store, authorityId));
  }

  /** Signs all lists of the authority now. Throws `authority_not_ready` where it signs none. */
  async publish(principal: Principal, authorityId: string): Promise<readonly CrlView[]> {
    const store = this.access.open(principal, "certificates:change-status");
    requireScope(principal, authorityId);
    const authority = await authorityOf(store, authorityId);
    if (!publishesCrls(authority, this.clock.now()))
      throw new CountersignError("authority_not_ready", `authority ${authorityId} signs no lists`);
    await this.publishScopes(store, scopesOf(authority));
    return this.views(store, authority);
  }

  /** Signs these lists now, each once; one that cannot be signed keeps no other, and what kept it is thrown in the end. */
  async publishScopes(store: TenantStore, scopes: readonly CrlScope[]): Promise<void> {
    const once = new Map(scopes.map((scope) => [`${scope.authorityId}/${scope.shard}`, scope]));
    const failures: Error[] = [];
    for (const scope of once.values())
      try {
        await this.publishScope(store, scope);
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(messageOf(error)));
      }
    if (failures[0] !== undefined) throw failures[0];
  }

  private async publishScope(store: TenantStore, scope: CrlScope): Promise<void> {
    const authority = await authorityOf(store, scope.authorityId);
    if (!publishesCrls(authority, this.clock.now())) return;
    const { dirty } = await store.crls.revisions(scope);
    await this.publisher.publish(store, authority, scope.shard, dirty, "request");
  }

  private async views(store: TenantStore, authority: Authority): Promise<readonly CrlView[]> {
    const views: CrlView[] = [];
    for (const scope of authority.crlEnabled ? scopesOf(authority) : []) {
      const { dirty, published } = await store.crls.revisions(scope);
      for (const kind of ["complete", "delta"] as const) {
        const list = await store.crls.latest(scope, kind);
        if (list === undefined) continue;
        views.push({
          ...list,
          url: crlUrls(store.tenant, authority, scope.shard)[kind],
          behind: dirty - published,
          warnings: warningsOf(list, this.clock.now()),
        });
      }
    }
    return views;
  }
}

const warningsOf = (list: CrlRecord, now: Date): readonly string[] => [
  ...(list.nextUpdate <= now ? ["It has ended: relying parties refuse it."] : []),
  ...(list.size > LONGEST_CRL
    ? ["It is longer than 22 MB, which clients may not take."]
    : list.size > LONGEST_CRL / 2
      ? ["It is longer than 11 MB; clients may not take more than 22 MB."]
      : []),
];

const authorityOf = async (store: TenantStore, id: string): Promise<Authority> =>
  found(await store.authorities.get(id), "authority", id);
