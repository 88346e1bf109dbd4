import type { Authority } from "../domain/authority.ts";
import type { ShapeExtras } from "../domain/console/extras.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { AuthorityStore } from "../ports/stores.ts";
import {
  fromBlob,
  fromBlobOrNull,
  fromFlag,
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toBlob,
  toBlobOrNull,
  toFlag,
  toMillis,
  toMillisOrNull,
  type Flag,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import { Rows, type Mapping } from "./base/rows.ts";
import type { Session } from "./base/session.ts";

interface AuthorityRow {
  readonly id: string;
  readonly name: string;
  readonly kind: Authority["kind"];
  readonly status: Authority["status"];
  readonly parent_id: string | null;
  readonly subject: string;
  readonly key_algorithm: Authority["keyAlgorithm"];
  readonly signature: "pkcs1" | "pss" | null;
  readonly key_ref: string | null;
  readonly public_key: Uint8Array;
  readonly certificate: Uint8Array | null;
  readonly past_certificates: string | null;
  readonly csr: Uint8Array | null;
  readonly subject_key_id: string;
  readonly not_before: Millis | null;
  readonly not_after: Millis | null;
  readonly public_url: string;
  readonly crl_enabled: Flag;
  readonly ocsp_enabled: Flag;
  readonly single: Flag;
  readonly crl_shards: number;
  readonly delta_crl: Flag;
  readonly ocsp_key_algorithm: Authority["ocspKeyAlgorithm"];
  readonly ocsp_responder: string | null;
  readonly outside: string | null;
  readonly profiles: string | null;
  readonly shape_extras: string | null;
  readonly deleted_at: Millis | null;
  readonly ended_at: Millis | null;
  readonly version: number;
  readonly created_at: Millis;
}

const mapping: Mapping<Authority, AuthorityRow> = {
  table: "countersign_authorities",
  toRow: (authority) => ({
    id: authority.id,
    name: authority.name,
    kind: authority.kind,
    status: authority.status,
    parent_id: orNull(authority.parentId),
    subject: authority.subject,
    key_algorithm: authority.keyAlgorithm,
    signature: orNull(authority.signature),
    key_ref: orNull(authority.keyRef),
    public_key: toBlob(authority.publicKey),
    certificate: toBlobOrNull(authority.certificate),
    past_certificates: toJson(authority.pastCertificates),
    csr: toBlobOrNull(authority.csr),
    subject_key_id: authority.subjectKeyId,
    not_before: toMillisOrNull(authority.notBefore),
    not_after: toMillisOrNull(authority.notAfter),
    public_url: authority.publicUrl,
    crl_enabled: toFlag(authority.crlEnabled),
    ocsp_enabled: toFlag(authority.ocspEnabled),
    single: toFlag(authority.single),
    crl_shards: authority.crlShards,
    delta_crl: toFlag(authority.deltaCrl),
    ocsp_key_algorithm: authority.ocspKeyAlgorithm,
    ocsp_responder: authority.ocspResponder === undefined ? null : toJson(authority.ocspResponder),
    outside: authority.outside === undefined ? null : toJson(authority.outside),
    profiles: authority.profiles === undefined ? null : toJson(authority.profiles),
    shape_extras: authority.shapeExtras === undefined ? null : toJson(authority.shapeExtras),
    deleted_at: toMillisOrNull(authority.deletedAt),
    ended_at: toMillisOrNull(authority.endedAt),
    version: authority.version,
    created_at: toMillis(authority.createdAt),
  }),
  fromRow: (row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    status: row.status,
    parentId: orUndefined(row.parent_id),
    subject: row.subject,
    keyAlgorithm: row.key_algorithm,
    signature: orUndefined(row.signature),
    keyRef: orUndefined(row.key_ref),
    publicKey: fromBlob(row.public_key),
    certificate: fromBlobOrNull(row.certificate),
    pastCertificates:
      row.past_certificates === null ? [] : (fromJson(row.past_certificates) as Uint8Array[]),
    csr: fromBlobOrNull(row.csr),
    subjectKeyId: row.subject_key_id,
    notBefore: fromMillisOrNull(row.not_before),
    notAfter: fromMillisOrNull(row.not_after),
    publicUrl: row.public_url,
    crlEnabled: fromFlag(row.crl_enabled),
    ocspEnabled: fromFlag(row.ocsp_enabled),
    single: fromFlag(row.single),
    crlShards: row.crl_shards,
    deltaCrl: fromFlag(row.delta_crl),
    ocspKeyAlgorithm: row.ocsp_key_algorithm,
    ocspResponder:
      row.ocsp_responder === null
        ? undefined
        : (fromJson(row.ocsp_responder) as NonNullable<Authority["ocspResponder"]>),
    outside:
      row.outside === null
        ? undefined
        : (fromJson(row.outside) as NonNullable<Authority["outside"]>),
    profiles: row.profiles === null ? undefined : (fromJson(row.profiles) as string[]),
    shapeExtras:
      row.shape_extras === null ? undefined : (fromJson(row.shape_extras) as ShapeExtras),
    deletedAt: fromMillisOrNull(row.deleted_at),
    endedAt: fromMillisOrNull(row.ended_at),
    version: row.version,
    createdAt: fromMillis(row.created_at),
  }),
};

/** The authorities of one tenant; see `AuthorityStore`. */
export class Authorities implements AuthorityStore {
  readonly #rows: Rows<Authority, AuthorityRow>;

  constructor(session: Session, tenant: TenantId) {
    this.#rows = new Rows(session, tenant, mapping);
  }

  insert(authority: Authority): Promise<void> {
    return this.#rows.insert(authority);
  }

  update(authority: Authority): Promise<void> {
    return this.#rows.replace(authority);
  }

  get(id: string): Promise<Authority | undefined> {
    return this.#rows.get(id);
  }

  list(): Promise<readonly Authority[]> {
    return this.#rows.all();
  }
}
