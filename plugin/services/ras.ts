import { inject } from "tsyringe";
import { type KeyAlgorithm, isRsa } from "../domain/algorithm.ts";
import type { Authority } from "../domain/authority.ts";
import { formatDn, parseDn } from "../domain/distinguished-name.ts";
import type { Principal } from "../domain/principal.ts";
import { isLiveRa, type Ra } from "../domain/ra.ts";
import { CountersignError } from "../errors.ts";
import { parseCertificate, readCertificateFile } from "../pki/certificate.ts";
import { buildCsr } from "../pki/build-request.ts";
import { parseCsr } from "../pki/certificate-request.ts";
import type { Clock, Random } from "../ports/ambient.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, RANDOM } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { chainOf } from "./ca-chain.ts";
import { CaCertificates, issuerOf } from "./ca-certificates.ts";
import { Keyring } from "./keyring.ts";
import { raIssues, RA_KEY_USAGES } from "./ra-check.ts";
import { raView, type RaView } from "./ra-view.ts";

export interface NewRa {
  readonly authorityId: string;
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  readonly keyStore?: string | undefined;
  /** DN text; `CN=<authority> SCEP RA` unless given. */
  readonly subject?: string | undefined;
}

/** E-05: at most one year. */
const LIFE_DAYS = 365;
/** An RA with less left is not given to a new endpoint. */
const ENOUGH_DAYS = 90;

