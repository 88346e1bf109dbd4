import { CountersignError } from "../errors.ts";
import type { CrlScope } from "../domain/crl-scope.ts";
import type { Tenant, TenantId } from "../domain/tenant.ts";
import type { Directory, TenantStore } from "../ports/stores.ts";
import { fromBlob, fromMillis, toBlob, toMillis, type Millis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import type { GroupCommit } from "./enrolling/group-commit.ts";
import { listKey, scopeOfKey } from "./crl-key.ts";
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

  async tenantsDue(now: Date): Promise<readonly TenantId[]> {
    const at = toMillis(now);
    const rows = await this.session.read(
      (db) =>
        db
          .select("tenant")
          .from("countersign_outbox")
          .where("due_at", "<=", at)
          .where((free) => {
            void free.whereNull("lease_until").orWhere("lease_until", "<=", at);
          })
          .union((reserved) => {
            void reserved
              .select("tenant")
              .from("countersign_certificates")
              // Literal, so that the partial index serves it.
              .whereRaw("status = 'reserved'")
              .where("lease_until", "<=", at);
          })
          .union((held) => {
            void held
              .select("tenant")
              .from("countersign_certificates")
              .whereRaw("hold_until is not null")
              .where("hold_until", "<=", at);
          }) as PromiseLike<{ readonly tenant: TenantId }[]>,
    );
    return rows.map(({ tenant }) => tenant).sort();
  }

  async tenantsRotating(now: Date, raEnd: Date): Promise<readonly TenantId[]> {
    const at = toMillis(now);
    const rows = await this.session.read(
      (db) =>
        db
          .select("tenant")
          .from("countersign_ras")
          .whereNull("retired_at")
          .where("not_after", "<=", toMillis(raEnd))
          .union([
            (due) => {
              void due
                .select("tenant")
                .from("countersign_endpoints")
                .where("next_action_at", "<=", at);
            },
            (due) => {
              void due
                .select("tenant")
                .from("countersign_roll_overs")
                // Literal, so that the partial index serves it.
                .whereRaw("due_at is not null")
                .where("due_at", "<=", at);
            },
          ]) as PromiseLike<{ readonly tenant: TenantId }[]>,
    );
    return rows.map(({ tenant }) => tenant).sort();
  }

  async tenantsToSweep(now: Date): Promise<readonly TenantId[]> {
    const at = toMillis(now);
    const rows = await this.session.read(
      (db) =>
        db
          .select("tenant")
          .from("countersign_deployments")
          .where("next_action_at", "<=", at)
          .where((free) => {
            void free.whereNull("lease_until").orWhere("lease_until", "<=", at);
          })
          .union((restless) => {
            void restless
              .select("tenant")
              .from("countersign_deployments")
              // Literal, so that the partial index serves it.
              .whereRaw("next_action_at is null and state <> 'removed'");
          }) as PromiseLike<{ readonly tenant: TenantId }[]>,
    );
    return rows.map(({ tenant }) => tenant).sort();
  }

  async tenantsToRenew(now: Date): Promise<readonly TenantId[]> {
    // A look into the index for each tenant; the literals let the partial indexes serve it.
    const rows = await this.session.rows<{ readonly id: TenantId }>(
      `select t.id from countersign_tenants t
       where exists (select 1 from countersign_deployments d where d.tenant = t.id and d.renew_at <= ?)
          or exists (select 1 from countersign_renewal_groups g where g.tenant = t.id and g.state = 'running')
          or exists (select 1 from countersign_template_moves m where m.tenant = t.id and m.state = 'running')
       order by t.id`,
      [toMillis(now)],
    );
    return rows.map(({ id }) => id);
  }

  async listsDue(before: Date): Promise<readonly (CrlScope & { readonly tenant: TenantId })[]> {
    const rows = await this.session.read(
      (db) =>
        db
          .select("tenant", "authority_id")
          .from("countersign_crl_states")
          // Literal, so that the partial index serves it.
          .whereRaw("dirty > published")
          .union((old) => {
            void old
              .select("tenant", "authority_id")
              .from("countersign_crls")
              .where("this_update", "<=", toMillis(before))
              .where("authority_id", "not like", "%+delta");
          }) as PromiseLike<ListRow[]>,
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

  async tenantsUnsealed(): Promise<readonly TenantId[]> {
    const rows = await this.session.read(
      (db) =>
        db
          .select("tenant")
          .from("countersign_ledger")
          // Literal, so that the partial index serves it.
          .whereRaw("sequence is null")
          .union((unsigned) => {
            void unsigned
              .select("tenant")
              .from("countersign_ledger_chains")
              .whereRaw("signed_sequence < sequence");
          }) as PromiseLike<{ readonly tenant: TenantId }[]>,
    );
    return rows.map(({ tenant }) => tenant).sort();
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
