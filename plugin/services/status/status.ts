import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { buildCertsOnly } from "../../pki/cms-degenerate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { CrlKind, CrlRecord } from "../../ports/crl-store.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";
import { validCertificates } from "../signing/ca-chain.ts";
import { CrlBodies } from "./crl-bodies.ts";
import { CrlPublisher } from "./crl-publisher.ts";
import { publishesCrls } from "./crl-schedule.ts";

/** Which list of an authority; `shard` undefined for the one of an authority without shards. */
export interface CrlAddress {
  readonly tenant: TenantId;
  readonly authorityId: string;
  /** First 8 hex digits of the subject key id. */
  readonly keyId8: string;
  readonly shard: number | undefined;
  readonly kind: CrlKind;
}

/** A list and its octets, whole or in parts. */
export interface PublishedCrl {
  readonly list: CrlRecord;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What relying parties may fetch without login beside OCSP: CRLs and CA certificates. */
export class Status {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CrlPublisher) private readonly crls: CrlPublisher,
    @inject(CrlBodies) private readonly bodies: CrlBodies,
  ) {}

  /** Undefined for an unknown authority, one whose CRL is off, and a list that it does not have. */
  async crl(address: CrlAddress): Promise<PublishedCrl | undefined> {
    const { store, authority } = await this.find(address.tenant, address.authorityId);
    if (!isKeyOf(authority, address.keyId8) || !authority.crlEnabled) return undefined;
    const { shard = 0, kind } = address;
    // Shard 0 of one is the list without a shard, too.
    const whole = address.shard === undefined && authority.crlShards > 1;
    if (whole || shard >= authority.crlShards) return undefined;
    const list = await this.list(store, authority, shard, kind);
    return list && { list, body: await this.bodies.of(store, list) };
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

  private async list(
    store: TenantStore,
    authority: Authority,
    shard: number,
    kind: CrlKind,
  ): Promise<CrlRecord | undefined> {
    if (kind === "delta" && !authority.deltaCrl) return undefined;
    // An authority that signs no more leaves its last list.
    const latest = publishesCrls(authority, this.clock.now())
      ? await this.crls.current(store, authority, shard)
      : undefined;
    if (latest !== undefined && kind === "complete") return latest;
    return store.crls.latest({ authorityId: authority.id, shard }, kind);
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
