import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import { parseDn } from "../../domain/distinguished-name.ts";
import { buildSignedFile } from "../../pki/cms-signed-build.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { RenderedProfile } from "../../ports/mdm-host.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { Keyring } from "../signing/keyring.ts";
import { orUndo } from "../signing/or-undo.ts";

interface Identity {
  readonly keyRef: string;
  /** Base64 DER. */
  readonly certificate: string;
}

const TWO_YEARS = 2 * 365 * 86_400_000;

/**
 * Signs .mobileconfig files with a certificate that the authority issues for that purpose (foundations.md 22): one a calendar year, good for
 * two, so that it is never near its end.
 */
export class ProfileSigner {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
  ) {}

  async sign(
    store: TenantStore,
    authority: Authority,
    profile: RenderedProfile,
  ): Promise<RenderedProfile> {
    const { keyRef, certificate } = await this.identity(store, authority);
    const body = await buildSignedFile({
      content: profile.body,
      signer: await this.keyring.signer(keyRef),
      certificate: Buffer.from(certificate, "base64"),
      chain: await chainOf(store, authority),
      signingTime: this.clock.now(),
    });
    return { ...profile, body };
  }

  private async identity(store: TenantStore, authority: Authority): Promise<Identity> {
    const year = this.clock.now().getUTCFullYear();
    const name = `profile-signing/${store.tenant}/${authority.subjectKeyId}/${year}`;
    const stored = await this.directory.setting(name, async () =>
      Buffer.from(JSON.stringify(await this.make(store, authority))),
    );
    return JSON.parse(Buffer.from(stored).toString("utf8")) as Identity;
  }

  private make(store: TenantStore, authority: Authority): Promise<Identity> {
    const now = this.clock.now();
    return orUndo(async (undo) => {
      const keyRef = await this.keyring.generate(undefined, {
        algorithm: "rsa-2048",
        usage: "sign",
        label: `Profiles ${store.tenant}~${authority.id}`,
      });
      undo(() => this.keyring.destroy(keyRef));
      const { publicKey } = await this.keyring.signer(keyRef);
      const end = new Date(now.getTime() + TWO_YEARS);
      const issuer = issuerOf(store.tenant, authority, now);
      const certificate = await this.certificates.issue(store, issuer, {
        role: "profile-signing",
        subject: parseDn(`CN=${authority.id} profile signing`),
        publicKey,
        notBefore: now,
        notAfter:
          authority.notAfter !== undefined && authority.notAfter < end ? authority.notAfter : end,
        keyUsages: ["digitalSignature"],
      });
      undo(() => certificate.release());
      await store.run((tx) => certificate.settle(tx));
      return { keyRef, certificate: Buffer.from(certificate.der).toString("base64") };
    });
  }
}
