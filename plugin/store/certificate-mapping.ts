import type { Certificate, HoldCause, RevocationReason } from "../domain/certificate.ts";
import type { SubjectAltName } from "../domain/san.ts";
import {
  fromMillis,
  fromMillisOrNull,
  orNull,
  orUndefined,
  toMillis,
  toMillisOrNull,
  type Millis,
} from "./base/columns.ts";
import { fromJson, toJson } from "./base/json.ts";
import type { Mapping } from "./base/rows.ts";

/** A row of it. */
export interface CertificateRow {
  readonly id: string;
  readonly authority_id: string;
  readonly role: Certificate["role"];
  readonly status: Certificate["status"];
  readonly serial: string;
  readonly subject: string;
  readonly sans: string;
  readonly not_before: Millis;
  readonly not_after: Millis;
  readonly fingerprint_sha256: string | null;
  readonly template_id: string | null;
  readonly template_version: number | null;
  readonly endpoint_id: string | null;
  readonly ra_id: string | null;
  readonly device_id: string | null;
  readonly created_at: Millis;
  readonly issued_at: Millis | null;
  readonly revoked_at: Millis | null;
  readonly revocation_reason: RevocationReason | null;
  readonly invalidity_date: Millis | null;
  readonly hold_causes: string | null;
  readonly hold_until: Millis | null;
}

/** How a certificate stands in its table; the octets are in another one. */
export const certificateMapping: Mapping<Certificate, CertificateRow> = {
  table: "countersign_certificates",
  toRow: (certificate) => ({
    id: certificate.id,
    authority_id: certificate.authorityId,
    role: certificate.role,
    status: certificate.status,
    serial: certificate.serial,
    subject: certificate.subject,
    sans: toJson(certificate.sans),
    not_before: toMillis(certificate.notBefore),
    not_after: toMillis(certificate.notAfter),
    fingerprint_sha256: orNull(certificate.fingerprintSha256),
    template_id: orNull(certificate.templateId),
    template_version: orNull(certificate.templateVersion),
    endpoint_id: orNull(certificate.endpointId),
    ra_id: orNull(certificate.raId),
    device_id: orNull(certificate.deviceId),
    created_at: toMillis(certificate.createdAt),
    issued_at: toMillisOrNull(certificate.issuedAt),
    revoked_at: toMillisOrNull(certificate.revokedAt),
    revocation_reason: orNull(certificate.revocationReason),
    invalidity_date: toMillisOrNull(certificate.invalidityDate),
    hold_causes: certificate.hold?.causes.join(",") ?? null,
    hold_until: toMillisOrNull(certificate.hold?.until),
  }),
  fromRow: (row) => ({
    id: row.id,
    authorityId: row.authority_id,
    role: row.role,
    status: row.status,
    serial: row.serial,
    subject: row.subject,
    sans: fromJson(row.sans) as SubjectAltName[],
    notBefore: fromMillis(row.not_before),
    notAfter: fromMillis(row.not_after),
    fingerprintSha256: orUndefined(row.fingerprint_sha256),
    templateId: orUndefined(row.template_id),
    templateVersion: orUndefined(row.template_version),
    endpointId: orUndefined(row.endpoint_id),
    raId: orUndefined(row.ra_id),
    deviceId: orUndefined(row.device_id),
    createdAt: fromMillis(row.created_at),
    issuedAt: fromMillisOrNull(row.issued_at),
    revokedAt: fromMillisOrNull(row.revoked_at),
    revocationReason: orUndefined(row.revocation_reason),
    invalidityDate: fromMillisOrNull(row.invalidity_date),
    hold:
      row.hold_causes === null
        ? undefined
        : { causes: causesOf(row.hold_causes), until: fromMillisOrNull(row.hold_until) },
  }),
};

const causesOf = (text: string): HoldCause[] => text.split(",") as HoldCause[];
