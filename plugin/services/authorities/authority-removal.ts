import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import type { CrlScope } from "../../domain/crl-scope.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { scopesOf } from "../status/crl-builder.ts";
import { CrlLists } from "../status/crl-lists.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import type { StatusChanges } from "../certificates/status-changes.ts";
import { StatusTransactions } from "../certificates/status-transactions.ts";

/** What goes with an authority; counts stop at `COUNTED`. */
export interface RemovalImpact {
  /** The authority and all below it. */
  readonly authorities: readonly string[];
  readonly endpoints: readonly string[];
  readonly templates: readonly string[];
  /** Live certificates that nobody will be able to trust any more. */
  readonly certificates: number;
  /** Deployments that hold or wait for one of them. */
  readonly liveDeployments: number;
  /** True when there are more than were counted. */
  readonly more: boolean;
  readonly warning: string;
}

const COUNTED = 10_000;
const PAGE = 500;

/**
 * Deletes CA servers, with all below them. Each leaves a last CRL that reaches to the end of the last certificate it has issued, names the
 * CA certificates that went with it, and goes on being served.
 */
export class AuthorityRemoval {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
    @inject(CrlLists) private readonly lists: CrlLists,
  ) {}

  /** What deleting would do. */
  async impact(principal: Principal, id: string): Promise<RemovalImpact> {
    const store = this.access.open(principal, "authorities:manage");
    return this.count(store, await existing(store, id));
  }

  /**
   * Deletes it: `confirm` is its identifier, typed. Its endpoints are disabled, and its own certificate and those of all below it are revoked at
   * their issuers. Throws `conflict` while live deployments exist, unless `force`; `invalid_input` for another confirmation.
   */
  async delete(
    principal: Principal,
    id: string,
    input: { readonly confirm: string; readonly force: boolean },
    version?: number,
  ): Promise<RemovalImpact> {
    const store = this.access.open(principal, "authorities:manage");
    const authority = await existing(store, id);
    sameVersion(authority.version, version);
    if (input.confirm !== id)
      throw new CountersignError("invalid_input", "the confirmation does not fit", {
        issues: [{ path: "confirm", message: `type the identifier: ${id}` }],
      });
    const impact = await this.count(store, authority);
    if (impact.liveDeployments > 0 && !input.force)
      throw new CountersignError(
        "conflict",
        `${impact.liveDeployments} deployments depend on authority ${id}; delete it by force, or remove them first`,
      );
    const now = this.clock.now();
    const scopes: CrlScope[] = [];
    await this.statuses.run(store, principal, "authority-deleted", async (tx, changes) => {
      scopes.length = 0;
      for (const gone of await this.below(tx, authority)) {
        await tx.authorities.update({
          ...gone,
          status: "deleted",
          deletedAt: now,
          version: gone.version + 1,
        });
        await tx.ledger.append(
          this.access.entry(principal, "authority.deleted", gone.id, {
            with: gone.id === id ? undefined : id,
            certificates: gone.id === id ? impact.certificates : undefined,
            forced: input.force,
          }),
        );
        await revokeOwn(tx, changes, gone);
        scopes.push(...scopesOf(gone));
      }
      // So that the last lists are signed in the background should it fail here.
      for (const scope of scopes) await tx.crls.markDirty(scope, now);
      for (const endpoint of await tx.endpoints.list()) {
        if (!impact.authorities.includes(endpoint.authorityId) || !endpoint.enabled) continue;
        await tx.endpoints.update({
          ...endpoint,
          enabled: false,
          version: endpoint.version + 1,
          updatedAt: now,
        });
        await tx.ledger.append(
          this.access.entry(principal, "endpoint.changed", endpoint.id, {
            enabled: false,
            because: `authority ${id} was deleted`,
          }),
        );
      }
    });
    this.runtimes.forgetAll();
    try {
      await this.lists.publishScopes(store, scopes);
    } catch (error) {
      this.logger.error({ authority: id, error: messageOf(error) }, "last CRL not signed yet");
    }
    return impact;
  }

  private async below(store: TenantStore, top: Authority): Promise<readonly Authority[]> {
    const all = (await store.authorities.list()).filter(({ status }) => status !== "deleted");
    const found: Authority[] = [all.find(({ id }) => id === top.id) ?? top];
    for (const parent of found)
      found.push(...all.filter(({ parentId, id }) => parentId === parent.id && id !== parent.id));
    return found;
  }

  private async count(store: TenantStore, authority: Authority): Promise<RemovalImpact> {
    const authorities = (await this.below(store, authority)).map(({ id }) => id);
    const now = this.clock.now();
    const templates = (await store.templates.list())
      .filter(({ authorityId }) => authorities.includes(authorityId))
      .map(({ id }) => id);
    const endpoints = (await store.endpoints.list())
      .filter(({ authorityId }) => authorities.includes(authorityId))
      .map(({ id }) => id);
    let certificates = 0;
    for (const authorityId of authorities)
      certificates += await counted((page) =>
        store.certificates.list(
          { authorityId, status: "issued", internal: false, expiresAfter: now },
          page,
        ),
      );
    let liveDeployments = 0;
    for (const templateId of templates)
      liveDeployments += await counted(
        (page) => store.deployments.list({ templateId }, page),
        ({ state }) => state !== "removed" && state !== "failed",
      );
    const more = certificates >= COUNTED || liveDeployments >= COUNTED;
    return {
      ...{ authorities, endpoints, templates, certificates, liveDeployments, more },
      warning: [
        `Deletes ${counting(authorities.length, "CA", "CAs")} (${authorities.join(", ")}):`,
        `${counting(certificates, "live certificate becomes", "live certificates become", more)} useless, and`,
        `${counting(endpoints.length, "SCEP address stops", "SCEP addresses stop")} answering.`,
        `${authorities.length === 1 ? "The identifier is" : "The identifiers are"} not used again.`,
      ].join(" "),
    };
  }
}

const counting = (count: number, one: string, many: string, more = false): string =>
  `${count}${more ? "+" : ""} ${count === 1 ? one : many}`;

/** Nobody who checks its issuer's CRL trusts it any more. */
const revokeOwn = async (
  tx: TenantStore,
  changes: StatusChanges,
  { parentId, certificate }: Authority,
): Promise<void> => {
  if (parentId === undefined || certificate === undefined) return;
  const row = await tx.certificates.bySerial(parentId, parseCertificate(certificate).serial);
  if (row !== undefined) await changes.revoke(row, "cessationOfOperation", undefined);
};

const existing = async (store: TenantStore, id: string): Promise<Authority> => {
  const authority = found(await store.authorities.get(id), "authority", id);
  if (authority.status === "deleted") throw new CountersignError("not_found", `no authority ${id}`);
  return authority;
};

const counted = async <T>(
  list: (page: { readonly limit: number; readonly cursor: string | undefined }) => Promise<{
    readonly items: readonly T[];
    readonly cursor: string | undefined;
  }>,
  counts: (item: T) => boolean = () => true,
): Promise<number> => {
  let total = 0;
  let cursor: string | undefined;
  do {
    const page = await list({ limit: PAGE, cursor });
    total += page.items.filter(counts).length;
    cursor = page.cursor;
  } while (cursor !== undefined && total < COUNTED);
  return total;
};
