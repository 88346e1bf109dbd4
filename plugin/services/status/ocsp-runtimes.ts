import { inject } from "tsyringe";
import { schemeOfKey, type SignatureScheme } from "../../domain/algorithm.ts";
import { type Authority, tellsStatus } from "../../domain/authority.ts";
import type { TenantId } from "../../domain/tenant.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { type CertId, issuerMatcher } from "../../pki/ocsp.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Signer } from "../../ports/keys.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";
import { CrlBuilder } from "./crl-builder.ts";
import { Keyring } from "../signing/keyring.ts";
import { OcspResponders } from "./ocsp-responders.ts";

/** What the OCSP answers of an authority need, read once a second. */
export interface OcspRuntime {
  readonly store: TenantStore;
  readonly authority: Authority;
  readonly responderCertificate: Uint8Array;
  readonly signer: Signer;
  readonly scheme: SignatureScheme;
  /** RFC 6960 section 4.4.4. */
  readonly archiveCutoff: Date;
  /** Whether a CertID names this authority as the issuer, by name and key. */
  readonly isAskedOf: (certId: CertId) => boolean;
}

interface Kept {
  readonly runtime: Promise<OcspRuntime | undefined>;
  readonly readAt: number;
  /** Whether it has been read, and answers. */
  answers: boolean;
}

/** Milliseconds after which a change of the authority is seen. */
const FRESH = 1000;

const isFresh = ({ readAt }: Kept, now: number): boolean => now >= readAt && now - readAt < FRESH;

/** The runtimes of authorities that answer OCSP. */
export class OcspRuntimes {
  private readonly kept = new Map<string, Kept>();

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(OcspResponders) private readonly responders: OcspResponders,
    @inject(CrlBuilder) private readonly crls: CrlBuilder,
  ) {}

  /** Undefined for an authority that answers no OCSP requests, or is not there. Throws `key_*`. */
  async get(tenant: TenantId, authorityId: string): Promise<OcspRuntime | undefined> {
    const key = `${tenant}/${authorityId}`;
    const now = this.clock.now().getTime();
    const known = this.kept.get(key);
    if (known !== undefined && isFresh(known, now)) return known.runtime;
    const kept: Kept = { runtime: this.read(tenant, authorityId), readAt: now, answers: false };
    this.kept.set(key, kept);
    try {
      const runtime = await kept.runtime;
      // Unknown names must not fill the memory.
      if (runtime === undefined) this.forget(key, kept);
      else kept.answers = true;
      return runtime;
    } catch (error) {
      this.forget(key, kept);
      throw error;
    }
  }

  /** Whether it is known at `now` (milliseconds), without a look, that the authority answers. */
  answers(tenant: TenantId, authorityId: string, now: number): boolean {
    const known = this.kept.get(`${tenant}/${authorityId}`);
    return known?.answers === true && isFresh(known, now);
  }

  private forget(key: string, kept: Kept): void {
    if (this.kept.get(key) === kept) this.kept.delete(key);
  }

  private async read(tenant: TenantId, authorityId: string): Promise<OcspRuntime | undefined> {
    const now = this.clock.now();
    const store = this.directory.open(tenant);
    const authority = await store.authorities.get(authorityId);
    if (authority?.certificate === undefined || !authority.ocspEnabled) return undefined;
    if (!tellsStatus(authority, now)) return undefined;
    const responder = await this.responders.current(store, authority);
    const signer = await this.keyring.signer(responder.keyRef);
    return {
      ...{ store, authority, signer },
      responderCertificate: responder.certificate,
      // Decision 9: an RSA responder signs as its authority does.
      scheme: schemeOfKey(signer.algorithm, authority.signature),
      archiveCutoff: this.crls.expiredKeptFrom(authority, now),
      isAskedOf: issuerMatcher(parseCertificate(authority.certificate)),
    };
  }
}
