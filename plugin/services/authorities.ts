import { inject } from "tsyringe";
import { type Authority, schemeOfAuthority } from "../domain/authority.ts";
import { formatDn } from "../domain/distinguished-name.ts";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import { readCertificateFile, parseCertificate } from "../pki/certificate.ts";
import { buildCsr } from "../pki/build-request.ts";
import { parseCsr } from "../pki/certificate-request.ts";
import { checkCaImport, pathRoom } from "../pki/chain.ts";
import type { Clock } from "../ports/ambient.ts";
import type { SignedCrl } from "../ports/crl-store.ts";
import type { KeyRef } from "../ports/keys.ts";
import type { Settings } from "../ports/settings.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, SETTINGS } from "../tokens.ts";
import { Access, found, sameVersion } from "./access.ts";
import { caKeyUsages, draftAuthority } from "./authority-draft.ts";
import { checkNewAuthority, type NewAuthority } from "./authority-rules.ts";
import { type AuthorityView, viewOf } from "./authority-view.ts";
import { CaCertificates, issuerOf } from "./ca-certificates.ts";
import { chainOf } from "./ca-chain.ts";
import { CrlBuilder, scopesOf } from "./crl-builder.ts";
import { readExternalRoot } from "./external-root.ts";
import { Keyring } from "./keyring.ts";
import { OcspResponders } from "./ocsp-responders.ts";

/** One step of something that takes a while. */
export interface ProgressStep {
  readonly step: number;
  readonly of: number;
  readonly message: string;
}
export type Progress = (step: ProgressStep) => void;

