import { inject } from "tsyringe";
import type { Authority } from "../domain/authority.ts";
import { parseDn } from "../domain/distinguished-name.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { OID } from "../pki/oids.ts";
import type { Clock, Logger } from "../ports/ambient.ts";
import { providerOf } from "../ports/keys.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, LOGGER } from "../tokens.ts";
import { CaCertificates, issuerOf } from "./ca-certificates.ts";
import { Keyring } from "./keyring.ts";
import { orUndo, type Undo } from "./or-undo.ts";
import type { OwnCertificate } from "./own-certificate.ts";

type Responder = NonNullable<Authority["ocspResponder"]>;

/** A responder whose certificate is not settled yet. */
export interface MadeResponder {
  readonly responder: Responder;
  readonly certificate: OwnCertificate;
}

const DAY = 86_400_000;
/** L-14: about 30 days, rolled by itself when a week is left. */
const LIFE = 30 * DAY;
const ROLL = 7 * DAY;

/** The delegated OCSP responder of an authority (RFC 6960 section 4.2.2.2); key P-256 (decision 9). */
export class OcspResponders {
  private readonly rolling = new Map<string, Promise<Responder>>();

  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
  ) {}

  /** A new key and certificate, to be settled with the authority; `undo` is told how to be rid of them. */
  async make(store: TenantStore, authority: Authority, undo: Undo): Promise<MadeResponder> {
    const now = this.clock.now();
    const issuer = issuerOf(store.tenant, authority, now, ["active", "retired"]);
    const keyStore = authority.keyRef === undefined ? undefined : providerOf(authority.keyRef);
    const keyRef = await this.keyring.generate(keyStore, {
      algorithm: "ec-p256",
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

  /** The responder to sign with now, rolled first when it is about to expire. */
  async current(store: TenantStore, authority: Authority): Promise<Responder> {
    const responder = authority.ocspResponder;
    if (responder !== undefined) {
      const left =
        parseCertificate(responder.certificate).notAfter.getTime() - this.clock.now().getTime();
      if (left > ROLL) return responder;
    }
    const key = `${store.tenant}/${authority.id}`;
    const rolling =
      this.rolling.get(key) ?? this.roll(store, authority).finally(() => this.rolling.delete(key));
    this.rolling.set(key, rolling);
    return rolling;
  }

  private async roll(store: TenantStore, authority: Authority): Promise<Responder> {
    const responder = await orUndo(async (undo) => {
      const made = await this.make(store, authority, undo);
      await store.run(async (tx) => {
        await tx.authorities.update({
          ...authority,
          ocspResponder: made.responder,
          version: authority.version + 1,
        });
        await made.certificate.settle(tx);
        await tx.ledger.append({
          event: "authority.changed",
          principal: "system:ocsp",
          at: this.clock.now(),
          subjectId: authority.id,
          data: { ocspResponder: "rolled", serial: made.certificate.serial },
        });
      });
      return made.responder;
    });
    this.logger.info({ authority: authority.id }, "OCSP responder rolled");
    return responder;
  }
}
