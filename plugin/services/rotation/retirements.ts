import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { type Principal, requireScope } from "../../domain/principal.ts";
import { reignAt } from "../../domain/roll-over.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";

/** Who still stands on an authority or an RA. */
export interface Usage {
  /** Devices whose newest live certificate of a template is of it. */
  readonly devices: number;
  /** Endpoints where it serves, or is to. */
  readonly endpoints: readonly string[];
}

/** Retiring authorities, and the count that says when it may be done. */
export class Retirements {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofAuthority(principal: Principal, id: string): Promise<Usage> {
    const store = this.access.open(principal, "authorities:read");
    requireScope(principal, id);
    found(await store.authorities.get(id), "authority", id);
    const endpoints = await this.servedBy(store, (reign) => reign.authorityId === id);
    const devices = await store.certificates.devicesOn({ authorityId: id }, this.clock.now());
    return { devices, endpoints };
  }

  async ofRa(principal: Principal, id: string): Promise<Usage> {
    const store = this.access.open(principal, "configuration:read");
    found(await store.ras.get(id), "RA", id);
    const endpoints = await this.servedBy(store, (reign) => reign.raId === id);
    const devices = await store.certificates.devicesOn({ raId: id }, this.clock.now());
    return { devices, endpoints };
  }

  /** No certificates from now on; CRL and OCSP go on. Throws `conflict` while an endpoint needs it. */
  async retire(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "authorities:manage");
    const endpoints = await this.servedBy(store, (reign) => reign.authorityId === id);
    if (endpoints.length > 0)
      throw new CountersignError("conflict", `endpoints issue by ${id}: ${endpoints.join(", ")}`);
    const authority = found(await store.authorities.get(id), "authority", id);
    if (authority.status !== "active")
      throw new CountersignError("conflict", `authority ${id} is ${authority.status}`);
    await store.run((tx) => this.retireIn(tx, principal, authority));
  }

  /** In the caller's transaction, and without asking who needs it. */
  async retireIn(tx: TenantStore, principal: Principal, authority: Authority): Promise<void> {
    await tx.authorities.update({
      ...authority,
      status: "retired",
      version: authority.version + 1,
    });
    await tx.ledger.append(this.access.entry(principal, "authority.retired", authority.id));
  }

  private async servedBy(
    store: TenantStore,
    by: (reign: { readonly authorityId: string; readonly raId: string | undefined }) => boolean,
  ): Promise<readonly string[]> {
    const now = this.clock.now();
    const serves = (endpoint: Endpoint): boolean => {
      const reign = reignAt(endpoint, now);
      return by(reign) || (reign.next !== undefined && by(reign.next));
    };
    return (await store.endpoints.list()).filter(serves).map(({ id }) => id);
  }
}
