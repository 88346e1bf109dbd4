import type { Deployment } from "../domain/deployment.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { DeploymentStore, Page, PageRequest } from "../ports/stores.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface DeploymentRow {
  readonly id: string;
  readonly device_id: string;
  readonly template_id: string;
  readonly endpoint_id: string;
  readonly state: Deployment["state"];
  readonly next_action_at: Millis | null;
  readonly certificate_id: string | null;
  readonly failure: string | null;
  readonly created_at: Millis;
  readonly updated_at: Millis;
}

const mapping: Mapping<Deployment, DeploymentRow> = {
  table: "countersign_deployments",
  toRow: (deployment) => ({
    id: deployment.id,
    device_id: deployment.deviceId,
    template_id: deployment.templateId,
    endpoint_id: deployment.endpointId,
    state: deployment.state,
    next_action_at: toMillisOrNull(deployment.nextActionAt),
    certificate_id: orNull(deployment.certificateId),
    failure: orNull(deployment.failure),
    created_at: toMillis(deployment.createdAt),
    updated_at: toMillis(deployment.updatedAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    deviceId: row.device_id,
    templateId: row.template_id,
    endpointId: row.endpoint_id,
    state: row.state,
    nextActionAt: fromMillisOrNull(row.next_action_at),
    certificateId: orUndefined(row.certificate_id),
    failure: orUndefined(row.failure),
    createdAt: fromMillis(row.created_at),
    updatedAt: fromMillis(row.updated_at),
  }),
};

/** The deployments of one tenant; see `DeploymentStore`. `save` throws `conflict` for a second live one of a template on a device. */
export class Deployments implements DeploymentStore {
  readonly #rows: Rows<Deployment, DeploymentRow>;

  constructor(
    private readonly session: Session,
    tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  save(deployment: Deployment): Promise<void> {
    return this.session.write((db) => this.#rows.saveWith(db, deployment));
  }

  get(id: string): Promise<Deployment | undefined> {
    return this.#rows.get(id);
  }

  find(deviceId: string, templateId: string): Promise<Deployment | undefined> {
    return this.#rows.one((query) =>
      query.where({ device_id: deviceId, template_id: templateId }).whereRaw("state <> 'removed'"),
    );
  }

  list(
    filter: { readonly deviceId?: string | undefined; readonly templateId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<Deployment>> {
    return this.#rows.page(page, (query) => {
      if (filter.deviceId !== undefined) query = query.where("device_id", filter.deviceId);
      if (filter.templateId !== undefined) query = query.where("template_id", filter.templateId);
      return query;
    });
  }
}
