import { inject } from "tsyringe";
import type { SignatureScheme } from "../../domain/algorithm.ts";
import {
  type Authority,
  type AuthorityStatus,
  caCertificatePath,
  crlPath,
  ocspPath,
  schemeOfAuthority,
  statusAt,
} from "../../domain/authority.ts";
import type { Certificate, CertificateRole } from "../../domain/certificate.ts";
import { shardOf } from "../../domain/crl-scope.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { CountersignError } from "../../errors.ts";
import { type ParsedCertificate, parseCertificate } from "../../pki/certificate.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";
import { prepareCertificate, serialHexOf } from "../../pki/to-be-signed.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { PreparedCertificate } from "../../ports/ca-backend.ts";
import type { Signer } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import type { CertificateContents } from "./certificate-contents.ts";
import { Keyring } from "./keyring.ts";
import { certifyOwn, type OwnCertificate, type OwnCertificateOrder } from "./own-certificate.ts";

const extensionsOf = (contents: CertificateContents) => ({
  basicConstraints: {
    cA: contents.ca !== undefined,
    ...(contents.ca?.pathLength === undefined ? {} : { pathLen: contents.ca.pathLength }),
  },
  keyUsages: contents.keyUsages,
  extendedKeyUsages: contents.extendedKeyUsages ?? [],
  sans: contents.sans ?? [],
  policies: contents.policies ?? [],
  other: contents.other ?? [],
  ocspNoCheck: contents.role === "ocsp",
});

/** An issuing authority as its certificates need it. */
export interface Issuer {
  readonly tenant: TenantId;
  readonly authority: Authority;
  /** DER of its certificate. */
  readonly certificate: Uint8Array;
}

/**
 * Throws `authority_not_ready` unless the authority has a certificate in date and may issue. A retired one may still certify its OCSP
 * responder.
 */
export const issuerOf = (
  tenant: TenantId,
  authority: Authority,
  now: Date,
  may: readonly AuthorityStatus[] = ["active"],
): Issuer => {
  const status = statusAt(authority, now);
  const ended = authority.notAfter !== undefined && authority.notAfter <= now;
  if (!may.includes(status) || ended || authority.certificate === undefined) {
    throw new CountersignError("authority_not_ready", `authority ${authority.id} is ${status}`);
  }
  return { tenant, authority, certificate: authority.certificate };
};

/** URLs that certificates of this authority carry; `shard` is the one that lists them. */
export const statusUrls = (
  { tenant, authority }: Pick<Issuer, "tenant" | "authority">,
  shard = 0,
) => ({
  crl: authority.crlEnabled ? authority.publicUrl + crlPath(tenant, authority, shard) : undefined,
  ocsp: authority.ocspEnabled ? authority.publicUrl + ocspPath(tenant, authority.id) : undefined,
  caIssuers: authority.publicUrl + caCertificatePath(tenant, authority),
});

/** Prepares (lints) and signs certificates; the profile field by field is docs/certificates.md. */
export class CaCertificates {
  /** Issuers' certificates as read, by the octets that the callers keep. */
  private readonly issuers = new WeakMap<Uint8Array, ParsedCertificate>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(Keyring) private readonly keyring: Keyring,
  ) {}

  /** A linted certificate under `issuer`. Throws `lint_failed`. */
  prepare(issuer: Issuer, contents: CertificateContents): PreparedCertificate {
    const basics = this.basics(contents);
    const shard = shardOf(serialHexOf(basics.serial), issuer.authority.crlShards);
    const urls = statusUrls(issuer, shard);
    const unchecked = contents.role === "ocsp";
    return prepareCertificate({
      ...basics,
      issuer: { kind: issuer.authority.kind, certificate: this.parsed(issuer) },
      scheme: schemeOfAuthority(issuer.authority),
      extensions: {
        ...extensionsOf(contents),
        // A responder certificate is not checked by the responder it stands for (RFC 6960 section 4.2.2.2.1).
        crlUrls: urls.crl === undefined || unchecked ? [] : [urls.crl],
        ocspUrls: urls.ocsp === undefined || unchecked ? [] : [urls.ocsp],
        caIssuersUrls: [urls.caIssuers],
      },
    });
  }

  private parsed({ certificate }: Issuer): ParsedCertificate {
    const known = this.issuers.get(certificate) ?? parseCertificate(certificate);
    this.issuers.set(certificate, known);
    return known;
  }

  /** A linted self-signed certificate: roots only. */
  prepareSelfSigned(contents: CertificateContents, scheme: SignatureScheme): PreparedCertificate {
    return prepareCertificate({
      ...this.basics(contents),
      issuer: undefined,
      scheme,
      extensions: extensionsOf(contents),
    });
  }

  private basics({ role, subject, notBefore, notAfter, publicKey }: CertificateContents) {
    return { role, serial: this.random.bytes(16), subject, notBefore, notAfter, spki: publicKey };
  }

  /** Prepares, reserves and signs under `issuer`. Throws `lint_failed`, `authority_not_ready`, `key_*`. */
  async issue(
    store: TenantStore,
    issuer: Issuer,
    contents: CertificateContents,
    templateId?: string,
  ): Promise<OwnCertificate> {
    const { id, keyRef } = issuer.authority;
    if (keyRef === undefined)
      throw new CountersignError("authority_not_ready", `authority ${id} has no key here`);
    return this.certify(store, {
      authorityId: id,
      contents,
      prepared: this.prepare(issuer, contents),
      scheme: schemeOfAuthority(issuer.authority),
      signer: await this.keyring.signer(keyRef),
      templateId,
    });
  }

  /** The same for the certificate that a root makes of itself. */
  issueSelfSigned(
    store: TenantStore,
    root: Authority,
    contents: CertificateContents,
    signer: Signer,
  ): Promise<OwnCertificate> {
    const scheme = schemeOfAuthority(root);
    const prepared = this.prepareSelfSigned(contents, scheme);
    return this.certify(store, { authorityId: root.id, contents, prepared, scheme, signer });
  }

  private certify(
    store: TenantStore,
    order: Omit<OwnCertificateOrder, "store" | "id" | "now">,
  ): Promise<OwnCertificate> {
    const now = (): Date => this.clock.now();
    return certifyOwn({ ...order, store, id: this.random.uuid(), now });
  }

  /** The row of a certificate that was signed elsewhere. */
  row(authorityId: string, role: CertificateRole, der: Uint8Array): Certificate {
    const parsed = parseCertificate(der);
    const now = this.clock.now();
    return {
      id: this.random.uuid(),
      authorityId,
      role,
      status: "issued",
      serial: parsed.serial,
      subject: formatDn(parsed.subject),
      sans: parsed.sans,
      notBefore: parsed.notBefore,
      notAfter: parsed.notAfter,
      fingerprintSha256: sha256Fingerprint(der),
      templateId: undefined,
      templateVersion: undefined,
      endpointId: undefined,
      raId: undefined,
      deviceId: undefined,
      createdAt: now,
      issuedAt: now,
      revokedAt: undefined,
      revocationReason: undefined,
      invalidityDate: undefined,
      hold: undefined,
    };
  }
}
