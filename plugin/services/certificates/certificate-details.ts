import type { Certificate } from "../../domain/certificate.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import type { CertificatePolicy } from "../../domain/template.ts";
import { type TbsCertificate } from "../../pki/certificate.ts";
import { OID } from "../../pki/oids.ts";

/** The 18 details of a certificate (C-06), and its subject. What it does not say is undefined or empty: shown as "none" (C-07). */
export interface CertificateDetails {
  readonly status:
    "issued" | "revoked" | "suspended" | "expired" | "failed" | "reserved" | "preview";
  readonly profileId: string | undefined;
  readonly subject: string;
  readonly serial: string;
  readonly issuer: string;
  readonly validFrom: Date;
  readonly expiry: Date;
  /** `rsa-2048`, `ec-p256` ... */
  readonly publicKeyType: string;
  readonly signatureAlgorithm: string | undefined;
  readonly sans: readonly SubjectAltName[];
  readonly basicConstraints: "CA" | "EndEntity";
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly aiaOcsp: readonly string[];
  readonly aiaCaIssuers: readonly string[];
  readonly authorityKeyIdentifier: string | undefined;
  readonly subjectKeyIdentifier: string | undefined;
  readonly crlDistributionPoints: readonly string[];
  readonly certificatePolicies: readonly CertificatePolicy[];
  /** Object identifiers of the extensions that nothing above is about. */
  readonly otherExtensions: readonly string[];
}

/** Details as they stand in the certificate; status from its row, `preview` without one. */
export const certificateDetails = (
  certificate: TbsCertificate,
  {
    profileId,
    row,
    now,
  }: {
    readonly profileId?: string | undefined;
    readonly row?: Certificate | undefined;
    readonly now?: Date | undefined;
  } = {},
): CertificateDetails => ({
  status: statusOf(row, now),
  profileId,
  subject: formatDn(certificate.subject),
  serial: certificate.serial,
  issuer: formatDn(certificate.issuer),
  validFrom: certificate.notBefore,
  expiry: certificate.notAfter,
  publicKeyType:
    certificate.publicKey.algorithm ??
    `${certificate.publicKey.type} ${certificate.publicKey.bits} bits`,
  signatureAlgorithm: certificate.scheme,
  sans: certificate.sans,
  basicConstraints: certificate.basicConstraints?.cA === true ? "CA" : "EndEntity",
  keyUsages: certificate.keyUsages ?? [],
  extendedKeyUsages: certificate.extendedKeyUsages ?? [],
  aiaOcsp: certificate.ocspUrls ?? [],
  aiaCaIssuers: certificate.caIssuersUrls ?? [],
  authorityKeyIdentifier: certificate.authorityKeyIdentifier,
  subjectKeyIdentifier: certificate.subjectKeyIdentifier,
  crlDistributionPoints: certificate.crlUrls ?? [],
  certificatePolicies: certificate.policies ?? [],
  otherExtensions: certificate.extensions
    .map(({ oid }) => oid)
    .filter((oid) => !TOLD.includes(oid)),
});

/** What the details are read from. */
const TOLD: readonly string[] = [
  ...[OID.subjectAltName, OID.basicConstraints, OID.keyUsage, OID.extKeyUsage],
  ...[OID.authorityInfoAccess, OID.authorityKeyIdentifier, OID.subjectKeyIdentifier],
  ...[OID.crlDistributionPoints, OID.certificatePolicies],
];

const statusOf = (
  row: Certificate | undefined,
  now: Date | undefined,
): CertificateDetails["status"] => {
  if (row === undefined) return "preview";
  if (row.status === "revoked")
    return row.revocationReason === "certificateHold" ? "suspended" : "revoked";
  return row.status === "issued" && now !== undefined && row.notAfter <= now
    ? "expired"
    : row.status;
};

/** The profile a row was issued by hand with; it stands where others name their template. */
export const profileOfRow = ({ templateId }: Certificate): string | undefined =>
  templateId?.startsWith("profile:") === true ? templateId.slice("profile:".length) : undefined;
