import { inject } from "tsyringe";
import { type Cap, capOfAuthority, type CapSubject } from "../../domain/cap.ts";
import type { LedgerEntry } from "../../domain/events.ts";
import { authorize, type Principal, requireScope } from "../../domain/principal.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import { COUNTED_TO } from "../../ports/counts.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";
import { ActiveCounts } from "./active-counts.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { activeAuthorities, requireAuthorityRoom } from "./authority-room.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { Tenants } from "../access/tenants.ts";

/** How many are active, and how many may be; `cap` is undefined where there is none. */
export interface CapView {
  readonly active: number;
  readonly cap: number | undefined;
}

/** The cap of an authority. */
export interface AuthorityCapView extends CapView {
  readonly version: number;
}

/** The caps of a tenant (O-02). */
export interface TenantCapsView {
  readonly version: number;
  /** Without a cap, counting stops at one more than this; with one, a greater number may be five minutes old. */
  readonly countedTo: number;
  /** Certificates of subscribers; those of CAs, RAs and responders do not count. */
  readonly certificates: CapView;
  /** CAs with a key here. */
  readonly authorities: CapView;
  /** Authorities that have a cap of their own. */
  readonly byAuthority: readonly (CapView & { readonly id: string })[];
}

/** What an operator may set; null takes a cap away. */
export interface TenantCapsInput {
  readonly certificates?: number | null | undefined;
  readonly authorities?: number | null | undefined;
}

/** Caps on active certificates and authorities. A tenant's are the installation operator's to set, an authority's its administrators'. */
export class Caps {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(Tenants) private readonly tenants: Tenants,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
    @inject(ActiveCounts) private readonly counts: ActiveCounts,
  ) {}

  async show(principal: Principal): Promise<TenantCapsView> {
    return this.view(this.access.open(principal, "configuration:read"));
  }

  async ofAuthority(principal: Principal, id: string): Promise<AuthorityCapView> {
    const store = this.access.open(principal, "authorities:read");
    requireScope(principal, id);
    found(await store.authorities.get(id), "authority", id);
    return {
      ...(await this.certificates(store, await store.caps.list(), id)),
      version: await store.caps.version([capOfAuthority(id)]),
    };
  }

  /**
   * Null takes the cap away. Throws `invalid_input` for an authority that issues elsewhere, or not to end entities; `precondition_failed`
   * for another `version`.
   */
  async setOfAuthority(
    principal: Principal,
    id: string,
    most: number | null,
    version?: number,
  ): Promise<AuthorityCapView> {
    const store = this.access.open(principal, "authorities:manage");
    const authority = found(await store.authorities.get(id), "authority", id);
    if (authority.kind !== "issuing")
      throw new CountersignError("invalid_input", `only an issuing CA has a cap; ${id} is none`, {
        issues: [{ path: "certificates", message: "only an issuing CA has a cap" }],
      });
    const subject = capOfAuthority(id);
    await this.change(
      store,
      this.access.entry(principal, "cap.changed", id, {}),
      [[subject, most]],
      { of: [subject], seen: version },
    );
    return this.ofAuthority(principal, id);
  }

  /** For the installation operator. Throws `forbidden`, `not_found`. */
  async ofTenant(principal: Principal, tenant: TenantId): Promise<TenantCapsView> {
    return this.view(await this.open(principal, tenant));
  }

  /** For the installation operator; what is not named stays. Throws `forbidden`, `not_found`, `precondition_failed`. */
  async setOfTenant(
    principal: Principal,
    tenant: TenantId,
    { certificates, authorities }: TenantCapsInput,
    version?: number,
  ): Promise<TenantCapsView> {
    const store = await this.open(principal, tenant);
    const named = [
      ["certificates", certificates],
      ["authorities", authorities],
    ] as const;
    await this.change(
      store,
      this.access.entry(principal, "cap.changed", tenant, {}),
      named.flatMap(([subject, most]) => (most === undefined ? [] : [[subject, most]])),
      { of: OF_TENANT, seen: version },
    );
    return this.view(store);
  }

  /** Throws `cap_reached` unless so many authorities more may be made. */
  requireAuthorityRoom(principal: Principal, more: number): Promise<void> {
    const store = this.access.open(principal, "authorities:manage");
    return requireAuthorityRoom(store, this.clock.now(), more);
  }

  private async open(principal: Principal, tenant: TenantId): Promise<TenantStore> {
    authorize(principal, "tenants:manage");
    await this.tenants.require(tenant);
    return this.directory.open(tenant);
  }

  private async change(
    store: TenantStore,
    entry: LedgerEntry,
    changes: readonly (readonly [CapSubject, number | null])[],
    version: { readonly of: readonly CapSubject[]; readonly seen: number | undefined },
  ): Promise<void> {
    const now = this.clock.now();
    await store.run(async (tx) => {
      sameVersion(await tx.caps.version(version.of), version.seen);
      const before = await tx.caps.list();
      const data: Record<string, LedgerEntry["data"]> = {};
      for (const [subject, most] of changes) {
        await tx.caps.set(subject, most ?? undefined, now);
        const kind = subject === "authorities" ? subject : "certificates";
        data[kind] = { from: mostOf(before, subject) ?? null, to: most };
      }
      await tx.ledger.append({ ...entry, data });
    });
    this.runtimes.forgetAll();
  }

  private async view(store: TenantStore): Promise<TenantCapsView> {
    const now = this.clock.now();
    const [caps, authorities] = await Promise.all([store.caps.list(), store.authorities.list()]);
    const capped = authorities.filter(
      ({ id, status }) => status !== "deleted" && mostOf(caps, capOfAuthority(id)) !== undefined,
    );
    return {
      countedTo: COUNTED_TO,
      version: await store.caps.version(OF_TENANT),
      certificates: await this.certificates(store, caps, undefined),
      authorities: {
        active: activeAuthorities(authorities, now),
        cap: mostOf(caps, "authorities"),
      },
      byAuthority: await Promise.all(
        capped.map(async ({ id }) => ({ id, ...(await this.certificates(store, caps, id)) })),
      ),
    };
  }

  private async certificates(
    store: TenantStore,
    caps: readonly Cap[],
    authorityId: string | undefined,
  ): Promise<CapView> {
    const subject = authorityId === undefined ? "certificates" : capOfAuthority(authorityId);
    const cap = mostOf(caps, subject);
    return { active: await this.counts.of(store, authorityId, cap), cap };
  }
}

/** What a tenant's operator sets. */
const OF_TENANT: readonly CapSubject[] = ["certificates", "authorities"];

const mostOf = (caps: readonly Cap[], subject: CapSubject): number | undefined =>
  caps.find((cap) => cap.subject === subject)?.most;
