import type { TenantId } from "../domain/tenant.ts";
import type { Page, PageRequest } from "../ports/paging.ts";
import type { PendingRequest, PendingStore } from "../ports/challenge-store.ts";
import {
  fromBlob,
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toBlob,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface PendingRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly transaction_id: string;
  readonly signer_key: string;
  readonly csr: Uint8Array;
  readonly template_id: string;
  readonly device_id: string;
  readonly subject_source: string;
  readonly replaces: string | null;
  readonly state: PendingRequest["state"];
  readonly created_at: Millis;
  readonly expires_at: Millis;
  readonly decided_by: string | null;
  readonly decided_at: Millis | null;
  readonly reason: string | null;
  readonly certificate_id: string | null;
  readonly requested_by: string | null;
}

const mapping: Mapping<PendingRequest, PendingRow> = {
  table: "countersign_pending",
  toRow: (request) => ({
    id: request.id,
    endpoint_id: request.endpointId,
    transaction_id: request.transactionId,
    signer_key: request.signerKey,
    csr: toBlob(request.csr),
    template_id: request.templateId,
    device_id: request.deviceId,
    subject_source: request.subjectSource,
    replaces: orNull(request.replaces),
    state: request.state,
    created_at: toMillis(request.createdAt),
    expires_at: toMillis(request.expiresAt),
    decided_by: orNull(request.decidedBy),
    decided_at: toMillisOrNull(request.decidedAt),
    reason: orNull(request.reason),
    certificate_id: orNull(request.certificateId),
    requested_by: orNull(request.requestedBy),
  }),
  fromRow: (row) => ({
    id: row.id,
    endpointId: row.endpoint_id,
    transactionId: row.transaction_id,
    signerKey: row.signer_key,
    csr: fromBlob(row.csr),
    templateId: row.template_id,
    deviceId: row.device_id,
    subjectSource: row.subject_source,
    replaces: orUndefined(row.replaces),
    state: row.state,
    createdAt: fromMillis(row.created_at),
    expiresAt: fromMillis(row.expires_at),
    decidedBy: orUndefined(row.decided_by),
    decidedAt: fromMillisOrNull(row.decided_at),
    reason: orUndefined(row.reason),
    certificateId: orUndefined(row.certificate_id),
    requestedBy: orUndefined(row.requested_by),
  }),
};

/** Requests that wait for approval; see `PendingStore`. */
export class Pending implements PendingStore {
  readonly #rows: Rows<PendingRequest, PendingRow>;

  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(request: PendingRequest): Promise<void> {
    return this.#rows.insert(request);
  }

  get(id: string): Promise<PendingRequest | undefined> {
    return this.#rows.get(id);
  }

  find(
    endpointId: string,
    transactionId: string,
    signerKey: string,
  ): Promise<PendingRequest | undefined> {
    return this.#rows.one((query) =>
      query.where({
        endpoint_id: endpointId,
        transaction_id: transactionId,
        signer_key: signerKey,
      }),
    );
  }

  async change(request: PendingRequest, from: PendingRequest["state"]): Promise<boolean> {
    const changed = await this.session.write((db) =>
      db(mapping.table)
        .where({ tenant: this.tenant, id: request.id, state: from })
        .update(mapping.toRow(request)),
    );
    return changed > 0;
  }

  delete(id: string): Promise<boolean> {
    return this.#rows.delete(id);
  }

  list(
    filter: Parameters<PendingStore["list"]>[0],
    page: PageRequest,
  ): Promise<Page<PendingRequest>> {
    return this.#rows.page(page, (query) => {
      if (filter.state !== undefined) query = query.where("state", filter.state);
      if (filter.deviceId !== undefined) query = query.where("device_id", filter.deviceId);
      return query;
    });
  }
}
