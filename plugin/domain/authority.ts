import {
  type KeyAlgorithm,
  type RsaSignature,
  schemeOfKey,
  type SignatureScheme,
} from "./algorithm.ts";
import type { OutsideAuthority } from "./outside-authority.ts";
import type { ShapeExtras } from "./console/extras.ts";

/**
 * Requirements.md A-01: `external` is a root whose key is elsewhere (certificate only); `outside` issues elsewhere, and devices call its SCEP URL
 * themselves.
 */
export const AUTHORITY_KINDS = ["root", "external", "intermediate", "issuing", "outside"] as const;
export type AuthorityKind = (typeof AUTHORITY_KINDS)[number];

/** `expired` is not stored: `statusAt` derives it. */
export type AuthorityStatus = "active" | "pending" | "expired" | "retired" | "deleted";

/** Identifier pattern N2: in every URL, unique in the tenant, unchangeable. */
export const AUTHORITY_ID = /^[a-z0-9_-]{2,18}$/;

export const OCSP_KEY_ALGORITHMS = [
  "ec-p256",
  "rsa-2048",
] as const satisfies readonly KeyAlgorithm[];
export type OcspKeyAlgorithm = (typeof OCSP_KEY_ALGORITHMS)[number];

/** Key and certificate (DER) of a delegated OCSP responder, and the key before it until no node signs with it any more. */
export interface OcspResponder {
  readonly keyRef: string;
  readonly certificate: Uint8Array;
  readonly before?: { readonly keyRef: string; readonly until: Date } | undefined;
}

export interface Authority {
  readonly id: string;
  readonly name: string;
  readonly kind: AuthorityKind;
  readonly status: Exclude<AuthorityStatus, "expired">;
  readonly parentId: string | undefined;
  /** RFC 4514 text. */
  readonly subject: string;
  readonly keyAlgorithm: KeyAlgorithm;
  /** How an RSA key signs; undefined is PKCS#1 v1.5. */
  readonly signature: RsaSignature | undefined;
  /** Where the CA key is, as `provider:id`; undefined for `external`. */
  readonly keyRef: string | undefined;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** DER; undefined while pending. */
  readonly certificate: Uint8Array | undefined;
  /** Earlier certificates of the same key, newest first, DER; those that have expired may be missing. */
  readonly pastCertificates: readonly Uint8Array[];
  /** DER PKCS#10 of a pending authority, or of one that is being renewed under an outside root. */
  readonly csr: Uint8Array | undefined;
  /** Lower-case hex, 40 characters (RFC 7093 method 1). */
  readonly subjectKeyId: string;
  readonly notBefore: Date | undefined;
  readonly notAfter: Date | undefined;
  /** Public plain-HTTP base URL for CDP, AIA and OCSP, as it was when the authority was made; no trailing slash. */
  readonly publicUrl: string;
  readonly crlEnabled: boolean;
  readonly ocspEnabled: boolean;
  /** How many lists its certificates are spread over (one of `SHARD_COUNTS`); stands in every certificate, so it never changes. */
  readonly crlShards: number;
  /** Whether delta lists are published beside the complete ones (RFC 5280 section 5.2.4). */
  readonly deltaCrl: boolean;
  /** Key of the OCSP responder: P-256, or RSA-2048 for relying parties that know nothing else (decision 9). */
  readonly ocspKeyAlgorithm: OcspKeyAlgorithm;
  /** The one certificate signs, opens envelopes and issues (decision 1); dedicated RSA authorities only. */
  readonly single: boolean;
  /** The delegated OCSP responder: key reference and certificate, DER. */
  readonly ocspResponder: OcspResponder | undefined;
  /** Of the kind `outside` only. */
  readonly outside: OutsideAuthority | undefined;
  /** Ids of the certificate profiles it may issue by; undefined: it is not restricted. */
  readonly profiles?: readonly string[] | undefined;
  /** What consoles keep beside it. */
  readonly shapeExtras?: ShapeExtras | undefined;
  /** When it was deleted; it counts as active for a day more, and its identifier stays taken for good. */
  readonly deletedAt?: Date | undefined;
  /** Since when it says nothing more: it was retired, and its last certificate has ended. */
  readonly endedAt?: Date | undefined;
  readonly version: number;
  readonly createdAt: Date;
}

/** The scheme that an authority signs certificates and CRLs with. */
export const schemeOfAuthority = (
  authority: Pick<Authority, "keyAlgorithm" | "signature">,
): SignatureScheme => schemeOfKey(authority.keyAlgorithm, authority.signature);

export const statusAt = (authority: Authority, now: Date): AuthorityStatus =>
  authority.status === "active" && authority.notAfter !== undefined && authority.notAfter <= now
    ? "expired"
    : authority.status;

/** Whether it still says what became of its certificates, by lists and OCSP: also one that is retired, until it has ended. */
export const tellsStatus = (
  { status, notAfter, endedAt }: Pick<Authority, "status" | "notAfter" | "endedAt">,
  now: Date,
): boolean =>
  (status === "active" || status === "retired") &&
  endedAt === undefined &&
  (notAfter === undefined || notAfter > now);

/** Years a CA certificate lives unless its creator says otherwise. */
export const DEFAULT_LIFE_YEARS: Record<AuthorityKind, number> = {
  root: 20,
  external: 20,
  intermediate: 10,
  issuing: 10,
  outside: 10,
};

/** Path of a CRL below the public base URL (foundations.md 29): `crl.crl` and `delta.crl`, or `3.crl` and `3-delta.crl` of a shard. */
export const crlPath = (
  tenant: string,
  authority: Pick<Authority, "id" | "subjectKeyId" | "crlShards">,
  shard = 0,
  kind: "complete" | "delta" = "complete",
): string => {
  const delta = kind === "delta";
  const file =
    authority.crlShards === 1
      ? delta
        ? "delta.crl"
        : "crl.crl"
      : `${shard}${delta ? "-delta" : ""}.crl`;
  return `/crl/${tenant}/${authority.id}/${authority.subjectKeyId.slice(0, 8)}/${file}`;
};
export const ocspPath = (tenant: string, authorityId: string): string =>
  `/ocsp/${tenant}/${authorityId}`;
/** A CA certificate's address holds its key id, so that a re-used identifier never meets an old one. */
export const caCertificatePath = (
  tenant: string,
  authority: Pick<Authority, "id" | "subjectKeyId">,
): string => `/ca/${tenant}/${authority.id}/${authority.subjectKeyId.slice(0, 8)}.cer`;
/** Of one of the certificates of its key, by serial number. */
export const oneCaCertificatePath = (
  tenant: string,
  authority: Pick<Authority, "id" | "subjectKeyId">,
  serial: string,
): string => `/ca/${tenant}/${authority.id}/${authority.subjectKeyId.slice(0, 8)}/${serial}.cer`;
