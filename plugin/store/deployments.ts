import type { Knex } from "knex";
import type { Deployment } from "../domain/deployment.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { DeploymentFilter, DeploymentStore } from "../ports/device-stores.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { type Find, Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";
import { inChunks, values } from "./enrolling/sql.ts";

interface DeploymentRow {
  readonly id: string;
  readonly device_id: string;
  readonly template_id: string;
  /** Empty where there is none; the column cannot be null. */
  readonly endpoint_id: string;
  readonly state: Deployment["state"] | "pending";
  readonly since: Millis | null;
  readonly next_action_at: Millis | null;
  readonly certificate_id: string | null;
  readonly certificate_ends_at: Millis | null;
  readonly previous_certificate_id: string | null;
  readonly seen_at: Millis | null;
  readonly command_id: string | null;
  readonly attempts: number;
  readonly last_attempt_at: Millis | null;
  readonly deliveries: number;
  readonly reason: Deployment["reason"] | null;
  readonly failure: string | null;
  readonly lease_until: Millis | null;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

const mapping: Mapping<Deployment, DeploymentRow> = {
  table: "countersign_deployments",
  toRow: (deployment) => ({
    id: deployment.id,
    device_id: deployment.deviceId,
    template_id: deployment.templateId,
    endpoint_id: deployment.endpointId ?? "",
    state: deployment.state,
    since: toMillis(deployment.since),
    next_action_at: toMillisOrNull(deployment.nextActionAt),
    certificate_id: orNull(deployment.certificateId),
    certificate_ends_at: toMillisOrNull(deployment.certificateEndsAt),
    previous_certificate_id: orNull(deployment.previousCertificateId),
    seen_at: toMillisOrNull(deployment.seenAt),
    command_id: orNull(deployment.commandId),
    attempts: deployment.attempts,
    last_attempt_at: toMillisOrNull(deployment.lastAttemptAt),
    deliveries: deployment.deliveries,
    reason: orNull(deployment.reason),
    failure: orNull(deployment.failure),
    // Who saves has done what it was claimed for.
    lease_until: null,
    created_at: toMillis(deployment.createdAt),
    updated_at: toMillis(deployment.updatedAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    deviceId: row.device_id,
    templateId: row.template_id,
    endpointId: row.endpoint_id === "" ? undefined : row.endpoint_id,
    // As the version before calls it, which may still run on another node.
    state: row.state === "pending" ? "assigned" : row.state,
    since: fromMillis(row.since ?? row.updated_at),
    nextActionAt: fromMillisOrNull(row.next_action_at),
    certificateId: orUndefined(row.certificate_id),
    certificateEndsAt: fromMillisOrNull(row.certificate_ends_at),
    previousCertificateId: orUndefined(row.previous_certificate_id),
    seenAt: fromMillisOrNull(row.seen_at),
    commandId: orUndefined(row.command_id),
    attempts: row.attempts,
    lastAttemptAt: fromMillisOrNull(row.last_attempt_at),
    deliveries: row.deliveries,
    reason: orUndefined(row.reason),
    failure: orUndefined(row.failure),
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** What a step changes, and the kind of each column for `values`. What identifies a row is not rewritten: its indexes cost as much as the row. */
const CHANGING = [
  ["id", "t"],
  ["endpoint_id", "t"],
  ["state", "t"],
  ["since", "i"],
  ["next_action_at", "i"],
  ["certificate_id", "t"],
  ["certificate_ends_at", "i"],
  ["previous_certificate_id", "t"],
  ["seen_at", "i"],
  ["command_id", "t"],
  ["attempts", "i"],
  ["last_attempt_at", "i"],
  ["deliveries", "i"],
  ["reason", "t"],
  ["failure", "t"],
  ["lease_until", "i"],
  ["updated_at", "i"],
] as const satisfies readonly (readonly [keyof DeploymentRow, "t" | "i"])[];

const updateSql = (rows: number): string => {
  const names = CHANGING.map(([column]) => `c_${column}`);
  const shape = CHANGING.map(([, kind]) => kind).join("");
  const sets = CHANGING.filter(([column]) => column !== "id").map(
    ([column]) => `${column} = c_${column}`,
  );
  return `with changed(${names.join(", ")}) as (${values(shape, rows)})
    update countersign_deployments set ${sets.join(", ")} from changed where tenant = ? and id = c_id`;
};

/** The deployments of one tenant; see `DeploymentStore`. `save` throws `conflict` for a second live one of a template on a device. */
export class Deployments implements DeploymentStore {
  readonly #rows: Rows<Deployment, DeploymentRow>;
  readonly #live: Find<Deployment>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
    this.#live = this.#rows.lookup(["device_id", "template_id"], "state <> 'removed'");
  }

  save(deployment: Deployment): Promise<void> {
    return this.session.write((db) => this.#rows.saveWith(db, deployment));
  }

  async updateAll(deployments: readonly Deployment[]): Promise<void> {
    await this.session.batch((sql) =>
      inChunks(deployments, (chunk) =>
        sql.all(updateSql(chunk.length), [
          ...chunk
            .map((deployment) => mapping.toRow(deployment))
            .flatMap((row) => CHANGING.map(([column]) => row[column] ?? null)),
          this.tenant,
        ]),
      ),
    );
  }

  byIds(ids: readonly string[]): Promise<readonly Deployment[]> {
    return inChunks(ids, (chunk) => this.#rows.byIds(chunk));
  }

  get(id: string): Promise<Deployment | undefined> {
    return this.#rows.get(id);
  }

  find(deviceId: string, templateId: string): Promise<Deployment | undefined> {
    return this.#live(deviceId, templateId);
  }

  list(filter: DeploymentFilter, page: PageRequest): Promise<Page<Deployment>> {
    return this.#rows.page(page, (query) => {
      if (filter.state !== undefined) query = query.where("state", filter.state);
      if (filter.deviceId !== undefined) query = query.where("device_id", filter.deviceId);
      if (filter.templateId !== undefined) query = query.where("template_id", filter.templateId);
      return query;
    });
  }

  claimDue(limit: number, now: Date, leaseUntil: Date): Promise<readonly string[]> {
    const at = toMillis(now);
    return this.session.write(async (db) => {
      const due = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
        query
          .where("tenant", this.tenant)
          .where((time) => {
            void time
              .where("next_action_at", "<=", at)
              // Literal, so that the partial index serves it.
              .orWhereRaw("(next_action_at is null and state <> 'removed')");
          })
          .where((free) => {
            void free.whereNull("lease_until").orWhere("lease_until", "<=", at);
          });
      const ids = await (due(db(mapping.table))
        .orderBy(["next_action_at", "id"])
        .limit(limit)
        // Of two nodes the second waits, and finds them leased.
        .forUpdate()
        .select("id") as PromiseLike<Claimed[]>);
      const claimed = await (due(db(mapping.table))
        .whereIn(
          "id",
          ids.map(({ id }) => id),
        )
        .update({ lease_until: toMillis(leaseUntil) })
        .returning("id") as PromiseLike<Claimed[]>);
      const won = new Set(claimed.map(({ id }) => id));
      return ids.flatMap(({ id }) => (won.has(id) ? [id] : []));
    });
  }
}

interface Claimed {
  readonly id: string;
}
