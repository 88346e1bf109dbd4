import { CountersignError } from "../errors.ts";
import type { CrlScope } from "../domain/crl-scope.ts";
import type { Tenant, TenantId } from "../domain/tenant.ts";
import type { Directory, TenantStore } from "../ports/stores.ts";
import { fromBlob, fromMillis, toBlob, toMillis, type Millis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import type { GroupCommit } from "./enrolling/group-commit.ts";
import { listKey, scopeOfKey } from "./crl-key.ts";
import type { Value } from "./statements.ts";
import { openTenantStore } from "./tenant-store.ts";

const TENANTS = "countersign_tenants";
const SETTINGS = "countersign_settings";
/** Far below what a statement may name. */
const SCOPES_AT_ONCE = 1000;

interface ListRow {
  readonly tenant: TenantId;
  readonly authority_id: string;
}

/** The door that is not bound to a tenant; see `Directory`. `createTenant` throws `conflict` for a taken id. */
export class TenantDirectory implements Directory {
  constructor(
    private readonly session: Session,
    private readonly commit: GroupCommit,
  ) {}

  async tenants(): Promise<readonly Tenant[]> {
    const rows = await this.session.read(
      (db) =>
        db(TENANTS).orderBy(["created_at", "id"]) as PromiseLike<
          { readonly id: string; readonly name: string; readonly created_at: Millis }[]
        >,
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: fromMillis(row.created_at),
    }));
  }

  createTenant({ id, name, createdAt }: Tenant): Promise<void> {
    return this.session.write(async (db) => {
      const inserted = (await db(TENANTS)
        .insert({ id, name, created_at: toMillis(createdAt) })
        .onConflict()
        .ignore()
        .returning("id")) as unknown[];
      if (inserted.length === 0)
        throw new CountersignError("conflict", `there is a tenant ${id} already`);
    });
  }

  async tenantOfEndpoint(endpointId: string): Promise<TenantId | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db("countersign_endpoints").where("id", endpointId).select("tenant") as PromiseLike<
          { readonly tenant: TenantId }[]
        >,
    );
    return row?.tenant;
  }

  async tenantOfHookAdapter(adapterId: string): Promise<TenantId | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db("countersign_hook_adapters").where("id", adapterId).select("tenant") as PromiseLike<
          { readonly tenant: TenantId }[]
        >,
    );
    return row?.tenant;
  }

  tenantsDue(now: Date): Promise<readonly TenantId[]> {
    const at = toMillis(now);
    return this.#tenantsWith([
      [
        "countersign_outbox where due_at <= ? and (lease_until is null or lease_until <= ?)",
        [at, at],
      ],
      ["countersign_certificates where status = 'reserved' and lease_until <= ?", [at]],
      ["countersign_certificates where hold_until is not null and hold_until <= ?", [at]],
    ]);
  }

  tenantsRotating(now: Date, raEnd: Date): Promise<readonly TenantId[]> {
    const at = toMillis(now);
    return this.#tenantsWith([
      ["countersign_ras where retired_at is null and not_after <= ?", [toMillis(raEnd)]],
      ["countersign_endpoints where next_action_at <= ?", [at]],
      ["countersign_roll_overs where due_at is not null and due_at <= ?", [at]],
    ]);
  }

  tenantsToSweep(now: Date): Promise<readonly TenantId[]> {
    const at = toMillis(now);
    return this.#tenantsWith([
      [
        "countersign_deployments where next_action_at <= ? and (lease_until is null or lease_until <= ?)",
        [at, at],
      ],
      ["countersign_deployments where next_action_at is null and state <> 'removed'", []],
    ]);
  }

  async tenantsToRenew(now: Date): Promise<readonly TenantId[]> {
    // A look into the index for each tenant; the literals let the partial indexes serve it.
    const rows = await this.session.rows<{ readonly id: TenantId }>(
      `select t.id from countersign_tenants t
       where exists (select 1 from countersign_deployments d where d.tenant = t.id and d.renew_at <= ?)
          or exists (select 1 from countersign_renewal_groups g where g.tenant = t.id and g.state = 'running')
          or exists (select 1 from countersign_template_moves m where m.tenant = t.id and m.state = 'running')
          or exists (select 1 from countersign_distribution_walks w where w.tenant = t.id and w.state = 'running')
          or exists (select 1 from countersign_distribution_targets x where x.tenant = t.id and x.due_at <= ?)
       order by t.id`,
      [toMillis(now), toMillis(now)],
    );
    return rows.map(({ id }) => id);
  }

  async listsDue(before: Date): Promise<readonly (CrlScope & { readonly tenant: TenantId })[]> {
    const rows = await this.session.rows<ListRow>(
      `select distinct tenant, authority_id from (
         select tenant, authority_id from countersign_crl_states where dirty > published
         union all select tenant, authority_id from countersign_crls where this_update <= ? and authority_id not like '%+delta') due`,
      [toMillis(before)],
    );
    return rows.map((row) => ({ tenant: row.tenant, ...scopeOfKey(row.authority_id) }));
  }

  async statusRevisions(
    scopes: readonly (CrlScope & { readonly tenant: TenantId })[],
  ): Promise<readonly number[]> {
    const keys = scopes.map((scope) => [scope.tenant, listKey(scope)] as const);
    const found = new Map<string, number>();
    for (let start = 0; start < keys.length; start += SCOPES_AT_ONCE) {
      const some = keys.slice(start, start + SCOPES_AT_ONCE);
      const rows = await this.session.read(
        (db) =>
          db("countersign_crl_states")
            .whereIn(
              ["tenant", "authority_id"],
              some.map((key) => [...key]),
            )
            .select("tenant", "authority_id", "dirty") as PromiseLike<
            (ListRow & { readonly dirty: Millis })[]
          >,
      );
      for (const row of rows) found.set(`${row.tenant}/${row.authority_id}`, Number(row.dirty));
    }
    return keys.map((key) => found.get(key.join("/")) ?? 0);
  }

  tenantsUnsealed(): Promise<readonly TenantId[]> {
    return this.#tenantsWith([
      ["countersign_ledger where sequence is null", []],
      ["countersign_ledger_chains where signed_sequence < sequence", []],
    ]);
  }

  open(tenant: TenantId): TenantStore {
    return openTenantStore(this.session, tenant, this.commit);
  }

  async setting(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = await this.#setting(name);
    if (known !== undefined) return known;
    const made = await make();
    await this.session.write((db) =>
      db(SETTINGS)
        .insert({ name, value: toBlob(made) })
        .onConflict()
        .ignore(),
    );
    // Not `made`: another node may have been first.
    const stored = await this.#setting(name);
    if (stored === undefined)
      throw new CountersignError("internal", `the setting ${name} was not stored`);
    return stored;
  }

  /**
   * Tenants with a row in one of these, sorted. Not by `union`, for which SQLite reads whole tables in the order of their tenants; conditions
   * of partial indexes are literals, so that these serve them.
   */
  async #tenantsWith(
    sources: readonly (readonly [from: string, values: readonly Value[]])[],
  ): Promise<readonly TenantId[]> {
    const each = sources.map(([from]) => `select tenant from ${from}`).join(" union all ");
    const rows = await this.session.rows<{ readonly tenant: TenantId }>(
      `select distinct tenant from (${each}) due`,
      sources.flatMap(([, values]) => values),
    );
    return rows.map(({ tenant }) => tenant).sort();
  }

  async #setting(name: string): Promise<Uint8Array | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db(SETTINGS).where({ name }).select("value") as PromiseLike<
          { readonly value: Uint8Array }[]
        >,
    );
    return row === undefined ? undefined : fromBlob(row.value);
  }
}
