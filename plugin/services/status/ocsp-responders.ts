import { inject } from "tsyringe";
import type { Authority, OcspResponder } from "../../domain/authority.ts";
import { parseDn } from "../../domain/distinguished-name.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { OID } from "../../pki/oids.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import { providerOf } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER } from "../../tokens.ts";
import { found } from "../access/access.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { Keyring } from "../signing/keyring.ts";
import { orUndo, type Undo } from "../signing/or-undo.ts";
import type { OwnCertificate } from "../signing/own-certificate.ts";

/** A responder whose certificate is not settled yet. */
export interface MadeResponder {
  readonly responder: OcspResponder;
  readonly certificate: OwnCertificate;
}

const DAY = 86_400_000;
/** L-14: about 30 days, rolled by itself when a week is left. */
const LIFE = 30 * DAY;
const ROLL = 7 * DAY;
/** Milliseconds after which no node signs with the key before the roll any more. */
const KEY_KEPT = DAY;

const endOf = ({ certificate }: OcspResponder): Date => parseCertificate(certificate).notAfter;

/** The delegated OCSP responder of an authority (RFC 6960 section 4.2.2.2); key P-256, or RSA-2048 (decision 9). */
export class OcspResponders {
  private readonly running = new Map<string, Promise<OcspResponder>>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
  ) {}

  /** A new key and certificate, to be settled with the authority; `undo` is told how to be rid of them. */
  async make(store: TenantStore, authority: Authority, undo: Undo): Promise<MadeResponder> {
    const now = this.clock.now();
    // A retired authority answers until its last certificate has ended.
    const issuer = issuerOf(store.tenant, authority, now, ["active", "retired"]);
    const keyStore = authority.keyRef === undefined ? undefined : providerOf(authority.keyRef);
    const keyRef = await this.keyring.generate(keyStore, {
      algorithm: authority.ocspKeyAlgorithm,
      usage: "sign",
      label: `OCSP ${store.tenant}~${authority.id}`,
    });
    undo(() => this.keyring.destroy(keyRef));
    const { publicKey } = await this.keyring.signer(keyRef);
    const end = new Date(now.getTime() + LIFE);
    const certificate = await this.certificates.issue(store, issuer, {
      role: "ocsp",
      subject: parseDn(`CN=${store.tenant}_${authority.id},OU=Validation Authorities`),
      publicKey,
      notBefore: now,
      notAfter:
        authority.notAfter !== undefined && authority.notAfter < end ? authority.notAfter : end,
      keyUsages: ["digitalSignature"],
      extendedKeyUsages: [OID.ocspSigning],
    });
    undo(() => certificate.release());
    return { responder: { keyRef, certificate: certificate.der }, certificate };
  }

  /** The responder to sign with now: rolled first when it is about to end, and the key before it destroyed when its time is over. */
  async current(store: TenantStore, authority: Authority): Promise<OcspResponder> {
    const responder = authority.ocspResponder;
    const now = this.clock.now();
    const work =
      responder === undefined || this.isEnding(authority, responder, now)
        ? () => this.roll(store, authority)
        : responder.before !== undefined && responder.before.until <= now
          ? () => this.destroyBefore(store, authority, responder)
          : undefined;
    if (work === undefined) return found(responder, "OCSP responder of", authority.id);
    const key = `${store.tenant}/${authority.id}`;
    const running = this.running.get(key) ?? work().finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }

  private isEnding(authority: Authority, responder: OcspResponder, now: Date): boolean {
    const end = endOf(responder).getTime();
    // One that ends with its authority is not followed by another.
    return (
      end - now.getTime() <= ROLL && !(end > now.getTime() && end === authority.notAfter?.getTime())
    );
  }

  private async destroyBefore(
    store: TenantStore,
    authority: Authority,
    { keyRef, certificate, before }: OcspResponder,
  ): Promise<OcspResponder> {
    const responder = { keyRef, certificate };
    try {
      await this.replace(store, authority, responder);
      if (before !== undefined) await this.keyring.destroy(before.keyRef);
    } catch (error) {
      // Another node did it.
      if (!(error instanceof CountersignError) || error.code !== "precondition_failed") throw error;
    }
    return responder;
  }

  private async roll(store: TenantStore, authority: Authority): Promise<OcspResponder> {
    const before = authority.ocspResponder?.keyRef;
    try {
      const responder = await orUndo(async (undo) => {
        const made = await this.make(store, authority, undo);
        const until = new Date(this.clock.now().getTime() + KEY_KEPT);
        const next =
          before === undefined
            ? made.responder
            : { ...made.responder, before: { keyRef: before, until } };
        await this.replace(store, authority, next, made.certificate);
        return next;
      });
      this.logger.info({ authority: authority.id }, "OCSP responder rolled");
      return responder;
    } catch (error) {
      // Another node was faster, or the authority was changed: what is stored decides.
      if (!(error instanceof CountersignError) || error.code !== "precondition_failed") throw error;
      const stored = found(await store.authorities.get(authority.id), "authority", authority.id);
      const other = stored.ocspResponder;
      return other !== undefined && other.keyRef !== before ? other : this.roll(store, stored);
    }
  }

  /** `fresh`: the certificate that was made for it. */
  private async replace(
    store: TenantStore,
    authority: Authority,
    responder: OcspResponder,
    fresh?: OwnCertificate,
  ): Promise<void> {
    await store.run(async (tx) => {
      await tx.authorities.update({
        ...authority,
        ocspResponder: responder,
        version: authority.version + 1,
      });
      await fresh?.settle(tx);
      await tx.ledger.append({
        event: "authority.changed",
        principal: "system:ocsp",
        at: this.clock.now(),
        subjectId: authority.id,
        data:
          fresh === undefined
            ? { ocspResponder: "key before destroyed" }
            : { ocspResponder: "rolled", serial: fresh.serial },
      });
    });
  }
}
