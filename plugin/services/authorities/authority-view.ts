import { isMlDsa, type KeyAlgorithm } from "../../domain/algorithm.ts";
import {
  type Authority,
  type AuthorityKind,
  type AuthorityStatus,
  oneCaCertificatePath,
  statusAt,
} from "../../domain/authority.ts";
import { badgeOf, type ExpiryBadge } from "../../domain/expiry-badge.ts";
import { signingLabelOf } from "../../domain/signing-label.ts";
import type { OutsideServerType } from "../../domain/outside-authority.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { sha1Fingerprint, sha256Fingerprint } from "../../pki/fingerprint.ts";
import { providerOf } from "../../ports/keys.ts";
import { validCertificates } from "../signing/ca-chain.ts";
import type { CertificateDetails } from "../certificates/certificate-details.ts";
import { statusUrls } from "../signing/ca-certificates.ts";
import { crlUrls, scopesOf } from "../status/crl-builder.ts";

/** One certificate of an authority, and where anybody gets it. */
export interface CaCertificateView {
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly fingerprintSha256: string;
  readonly url: string;
}

/** An authority as API, CLI and console show it. Fingerprints: hex without colons over the DER. */
export interface AuthorityView {
  readonly id: string;
  readonly name: string;
  readonly kind: AuthorityKind;
  readonly status: AuthorityStatus;
  readonly parentId: string | undefined;
  readonly subject: string;
  readonly keyAlgorithm: KeyAlgorithm;
  /** As in the pick list of signing keys: key, way of signing and hash. */
  readonly signingKey: string;
  readonly keyStore: string | undefined;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  /** Of `notAfter` (O-07). */
  readonly badge: ExpiryBadge | undefined;
  readonly serial: string | undefined;
  readonly fingerprintSha256: string | undefined;
  readonly fingerprintSha1: string | undefined;
  readonly subjectKeyId: string;
  readonly publicUrl: string;
  readonly urls: {
    /** Of the first shard. */
    readonly crl: string | undefined;
    /** Of every shard; empty while the CRL is off. */
    readonly crls: readonly string[];
    readonly deltas: readonly string[];
    readonly ocsp: string | undefined;
    readonly caIssuers: string;
  };
  /** All that are valid and of this key, the one that is used first. */
  readonly certificates: readonly CaCertificateView[];
  /** Whether a renewal waits for its certificate from an outside root. */
  readonly renewing: boolean;
  readonly crlEnabled: boolean;
  readonly ocspEnabled: boolean;
  /** Ids of the profiles it may issue by; undefined: not restricted. */
  readonly profiles: readonly string[] | undefined;
  readonly crlShards: number;
  readonly deltaCrl: boolean;
  readonly ocspKeyAlgorithm: KeyAlgorithm;
  readonly single: boolean;
  /** Of an outside authority: where devices call it, and whether profiles carry an enrolment code. */
  readonly outside:
    | { readonly serverType: OutsideServerType; readonly url: string; readonly codeSet: boolean }
    | undefined;
  /** Since when a retired one signs no lists and answers no OCSP requests any more. */
  readonly endedAt: Date | undefined;
  readonly warnings: readonly string[];
  readonly version: number;
  readonly createdAt: Date;
}

/** One authority with all that its certificate says. */
export interface AuthorityDetails extends AuthorityView {
  /** Undefined while it waits for its certificate. */
  readonly details: CertificateDetails | undefined;
  /** Where devices ask for its certificates by SCEP. */
  readonly scepUrls: readonly string[];
}

const SINGLE_WARNING =
  "One key signs certificates and opens SCEP envelopes: use this for appliances only";
const ED25519_WARNING =
  "Apple, Windows and Android verify no chain that is signed with Ed25519: use it for clients that you know";
const ML_DSA_WARNING =
  "ML-DSA is experimental: no device platform verifies it yet, and its certificates may have to be made anew";
const PSS_WARNING =
  "Apple's clients refuse chains that are signed with RSA-PSS: use it only where no iPhone, iPad or Mac is to trust it.";

export const viewOf = (tenant: TenantId, authority: Authority, now: Date): AuthorityView => {
  const { certificate } = authority;
  const lists = authority.crlEnabled
    ? scopesOf(authority).map(({ shard }) => crlUrls(tenant, authority, shard))
    : [];
  return {
    id: authority.id,
    name: authority.name,
    kind: authority.kind,
    status: statusAt(authority, now),
    parentId: authority.parentId,
    subject: authority.subject,
    keyAlgorithm: authority.keyAlgorithm,
    signingKey: signingLabelOf(authority.keyAlgorithm, authority.signature ?? "pkcs1"),
    keyStore: authority.keyRef === undefined ? undefined : providerOf(authority.keyRef),
    notBefore: authority.notBefore,
    notAfter: authority.notAfter,
    badge: authority.notAfter && badgeOf(authority.notAfter, now),
    serial: certificate === undefined ? undefined : parseCertificate(certificate).serial,
    fingerprintSha256: certificate === undefined ? undefined : sha256Fingerprint(certificate),
    fingerprintSha1: certificate === undefined ? undefined : sha1Fingerprint(certificate),
    subjectKeyId: authority.subjectKeyId,
    publicUrl: authority.publicUrl,
    urls: {
      ...statusUrls({ tenant, authority }),
      crls: lists.map(({ complete }) => complete),
      deltas: authority.deltaCrl ? lists.map(({ delta }) => delta) : [],
    },
    certificates: validCertificates(authority, now).map((der) => {
      const { serial, notBefore, notAfter } = parseCertificate(der);
      const url = authority.publicUrl + oneCaCertificatePath(tenant, authority, serial);
      return { serial, notBefore, notAfter, fingerprintSha256: sha256Fingerprint(der), url };
    }),
    renewing: authority.status === "active" && authority.csr !== undefined,
    crlEnabled: authority.crlEnabled,
    ocspEnabled: authority.ocspEnabled,
    profiles: authority.profiles,
    crlShards: authority.crlShards,
    deltaCrl: authority.deltaCrl,
    ocspKeyAlgorithm: authority.ocspKeyAlgorithm,
    single: authority.single,
    outside: authority.outside && {
      serverType: authority.outside.serverType,
      url: authority.outside.url,
      codeSet: authority.outside.code !== undefined,
    },
    endedAt: authority.endedAt,
    warnings: [
      ...(authority.single ? [SINGLE_WARNING] : []),
      ...(authority.signature === "pss" ? [PSS_WARNING] : []),
      ...(authority.keyAlgorithm === "ed25519" ? [ED25519_WARNING] : []),
      ...(isMlDsa(authority.keyAlgorithm) ? [ML_DSA_WARNING] : []),
    ],
    version: authority.version,
    createdAt: authority.createdAt,
  };
};
