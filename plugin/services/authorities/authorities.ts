import { inject } from "tsyringe";
import { type Authority, schemeOfAuthority } from "../../domain/authority.ts";
import { inScope, type Principal, requireScope } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate, readCertificateFile } from "../../pki/certificate.ts";
import { buildCsr } from "../../pki/build-request.ts";
import { checkCaImport, pathRoom } from "../../pki/chain.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { KeyRef } from "../../ports/keys.ts";
import type { Settings } from "../../ports/settings.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, SETTINGS } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { adoptKey } from "./adopt-key.ts";
import { AuthorityActivation } from "./authority-activation.ts";
import { requireAuthorityRoom } from "./authority-room.ts";
import { caKeyUsages, draftAuthority } from "./authority-draft.ts";
import { checkNewAuthority, type NewAuthority } from "./authority-rules.ts";
import { type AuthorityDetails, type AuthorityView, viewOf } from "./authority-view.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { CaRenewals } from "./ca-renewals.ts";
import { chainOf } from "../signing/ca-chain.ts";
import {
  type CertificateDetails,
  certificateDetails,
} from "../certificates/certificate-details.ts";
import { readExternalRoot } from "./external-root.ts";
import { LedgerKey } from "../ledger/ledger-key.ts";
import { Keyring } from "../signing/keyring.ts";
import { orUndo, type Undo } from "../signing/or-undo.ts";
import type { Progress } from "../signing/progress.ts";