/** CA servers: made, certified, shown, downloaded. */
export class Authorities {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
    @inject(CrlBuilder) private readonly crls: CrlBuilder,
    @inject(OcspResponders) private readonly responders: OcspResponders,
  ) {}

  async list(principal: Principal): Promise<readonly AuthorityView[]> {
    const store = this.access.open(principal, "authorities:read");
    return (await store.authorities.list()).map((authority) => this.view(store, authority));
  }

  async get(principal: Principal, id: string): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:read");
    return this.view(store, await existing(store, id));
  }

  /**
   * Makes a root, intermediate or issuing CA: key, certificate, OCSP responder, first CRL. Under an external root it becomes pending, with a
   * CSR to be certified there. Throws `invalid_input`, `conflict`, `authority_not_ready`, `key_*`; nothing stays half made.
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
    const { subject, notAfter } = checkNewAuthority(input, parent, room, now);
    await this.refuseTaken(store, input.id);
    const issuer =
      parent === undefined || parent.kind === "external"
        ? undefined
        : issuerOf(store.tenant, parent, now);

    progress({ step: 1, of: 4, message: `Making the ${input.keyAlgorithm} key of ${input.id}` });
    const keyRef =
      input.keyRef === undefined
        ? await this.keyring.generate(input.keyStore, {
            algorithm: input.keyAlgorithm,
            usage: input.single ? "sign-and-decrypt" : "sign",
            label: `CA ${store.tenant}~${input.id}`,
          })
        : await this.adopt(store, input, input.keyRef);
    // A key that was there before stays, whatever comes.
    return this.orForget(input.keyRef === undefined ? [keyRef] : [], async () => {
      const signer = await this.keyring.signer(keyRef);
      const draft = draftAuthority(input, { subject, signer, keyRef, publicUrl, now });
      if (parent?.kind === "external") {
        progress({ step: 2, of: 4, message: "Writing the certificate request" });
        const csr = await buildCsr({ subject, signer, scheme: schemeOfAuthority(draft) });
        const pending = { ...draft, csr };
        await store.run(async (tx) => {
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
      const scheme = schemeOfAuthority(draft);
      const certificate =
        issuer === undefined
          ? await this.certificates.sign(
              this.certificates.prepareSelfSigned(contents, scheme),
              scheme,
              signer,
            )
          : await this.certificates.issue(issuer, contents);
      return this.activate(principal, store, draft, certificate, "authority.created", progress);
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

  /** the certificate that an outside root made for a pending authority, DER or PEM. Throws `certificate_not_matching`. */
  async certify(
    principal: Principal,
    id: string,
    file: Uint8Array,
    progress: Progress = () => undefined,
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const pending = await existing(store, id);
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
      csrPublicKey: parseCsr(pending.csr).publicKey.spki,
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
    return this.activate(principal, store, pending, der, "authority.certified", progress);
  }

  async rename(
    principal: Principal,
    id: string,
    name: string,
    version?: number,
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const authority = await existing(store, id);
    sameVersion(authority.version, version);
    const renamed = { ...authority, name, version: authority.version + 1 };
    await store.run(async (tx) => {
      await tx.authorities.update(renamed);
      await tx.ledger.append(this.access.entry(principal, "authority.changed", id, { name }));
    });
    return this.view(store, renamed);
  }

  /** DER. */
  async certificate(principal: Principal, id: string): Promise<Uint8Array> {
    const store = this.access.open(principal, "ca-certificates:download");
    return found((await existing(store, id)).certificate, "certificate of authority", id);
  }

  /** DER, the authority first, its root last. */
  async chain(principal: Principal, id: string): Promise<readonly Uint8Array[]> {
    const store = this.access.open(principal, "ca-certificates:download");
    return chainOf(store, await existing(store, id));
  }

  /** Responder, row and first CRL of an authority that has got its certificate. */
  private async activate(
    principal: Principal,
    store: TenantStore,
    draft: Authority,
    certificate: Uint8Array,
    event: "authority.created" | "authority.certified",
    progress: Progress,
  ): Promise<AuthorityView> {
    const parsed = parseCertificate(certificate);
    const certified: Authority = {
      ...draft,
      status: "active",
      certificate,
      subject: formatDn(parsed.subject),
      notBefore: parsed.notBefore,
      notAfter: parsed.notAfter,
    };
    progress({
      step: 3,
      of: 4,
      message: certified.ocspEnabled ? "Making its OCSP responder" : "Storing it",
    });
    const responder = certified.ocspEnabled
      ? await this.responders.make(store.tenant, certified)
      : undefined;
    return this.orForget(responder === undefined ? [] : [responder.keyRef], async () => {
      const active: Authority = {
        ...certified,
        ocspResponder: responder,
        version: event === "authority.certified" ? draft.version + 1 : draft.version,
      };
      progress({ step: 4, of: 4, message: "Signing its first CRL" });
      const lists: SignedCrl[] = [];
      for (const { shard } of scopesOf(active))
        lists.push(await this.crls.complete(store, active, shard));
      await store.run(async (tx) => {
        await (event === "authority.certified"
          ? tx.authorities.update(active)
          : tx.authorities.insert(active));
        // Its issuer's list can name it only when its issuer is ours.
        await tx.certificates.insert(
          this.certificates.row(active.parentId ?? active.id, "authority", certificate),
          certificate,
        );
        if (responder !== undefined) {
          await tx.certificates.insert(
            this.certificates.row(active.id, "ocsp", responder.certificate),
            responder.certificate,
          );
        }
        for (const list of lists) {
          await tx.crls.insert(list);
          if (active.deltaCrl)
            await tx.crls.setBase(list, { number: list.number, at: list.thisUpdate });
        }
        await tx.ledger.append(
          this.access.entry(principal, event, active.id, {
            kind: active.kind,
            serial: parsed.serial,
            subject: active.subject,
          }),
        );
      });
      return this.view(store, active);
    });
  }

  /** Takes up a key of a ceremony. Throws `invalid_input` where it does not fit, `conflict` where an authority has it. */
  private async adopt(store: TenantStore, input: NewAuthority, ref: KeyRef): Promise<KeyRef> {
    const key = await this.keyring.adopt(ref);
    const fault = (path: string, message: string): never => {
      throw new CountersignError("invalid_input", `${path}: ${message}`, {
        issues: [{ path, message }],
      });
    };
    if (key.algorithm !== input.keyAlgorithm) {
      fault("keyAlgorithm", `the key ${ref} is of ${key.algorithm ?? "another kind"}`);
    }
    if (input.single && !key.decrypts) fault("single", `the key ${ref} was not made to decrypt`);
    const owner = (await store.authorities.list()).find(({ keyRef }) => keyRef === ref);
    if (owner !== undefined) {
      throw new CountersignError("conflict", `authority ${owner.id} has the key ${ref}`);
    }
    return ref;
  }

  /** Runs `work`; when it fails the keys made for it are destroyed, and the failure goes on. */
  private async orForget<T>(keys: readonly KeyRef[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await Promise.allSettled(keys.map((ref) => this.keyring.destroy(ref)));
      throw error;
    }
  }

  private async refuseTaken(store: TenantStore, id: string): Promise<void> {
    if ((await store.authorities.get(id)) !== undefined)
      throw new CountersignError("conflict", `authority ${id} exists`);
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
