import { inject } from "tsyringe";
import { authorize, type Principal } from "../../domain/principal.ts";
import { type Tenant, TENANT_ID, type TenantId } from "../../domain/tenant.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Directory } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";

/** Tenants are made by the installation operator alone. */
export class Tenants {
  /** Tenants are never deleted. */
  private readonly known = new Set<TenantId>();

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(principal: Principal): Promise<readonly Tenant[]> {
    authorize(principal, "tenants:manage");
    return this.directory.tenants();
  }

  /** Throws `not_found` unless this tenant exists: a store opens for any name, so what a hook or a token names is checked first. */
  async require(id: TenantId): Promise<void> {
    if (this.known.has(id)) return;
    if (!(await this.directory.tenants()).some((tenant) => tenant.id === id))
      throw new CountersignError("not_found", `no tenant ${id}`);
    this.known.add(id);
  }

  /** Throws `conflict` for a taken id. */
  async create(
    principal: Principal,
    input: { readonly id: string; readonly name?: string },
  ): Promise<Tenant> {
    authorize(principal, "tenants:manage");
    if (!TENANT_ID.test(input.id)) {
      throw new CountersignError("invalid_input", "the tenant id is not valid", {
        issues: [{ path: "id", message: "2 to 40 lower-case letters, digits and single hyphens" }],
      });
    }
    const now = this.clock.now();
    const tenant: Tenant = { id: input.id, name: input.name ?? input.id, createdAt: now };
    await this.directory.createTenant(tenant);
    await this.directory.open(tenant.id).ledger.append({
      event: "tenant.created",
      principal: principal.id,
      at: now,
      subjectId: tenant.id,
      data: { name: tenant.name },
    });
    return tenant;
  }
}