/** CA servers: made, certified, shown, downloaded. */
export class Authorities {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
    @inject(CaRenewals) private readonly renewals: CaRenewals,
    @inject(AuthorityActivation) private readonly activation: AuthorityActivation,
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(LedgerKey) private readonly ledger: LedgerKey,
  ) {}

  async list(principal: Principal): Promise<readonly AuthorityView[]> {
    const store = this.access.open(principal, "authorities:read");
    return (await store.authorities.list())
      .filter(({ id, status }) => status !== "deleted" && inScope(principal, id))
      .map((authority) => this.view(store, authority));
  }

  async get(principal: Principal, id: string): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:read");
    requireScope(principal, id);
    return this.view(store, await existing(store, id));
  }

  /** The same with all that its certificate says, and its SCEP addresses. */
  async details(principal: Principal, id: string): Promise<AuthorityDetails> {
    const view = await this.get(principal, id);
    const store = this.access.open(principal, "authorities:read");
    const { certificate, parentId } = await existing(store, id);
    const endpoints = await store.endpoints.list();
    const { scepUrl } = this.settings;
    return {
      ...view,
      details: certificate && (await this.detailsOf(store, parentId ?? id, certificate)),
      scepUrls: endpoints.flatMap((endpoint) =>
        endpoint.authorityId === id && scepUrl !== undefined ? [`${scepUrl}/${endpoint.id}`] : [],
      ),
    };
  }

  /** One that was brought along has no row of its own, and is issued all the same. */
  private async detailsOf(
    store: TenantStore,
    issuerId: string,
    der: Uint8Array,
  ): Promise<CertificateDetails> {
    const parsed = parseCertificate(der);
    const row = await store.certificates.bySerial(issuerId, parsed.serial);
    const details = certificateDetails(parsed, { row, now: this.clock.now() });
    return row === undefined ? { ...details, status: "issued" } : details;
  }

  /**
   * Makes a root, intermediate or issuing CA: key, certificate, OCSP responder, first CRL. Under an external root it becomes pending, with a
   * CSR to be certified there. Throws `invalid_input`, `conflict`, `authority_not_ready`, `cap_reached`, `key_*`; nothing stays half made.
   */
  async create(
    principal: Principal,
    input: NewAuthority,
    progress: Progress = () => undefined,
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const publicUrl = this.publicUrl();
    const now = this.clock.now();
    const parent =
      input.parentId === undefined ? undefined : await store.authorities.get(input.parentId);
    const room =
      parent?.certificate === undefined ? Infinity : pathRoom(await chainOf(store, parent));
    const { postQuantum } = this.settings;
    const { subject, notAfter } = checkNewAuthority(input, { parent, room, now, postQuantum });
    await this.refuseTaken(store, input.id);
    // Before a token makes a key; what counts is looked at again when the authority is stored.
    await requireAuthorityRoom(store, now);
    const issuer =
      parent === undefined || parent.kind === "external"
        ? undefined
        : issuerOf(store.tenant, parent, now);

    progress({ step: 1, of: 4, message: `Making the ${input.keyAlgorithm} key of ${input.id}` });
    return orUndo(async (undo) => {
      const keyRef = await this.keyOf(store, input, undo);
      const signer = await this.keyring.signer(keyRef);
      const draft = draftAuthority(input, { subject, signer, keyRef, publicUrl, now });
      if (parent?.kind === "external") {
        progress({ step: 2, of: 4, message: "Writing the certificate request" });
        const csr = await buildCsr({ subject, signer, scheme: schemeOfAuthority(draft) });
        return this.wait(principal, store, { ...draft, csr });
      }
      progress({ step: 2, of: 4, message: "Certifying it" });
      const contents = {
        role: "authority" as const,
        subject,
        publicKey: signer.publicKey,
        notBefore: now,
        notAfter,
        keyUsages: caKeyUsages(draft),
        ca: { pathLength: input.kind === "issuing" ? 0 : input.pathLength },
      };
      const certificate =
        issuer === undefined
          ? await this.certificates.issueSelfSigned(store, draft, contents, signer)
          : await this.certificates.issue(store, issuer, contents);
      undo(() => certificate.release());
      const active = await this.activation.activate(
        { principal, store, event: "authority.created", progress },
        draft,
        { der: certificate.der, keep: (tx) => certificate.settle(tx) },
      );
      return this.view(store, active);
    });
  }

  /** an outside root, certificate only. Throws `certificate_not_matching` naming each failed check. */
  async importRoot(
    principal: Principal,
    input: { id: string; name?: string | undefined; certificate: Uint8Array },
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const publicUrl = this.publicUrl();
    const root = readExternalRoot(input, publicUrl, this.clock.now());
    await this.refuseTaken(store, root.id);
    await store.run(async (tx) => {
      await tx.authorities.insert(root);
      await tx.ledger.append(
        this.access.entry(principal, "authority.created", root.id, { kind: "external" }),
      );
    });
    return this.view(store, root);
  }

  /** DER PKCS#10 of a pending authority. Throws `not_found` when there is none. */
  async csr(principal: Principal, id: string): Promise<Uint8Array> {
    const store = this.access.open(principal, "authorities:manage");
    return found((await existing(store, id)).csr, "certificate request of", id);
  }

  /** the certificate that an outside root made for a pending or a renewed authority, DER or PEM. Throws `certificate_not_matching`. */
  async certify(
    principal: Principal,
    id: string,
    file: Uint8Array,
    progress: Progress = () => undefined,
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const pending = await existing(store, id);
    if (pending.status === "active" && pending.csr !== undefined) {
      await this.renewals.accept(principal, store, pending, file);
      return this.view(store, await existing(store, id));
    }
    if (pending.status !== "pending" || pending.csr === undefined) {
      throw new CountersignError("conflict", `authority ${id} does not wait for a certificate`);
    }
    const parent = found(
      await store.authorities.get(pending.parentId ?? ""),
      "parent authority",
      pending.parentId ?? "",
    );
    const der = readCertificateFile(file);
    const issues = checkCaImport({
      der,
      csrPublicKey: pending.publicKey,
      chain: await chainOf(store, parent),
      now: this.clock.now(),
      ...(pending.kind === "issuing" || pending.kind === "intermediate"
        ? { kind: pending.kind }
        : {}),
    });
    if (issues.length > 0)
      throw new CountersignError(
        "certificate_not_matching",
        `the certificate does not fit authority ${id}`,
        { issues },
      );
    const row = this.certificates.row(parent.id, "authority", der);
    const active = await this.activation.activate(
      { principal, store, event: "authority.certified", progress },
      pending,
      { der, keep: (tx) => tx.certificates.insert(row, der) },
    );
    return this.view(store, active);
  }

  async rename(
    principal: Principal,
    id: string,
    name: string,
    version?: number,
  ): Promise<AuthorityView> {
    return this.change(principal, id, () => ({ name }), version);
  }

  /** Changes what may be changed of an authority: its name, what consoles keep beside it. */
  async change(
    principal: Principal,
    id: string,
    changes: (authority: Authority) => Partial<Pick<Authority, "name" | "shapeExtras">>,
    version?: number,
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const authority = await existing(store, id);
    sameVersion(authority.version, version);
    const change = changes(authority);
    const changed = { ...authority, ...change, version: authority.version + 1 };
    await store.run(async (tx) => {
      await tx.authorities.update(changed);
      await tx.ledger.append(
        this.access.entry(principal, "authority.changed", id, {
          name: changed.name,
          fields: Object.keys(change),
        }),
      );
    });
    return this.view(store, changed);
  }

  /** DER. */
  async certificate(principal: Principal, id: string): Promise<Uint8Array> {
    const store = this.access.open(principal, "ca-certificates:download");
    requireScope(principal, id);
    return found((await existing(store, id)).certificate, "certificate of authority", id);
  }

  /** DER, the authority first, its root last. */
  async chain(principal: Principal, id: string): Promise<readonly Uint8Array[]> {
    const store = this.access.open(principal, "ca-certificates:download");
    requireScope(principal, id);
    return chainOf(store, await existing(store, id));
  }

  /** A key that was there before stays, whatever comes. */
  private async keyOf(store: TenantStore, input: NewAuthority, undo: Undo): Promise<KeyRef> {
    if (input.keyRef !== undefined) {
      const { keyring, directory, ledger } = this;
      return adoptKey({ keyring, directory, ledger }, store, input, input.keyRef);
    }
    const keyRef = await this.keyring.generate(input.keyStore, {
      algorithm: input.keyAlgorithm,
      usage: input.single ? "sign-and-decrypt" : "sign",
      label: `CA ${store.tenant}~${input.id}`,
    });
    undo(() => this.keyring.destroy(keyRef));
    return keyRef;
  }

  private async wait(
    principal: Principal,
    store: TenantStore,
    pending: Authority,
  ): Promise<AuthorityView> {
    await store.run(async (tx) => {
      await requireAuthorityRoom(tx, this.clock.now());
      await tx.authorities.insert(pending);
      await tx.ledger.append(
        this.access.entry(principal, "authority.created", pending.id, {
          kind: pending.kind,
          status: "pending",
        }),
      );
    });
    return this.view(store, pending);
  }

  private async refuseTaken(store: TenantStore, id: string): Promise<void> {
    const taken = await store.authorities.get(id);
    if (taken !== undefined)
      throw new CountersignError(
        "conflict",
        taken.status === "deleted"
          ? `authority ${id} was deleted; its identifier stands in its last CRL and is not used again`
          : `authority ${id} exists`,
      );
  }

  /** Decision 12. */
  private publicUrl(): string {
    if (this.settings.publicUrl !== undefined) return this.settings.publicUrl;
    throw new CountersignError(
      "invalid_input",
      "the public base URL must be set before the first authority is made",
      {
        issues: [
          {
            path: "publicUrl",
            message: "set publicUrl in the configuration: it stands in every certificate",
          },
        ],
      },
    );
  }

  private view(store: TenantStore, authority: Authority): AuthorityView {
    return viewOf(store.tenant, authority, this.clock.now());
  }
}

const existing = async (store: TenantStore, id: string): Promise<Authority> =>
  found(await store.authorities.get(id), "authority", id);
