import { inject } from "tsyringe";
import { schemeOfKey } from "../domain/algorithm.ts";
import type { Authority } from "../domain/authority.ts";
import type { TenantId } from "../domain/tenant.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { buildCertsOnly } from "../pki/cms-degenerate.ts";
import { type CertId, isAskedOf, parseOcspRequest } from "../pki/ocsp.ts";
import {
  buildOcspResponse,
  ocspError,
  type OcspStatus,
  type SingleOcspResponse,
} from "../pki/ocsp-response.ts";
import type { Clock } from "../ports/ambient.ts";
import type { CrlRecord, Directory, TenantStore } from "../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../tokens.ts";
import { validCertificates } from "./ca-chain.ts";
import { CrlPublisher } from "./crl-publisher.ts";
import { Keyring } from "./keyring.ts";
import { OcspResponders } from "./ocsp-responders.ts";

/** Seconds an OCSP answer may be cached. */
const OCSP_MAX_AGE = 60;

/** What relying parties may fetch without login: CRL, OCSP, CA certificates. */
export class Status {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CrlPublisher) private readonly crls: CrlPublisher,
    @inject(OcspResponders) private readonly responders: OcspResponders,
  ) {}

  /** `keyId8`: first 8 hex digits of the subject key id. Undefined for an unknown authority or one whose CRL is off. */
  async crl(tenant: TenantId, authorityId: string, keyId8: string): Promise<CrlRecord | undefined> {
    const { store, authority } = await this.find(tenant, authorityId);
    if (
      authority?.keyRef === undefined ||
      !authority.crlEnabled ||
      authority.certificate === undefined
    )
      return undefined;
    if (!authority.subjectKeyId.startsWith(keyId8) || keyId8.length !== 8) return undefined;
    return this.crls.current(store, authority);
  }

  /** DER, by its public address: the certificate in use, or the valid one with that serial number. */
  async caCertificate(
    tenant: TenantId,
    authorityId: string,
    keyId8: string,
    serial?: string,
  ): Promise<Uint8Array | undefined> {
    const { authority } = await this.find(tenant, authorityId);
    if (!isKeyOf(authority, keyId8)) return undefined;
    if (serial === undefined) return authority.certificate;
    const valid = validCertificates(authority, this.clock.now());
    return valid.find((der) => parseCertificate(der).serial === serial);
  }

  /** Every valid certificate of the key as a certs-only message (RFC 5280 section 4.2.2.1), DER. */
  async caBundle(
    tenant: TenantId,
    authorityId: string,
    keyId8: string,
  ): Promise<Uint8Array | undefined> {
    const { authority } = await this.find(tenant, authorityId);
    if (!isKeyOf(authority, keyId8)) return undefined;
    const valid = validCertificates(authority, this.clock.now());
    return valid.length === 0 ? undefined : buildCertsOnly(valid);
  }

  /** RFC 6960: always a DER OCSPResponse, an unsigned error status included. `maxAge` in seconds, 0 when it must not be cached. */
  async ocsp(
    tenant: TenantId,
    authorityId: string,
    body: Uint8Array,
  ): Promise<{ readonly body: Uint8Array; readonly maxAge: number }> {
    const { store, authority } = await this.find(tenant, authorityId);
    if (authority?.certificate === undefined || !authority.ocspEnabled)
      return { body: ocspError("unauthorized"), maxAge: 0 };
    let request: ReturnType<typeof parseOcspRequest>;
    try {
      request = parseOcspRequest(body);
    } catch {
      return { body: ocspError("malformedRequest"), maxAge: 0 };
    }
    const now = this.clock.now();
    const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000);
    const nextUpdate = new Date(thisUpdate.getTime() + 3_600_000);
    const issuer = parseCertificate(authority.certificate);
    const responses: SingleOcspResponse[] = [];
    for (const certId of request.certIds) {
      responses.push({
        certIdRaw: certId.raw,
        status: await this.statusOf(store, authority, issuer, certId),
        thisUpdate,
        nextUpdate,
      });
    }
    const responder = await this.responders.current(store, authority);
    const signer = await this.keyring.signer(responder.keyRef);
    const answer = await buildOcspResponse({
      responderCertificate: responder.certificate,
      signer,
      scheme: schemeOfKey(signer.algorithm),
      responses,
      nonce: request.nonce,
      producedAt: thisUpdate,
    });
    return { body: answer, maxAge: request.nonce === undefined ? OCSP_MAX_AGE : 0 };
  }

  private async statusOf(
    store: TenantStore,
    authority: Authority,
    issuer: ReturnType<typeof parseCertificate>,
    certId: CertId,
  ): Promise<OcspStatus> {
    const certificate = isAskedOf(certId, issuer)
      ? await store.certificates.bySerial(authority.id, certId.serial)
      : undefined;
    if (certificate?.status !== "issued" && certificate?.status !== "revoked")
      return { kind: "unknown" };
    if (certificate.status !== "revoked" || certificate.revokedAt === undefined)
      return { kind: "good" };
    return {
      kind: "revoked",
      at: certificate.revokedAt,
      reason: certificate.revocationReason ?? "unspecified",
    };
  }

  private async find(
    tenant: TenantId,
    id: string,
  ): Promise<{ readonly store: TenantStore; readonly authority: Authority | undefined }> {
    const store = this.directory.open(tenant);
    return { store, authority: await store.authorities.get(id) };
  }
}

/** By the first 8 hex digits of the subject key id. */
const isKeyOf = (authority: Authority | undefined, keyId8: string): authority is Authority =>
  keyId8.length === 8 && authority?.subjectKeyId.startsWith(keyId8) === true;
