import { inject } from "tsyringe";
import type { Authority } from "../domain/authority.ts";
import { parseDn } from "../domain/distinguished-name.ts";
import type { TenantId } from "../domain/tenant.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { OID } from "../pki/oids.ts";
import type { Clock, Logger } from "../ports/ambient.ts";
import { providerOf } from "../ports/keys.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, LOGGER } from "../tokens.ts";
import { CaCertificates, issuerOf } from "./ca-certificates.ts";
import { Keyring } from "./keyring.ts";

type Responder = NonNullable<Authority["ocspResponder"]>;

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

  /** A new key and certificate; destroys the key again when the certificate cannot be made. */
  async make(tenant: TenantId, authority: Authority): Promise<Responder> {
    const now = this.clock.now();
    const issuer = issuerOf(tenant, authority, now);
    const store = authority.keyRef === undefined ? undefined : providerOf(authority.keyRef);
    const keyRef = await this.keyring.generate(store, {
      algorithm: "ec-p256",
      usage: "sign",
      label: `OCSP ${tenant}~${authority.id}`,
    });
    try {
      const { publicKey } = await this.keyring.signer(keyRef);
      const end = new Date(now.getTime() + LIFE);
      const certificate = await this.certificates.issue(issuer, {
        role: "ocsp",
        subject: parseDn(`CN=${tenant}_${authority.id},OU=Validation Authorities`),
        publicKey,
        notBefore: now,
        notAfter:
          authority.notAfter !== undefined && authority.notAfter < end ? authority.notAfter : end,
        keyUsages: ["digitalSignature"],
        extendedKeyUsages: [OID.ocspSigning],
      });
      return { keyRef, certificate };
    } catch (error) {
      await this.keyring.destroy(keyRef);
      throw error;
    }
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
    const responder = await this.make(store.tenant, authority);
    await store.run(async (tx) => {
      await tx.authorities.update({
        ...authority,
        ocspResponder: responder,
        version: authority.version + 1,
      });
      await tx.certificates.insert(
        this.certificates.row(authority.id, "ocsp", responder.certificate),
        responder.certificate,
      );
      await tx.ledger.append({
        event: "authority.changed",
        principal: "system:ocsp",
        at: this.clock.now(),
        subjectId: authority.id,
        data: { ocspResponder: "rolled" },
      });
    });
    this.logger.info({ authority: authority.id }, "OCSP responder rolled");
    return responder;
  }
}
