import { inject } from "tsyringe";
import { type KeyAlgorithm, isRsa } from "../../domain/algorithm.ts";
import type { Authority } from "../../domain/authority.ts";
import { formatDn, parseDn } from "../../domain/distinguished-name.ts";
import type { Principal } from "../../domain/principal.ts";
import { heirOf, isLiveRa, type Ra } from "../../domain/ra.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate, readCertificateFile } from "../../pki/certificate.ts";
import { buildCsr } from "../../pki/build-request.ts";
import { parseCsr } from "../../pki/certificate-request.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import { type KeyRef, providerOf } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { Keyring } from "../signing/keyring.ts";
import { orUndo, type Undo } from "../signing/or-undo.ts";
import { raIssues, RA_KEY_USAGES } from "./ra-check.ts";
import { raView, type RaView } from "./ra-view.ts";

export interface NewRa {
  readonly authorityId: string;
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  readonly keyStore?: string | undefined;
  /** DN text; `CN=<authority> SCEP RA` unless given. */
  readonly subject?: string | undefined;
  /** Id of the RA that it is made ahead for. */
  readonly replaces?: string | undefined;
}

/** E-05: at most one year. */
const LIFE_DAYS = 365;
/** An RA with less left is not given to a new endpoint. */
const ENOUGH_DAYS = 90;
const DAY = 86_400_000;

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
    const authority = await authorityOf(store, input.authorityId);
    return raView(await this.make(principal, store, authority, input));
  }

  /** A key here and a CSR to be certified by an outside CA. */
  async request(principal: Principal, input: NewRa): Promise<RaView> {
    const store = this.access.open(principal, "configuration:manage");
    const authority = await authorityOf(store, input.authorityId);
    return orUndo(async (undo) => {
      const draft = await this.draft(store, authority, input, undo);
      const signer = await this.keyring.signer(draft.keyRef);
      const csr = await buildCsr({ subject: parseDn(draft.subject), signer });
      return raView(await this.keep(principal, store, { ...draft, csr, origin: "csr" }));
    });
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
    const authority = await authorityOf(store, input.authorityId);
    const der = readCertificateFile(input.certificate);
    return orUndo(async (undo) => {
      const keyRef = await this.keyring.importKey(input.keyStore, input.privateKey, {
        usage: "sign-and-decrypt",
        label: `RA ${store.tenant}~${authority.id}`,
      });
      undo(() => this.keyring.destroy(keyRef));
      const { publicKey } = await this.keyring.decrypter(keyRef);
      const issues = raIssues(der, publicKey, await chainOf(store, authority), this.clock.now());
      if (issues.length > 0)
        throw new CountersignError("certificate_not_matching", "certificate and key do not fit", {
          issues,
        });
      const blank = this.blank(authority.id, keyRef, formatDn(parseCertificate(der).subject));
      const ra = certified({ ...blank, origin: "given" }, der);
      return raView(await this.keep(principal, store, ra));
    });
  }

  /** The certificate an outside CA made for an RA's CSR. It must chain to the same top as the authority (Apple; scep.md 2.2). */
  async certify(principal: Principal, id: string, file: Uint8Array): Promise<RaView> {
    const store = this.access.open(principal, "configuration:manage");
    const ra = found(await store.ras.get(id), "RA", id);
    if (ra.csr === undefined || ra.certificate !== undefined)
      throw new CountersignError("conflict", `RA ${id} does not wait for a certificate`);
    const der = readCertificateFile(file);
    const authority = await authorityOf(store, ra.authorityId);
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
    const done = certified(ra, der);
    await store.run(async (tx) => {
      await tx.ras.update(done);
      const { serial } = parseCertificate(der);
      await tx.ledger.append(this.access.entry(principal, "ra.certified", id, { serial }));
    });
    return raView(done);
  }

  /** The RA an endpoint of this authority uses unless told otherwise: one that is there, or a new one. */
  async ensure(principal: Principal, store: TenantStore, authority: Authority): Promise<Ra> {
    const soon = new Date(this.clock.now().getTime() + ENOUGH_DAYS * DAY);
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
    if (authority.kind !== "issuing") {
      const message = `${authority.id} is no issuing CA: an RA stands below the one that its endpoint's certificates come from`;
      throw new CountersignError("invalid_input", message, {
        issues: [{ path: "authorityId", message }],
      });
    }
    if (authority.single) return this.keep(principal, store, this.single(authority));
    return orUndo(async (undo) => {
      const draft = await this.draft(store, authority, input, undo);
      const { publicKey } = await this.keyring.signer(draft.keyRef);
      const end = new Date(now.getTime() + LIFE_DAYS * DAY);
      const certificate = await this.certificates.issue(store, issuer, {
        role: "ra",
        subject: parseDn(draft.subject),
        publicKey,
        notBefore: now,
        notAfter:
          authority.notAfter !== undefined && authority.notAfter < end ? authority.notAfter : end,
        keyUsages: RA_KEY_USAGES,
      });
      undo(() => certificate.release());
      const ra = certified(draft, certificate.der);
      return this.keep(principal, store, ra, (tx) => certificate.settle(tx));
    });
  }

  /** The one place that writes a new RA. Throws `conflict` when another was made ahead for the same one meanwhile. */
  private async keep(
    principal: Principal,
    store: TenantStore,
    ra: Ra,
    also: (tx: TenantStore) => Promise<void> = () => Promise.resolve(),
  ): Promise<Ra> {
    await store.run(async (tx) => {
      if (ra.replaces !== undefined && heirOf(ra.replaces, await tx.ras.list()) !== undefined)
        throw new CountersignError("conflict", `another RA replaces ${ra.replaces} already`);
      await tx.ras.insert(ra);
      await also(tx);
      await tx.ledger.append(
        this.access.entry(principal, "ra.created", ra.id, {
          authority: ra.authorityId,
          origin: ra.origin,
          ...(ra.certificate === undefined
            ? {}
            : { serial: parseCertificate(ra.certificate).serial }),
          ...(ra.replaces === undefined ? {} : { replaces: ra.replaces }),
        }),
      );
    });
    return ra;
  }

  /** Decision 1: the authority's own key and certificate stand in for an RA. */
  private single(authority: Authority): Ra {
    const keyRef = found(authority.keyRef, "key of authority", authority.id);
    return {
      ...this.blank(authority.id, keyRef, authority.subject),
      origin: "single",
      certificate: authority.certificate,
      notBefore: authority.notBefore,
      notAfter: authority.notAfter,
    };
  }

  /** A new key, and what is known of its RA so far. */
  private async draft(
    store: TenantStore,
    authority: Authority,
    input: NewRa,
    undo: Undo,
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
    undo(() => this.keyring.destroy(keyRef));
    return { ...this.blank(authority.id, keyRef, subject), replaces: input.replaces };
  }

  private blank(authorityId: string, keyRef: KeyRef, subject: string): Ra {
    return {
      id: this.random.uuid(),
      authorityId,
      keyRef,
      certificate: undefined,
      csr: undefined,
      subject,
      notBefore: undefined,
      notAfter: undefined,
      origin: "issued",
      createdAt: this.clock.now(),
      replaces: undefined,
      retiredAt: undefined,
    };
  }
}

const certified = (ra: Ra, der: Uint8Array): Ra => {
  const { subject, notBefore, notAfter } = parseCertificate(der);
  return { ...ra, certificate: der, subject: formatDn(subject), notBefore, notAfter };
};

const authorityOf = async (store: TenantStore, id: string): Promise<Authority> =>
  found(await store.authorities.get(id), "authority", id);

const storeOf = (authority: Authority): string | undefined =>
  authority.keyRef === undefined ? undefined : providerOf(authority.keyRef);