/** Registration authorities: RSA keys apart from every CA key (E-04, E-05). */
export class Ras {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
  ) {}

  async list(principal: Principal): Promise<readonly RaView[]> {
    const store = this.access.open(principal, "configuration:read");
    return (await store.ras.list()).map(raView);
  }

  async get(principal: Principal, id: string): Promise<RaView> {
    const store = this.access.open(principal, "configuration:read");
    return raView(found(await store.ras.get(id), "RA", id));
  }

  /** "Issue Enrollment Agent Certificate": key here, certificate from the authority. */
  async issue(principal: Principal, input: NewRa): Promise<RaView> {
    const store = this.access.open(principal, "configuration:manage");
    const authority = found(
      await store.authorities.get(input.authorityId),
      "authority",
      input.authorityId,
    );
    return raView(await this.make(principal, store, authority, input));
  }

  /** A key here and a CSR to be certified by an outside CA. */
  async request(principal: Principal, input: NewRa): Promise<RaView> {
    const store = this.access.open(principal, "configuration:manage");
    const authority = found(
      await store.authorities.get(input.authorityId),
      "authority",
      input.authorityId,
    );
    return raView(
      await this.withKey(store, authority, input, async (draft) => {
        const signer = await this.keyring.signer(draft.keyRef);
        const csr = await buildCsr({ subject: parseDn(draft.subject), signer });
        const ra: Ra = { ...draft, csr, origin: "csr" };
        await store.run(async (tx) => {
          await tx.ras.insert(ra);
          await tx.ledger.append(
            this.access.entry(principal, "ra.created", ra.id, {
              authority: authority.id,
              origin: "csr",
            }),
          );
        });
        return ra;
      }),
    );
  }

  /** Key and certificate that the operator has from elsewhere. The key goes into a key store that takes keys (soft). */
  async import(
    principal: Principal,
    input: {
      readonly authorityId: string;
      readonly keyStore?: string | undefined;
      /** DER or PEM. */
      readonly certificate: Uint8Array;
      /** PKCS#8, DER. */
      readonly privateKey: Uint8Array;
    },
  ): Promise<RaView> {
    const store = this.access.open(principal, "configuration:manage");
    const authority = found(
      await store.authorities.get(input.authorityId),
      "authority",
      input.authorityId,
    );
    const der = readCertificateFile(input.certificate);
    const keyRef = await this.keyring.importKey(input.keyStore, input.privateKey, {
      usage: "sign-and-decrypt",
      label: `RA ${store.tenant}~${authority.id}`,
    });
    try {
      const { publicKey } = await this.keyring.decrypter(keyRef);
      const issues = raIssues(der, publicKey, await chainOf(store, authority), this.clock.now());
      if (issues.length > 0)
        throw new CountersignError("certificate_not_matching", "certificate and key do not fit", {
          issues,
        });
      const parsed = parseCertificate(der);
      const ra: Ra = {
        id: this.random.uuid(),
        authorityId: authority.id,
        keyRef,
        certificate: der,
        csr: undefined,
        subject: formatDn(parsed.subject),
        notBefore: parsed.notBefore,
        notAfter: parsed.notAfter,
        origin: "given",
        createdAt: this.clock.now(),
      };
      await store.run(async (tx) => {
        await tx.ras.insert(ra);
        await tx.ledger.append(
          this.access.entry(principal, "ra.created", ra.id, {
            authority: authority.id,
            origin: "given",
            serial: parsed.serial,
          }),
        );
      });
      return raView(ra);
    } catch (error) {
      await this.keyring.destroy(keyRef);
      throw error;
    }
  }

  /** The certificate an outside CA made for an RA's CSR. It must chain to the same top as the authority (Apple; scep.md 2.2). */
  async certify(principal: Principal, id: string, file: Uint8Array): Promise<RaView> {
    const store = this.access.open(principal, "configuration:manage");
    const ra = found(await store.ras.get(id), "RA", id);
    if (ra.csr === undefined || ra.certificate !== undefined)
      throw new CountersignError("conflict", `RA ${id} does not wait for a certificate`);
    const der = readCertificateFile(file);
    const authority = found(
      await store.authorities.get(ra.authorityId),
      "authority",
      ra.authorityId,
    );
    const issues = raIssues(
      der,
      parseCsr(ra.csr).publicKey.spki,
      await chainOf(store, authority),
      this.clock.now(),
    );
    if (issues.length > 0)
      throw new CountersignError(
        "certificate_not_matching",
        `the certificate does not fit RA ${id}`,
        { issues },
      );
    const parsed = parseCertificate(der);
    const certified: Ra = {
      ...ra,
      certificate: der,
      subject: formatDn(parsed.subject),
      notBefore: parsed.notBefore,
      notAfter: parsed.notAfter,
    };
    await store.run(async (tx) => {
      await tx.ras.update(certified);
      await tx.ledger.append(
        this.access.entry(principal, "ra.certified", id, { serial: parsed.serial }),
      );
    });
    return raView(certified);
  }

  /** The RA an endpoint of this authority uses unless told otherwise: one that is there, or a new one. */
  async ensure(principal: Principal, store: TenantStore, authority: Authority): Promise<Ra> {
    const soon = new Date(this.clock.now().getTime() + ENOUGH_DAYS * 86_400_000);
    // The oldest one: a newer one may have been made for another endpoint's roll-over.
    const usable = (await store.ras.list())
      .filter((ra) => ra.authorityId === authority.id && isLiveRa(ra, soon))
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    return usable[0] ?? this.make(principal, store, authority, { authorityId: authority.id });
  }

  private async make(
    principal: Principal,
    store: TenantStore,
    authority: Authority,
    input: NewRa,
  ): Promise<Ra> {
    const now = this.clock.now();
    const issuer = issuerOf(store.tenant, authority, now);
    if (authority.single) return this.single(principal, store, authority);
    return this.withKey(store, authority, input, async (draft) => {
      const { publicKey } = await this.keyring.signer(draft.keyRef);
      const end = new Date(now.getTime() + LIFE_DAYS * 86_400_000);
      const certificate = await this.certificates.issue(issuer, {
        role: "ra",
        subject: parseDn(draft.subject),
        publicKey,
        notBefore: now,
        notAfter:
          authority.notAfter !== undefined && authority.notAfter < end ? authority.notAfter : end,
        keyUsages: RA_KEY_USAGES,
      });
      const parsed = parseCertificate(certificate);
      const ra: Ra = {
        ...draft,
        certificate,
        notBefore: parsed.notBefore,
        notAfter: parsed.notAfter,
      };
      await store.run(async (tx) => {
        await tx.ras.insert(ra);
        await tx.certificates.insert(
          this.certificates.row(authority.id, "ra", certificate),
          certificate,
        );
        await tx.ledger.append(
          this.access.entry(principal, "ra.created", ra.id, {
            authority: authority.id,
            serial: parsed.serial,
          }),
        );
      });
      return ra;
    });
  }

  /** Decision 1: the authority's own key and certificate stand in for an RA. */
  private async single(
    principal: Principal,
    store: TenantStore,
    authority: Authority,
  ): Promise<Ra> {
    const ra: Ra = {
      id: this.random.uuid(),
      authorityId: authority.id,
      keyRef: found(authority.keyRef, "key of authority", authority.id),
      certificate: authority.certificate,
      csr: undefined,
      subject: authority.subject,
      notBefore: authority.notBefore,
      notAfter: authority.notAfter,
      origin: "single",
      createdAt: this.clock.now(),
    };
    await store.run(async (tx) => {
      await tx.ras.insert(ra);
      await tx.ledger.append(
        this.access.entry(principal, "ra.created", ra.id, {
          authority: authority.id,
          origin: "single",
        }),
      );
    });
    return ra;
  }

  private async withKey(
    store: TenantStore,
    authority: Authority,
    input: NewRa,
    use: (draft: Ra) => Promise<Ra>,
  ): Promise<Ra> {
    const algorithm = input.keyAlgorithm ?? "rsa-2048";
    if (!isRsa(algorithm)) {
      throw new CountersignError("invalid_input", "an RA key must be RSA", {
        issues: [
          {
            path: "keyAlgorithm",
            message: "SCEP envelopes are opened with RSA; choose rsa-2048 or larger",
          },
        ],
      });
    }
    const subject = formatDn(parseDn(input.subject ?? `CN=${authority.id} SCEP RA`));
    const keyRef = await this.keyring.generate(input.keyStore ?? storeOf(authority), {
      algorithm,
      usage: "sign-and-decrypt",
      label: `RA ${store.tenant}~${authority.id}`,
    });
    try {
      return await use({
        id: this.random.uuid(),
        authorityId: authority.id,
        keyRef,
        certificate: undefined,
        csr: undefined,
        subject,
        notBefore: undefined,
        notAfter: undefined,
        origin: "issued",
        createdAt: this.clock.now(),
      });
    } catch (error) {
      await this.keyring.destroy(keyRef);
      throw error;
    }
  }
}

const storeOf = (authority: Authority): string | undefined =>
  authority.keyRef?.slice(0, authority.keyRef.indexOf(":"));
