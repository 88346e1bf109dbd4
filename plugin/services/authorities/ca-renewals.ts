import { inject } from "tsyringe";
import { type Authority, DEFAULT_LIFE_YEARS, schemeOfAuthority } from "../../domain/authority.ts";
import { addDuration } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import { buildCsr } from "../../pki/build-request.ts";
import { parseCertificate, readCertificateFile } from "../../pki/certificate.ts";
import { checkCaImport } from "../../pki/chain.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { caKeyUsages } from "./authority-draft.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { Keyring } from "../signing/keyring.ts";
import { orUndo } from "../signing/or-undo.ts";

/** A new certificate for a CA with the key and the name that it has. What was issued before stays good: nothing names the old one. */
export class CaRenewals {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Keyring) private readonly keyring: Keyring,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {}

  /**
   * By its own parent, or by itself for a root, in one step. Under an outside root a request is written, and the certificate comes by
   * `accept`. Throws `invalid_input`, `conflict`, `authority_not_ready`, `key_*`.
   */
  async renew(
    principal: Principal,
    id: string,
    wanted: { readonly notAfter?: Date | undefined } = {},
    version?: number,
  ): Promise<void> {
    const store = this.access.open(principal, "authorities:manage");
    const authority = found(await store.authorities.get(id), "authority", id);
    sameVersion(authority.version, version);
    const { keyRef, certificate } = authority;
    if (authority.status !== "active" || keyRef === undefined || certificate === undefined)
      throw new CountersignError(
        "conflict",
        keyRef === undefined
          ? `the key of ${id} is elsewhere: it is renewed there`
          : `authority ${id} is ${authority.status}`,
      );
    const parent =
      authority.parentId === undefined
        ? undefined
        : await store.authorities.get(authority.parentId);
    if (parent?.kind === "external") await this.request(principal, store, authority, keyRef);
    else await this.certify(principal, store, authority, parent, wanted.notAfter);
  }

  /** The certificate that an outside root made for a renewal. Throws `certificate_not_matching` naming each failed check. */
  async accept(
    principal: Principal,
    store: TenantStore,
    authority: Authority,
    file: Uint8Array,
  ): Promise<void> {
    const { id, parentId = "", kind } = authority;
    const parent = found(await store.authorities.get(parentId), "parent authority", parentId);
    const der = readCertificateFile(file);
    const issues = checkCaImport({
      der,
      csrPublicKey: authority.publicKey,
      chain: await chainOf(store, parent),
      now: this.clock.now(),
      ...(kind === "issuing" || kind === "intermediate" ? { kind } : {}),
    });
    const old = found(authority.certificate, "certificate of authority", id);
    const sameSubject =
      issues.length > 0 ||
      Buffer.compare(parseCertificate(der).subjectRaw, parseCertificate(old).subjectRaw) === 0;
    if (!sameSubject || issues.length > 0)
      throw new CountersignError(
        "certificate_not_matching",
        `the certificate does not renew authority ${id}`,
        {
          issues: sameSubject
            ? issues
            : [{ path: "subject", message: "It must be the same, octet by octet." }],
        },
      );
    const row = this.certificates.row(parent.id, "authority", der);
    await store.run(async (tx) => {
      await tx.certificates.insert(row, der);
      await this.replace(tx, principal, authority, der);
    });
    this.runtimes.forgetAll();
  }

  private async request(
    principal: Principal,
    store: TenantStore,
    authority: Authority,
    keyRef: string,
  ): Promise<void> {
    const signer = await this.keyring.signer(keyRef);
    const { subject } = parseCertificate(authority.certificate ?? new Uint8Array(0));
    const csr = await buildCsr({ subject, signer, scheme: schemeOfAuthority(authority) });
    await store.run(async (tx) => {
      await tx.authorities.update({ ...authority, csr, version: authority.version + 1 });
      await tx.ledger.append(
        this.access.entry(principal, "authority.renewal-requested", authority.id),
      );
    });
  }

  private async certify(
    principal: Principal,
    store: TenantStore,
    authority: Authority,
    parent: Authority | undefined,
    wanted: Date | undefined,
  ): Promise<void> {
    const now = this.clock.now();
    const issuer = parent === undefined ? undefined : issuerOf(store.tenant, parent, now);
    const signer = await this.keyring.signer(found(authority.keyRef, "key of", authority.id));
    const old = parseCertificate(found(authority.certificate, "certificate of", authority.id));
    const contents = {
      role: "authority" as const,
      subject: old.subject,
      publicKey: signer.publicKey,
      notBefore: now,
      notAfter: endOf(authority, parent, wanted, now),
      keyUsages: caKeyUsages(authority),
      ca: { pathLength: old.basicConstraints?.pathLen },
    };
    await orUndo(async (undo) => {
      const made =
        issuer === undefined
          ? await this.certificates.issueSelfSigned(store, authority, contents, signer)
          : await this.certificates.issue(store, issuer, contents);
      undo(() => made.release());
      await store.run(async (tx) => {
        await made.settle(tx);
        await this.replace(tx, principal, authority, made.der);
      });
    });
    this.runtimes.forgetAll();
  }

  /** The new certificate in every place of the old one; the old one is still served while it is valid. */
  private async replace(
    tx: TenantStore,
    principal: Principal,
    authority: Authority,
    der: Uint8Array,
  ): Promise<void> {
    const now = this.clock.now();
    const old = found(authority.certificate, "certificate of authority", authority.id);
    const { serial, notBefore, notAfter } = parseCertificate(der);
    const past = [old, ...authority.pastCertificates].filter(
      (one) => parseCertificate(one).notAfter > now,
    );
    await tx.authorities.update({
      ...authority,
      ...{ certificate: der, pastCertificates: past, csr: undefined, notBefore, notAfter },
      version: authority.version + 1,
    });
    const isOld = (one: Uint8Array): boolean => Buffer.compare(one, old) === 0;
    for (const endpoint of await tx.endpoints.list())
      if (endpoint.chain.some(isOld))
        await tx.endpoints.update({
          ...endpoint,
          chain: endpoint.chain.map((one) => (isOld(one) ? der : one)),
          version: endpoint.version + 1,
          updatedAt: now,
        });
    for (const ra of await tx.ras.list())
      if (ra.origin === "single" && ra.authorityId === authority.id)
        await tx.ras.update({ ...ra, certificate: der, notBefore, notAfter });
    await tx.ledger.append(
      this.access.entry(principal, "authority.renewed", authority.id, {
        serial,
        replaces: parseCertificate(old).serial,
        notAfter: notAfter.toISOString(),
      }),
    );
  }
}

/** A-06; the default end is cut to the parent's, one that was asked for is not. Throws `invalid_input`, `authority_not_ready`. */
const endOf = (
  authority: Authority,
  parent: Authority | undefined,
  wanted: Date | undefined,
  now: Date,
): Date => {
  const limit = parent?.notAfter;
  const years = DEFAULT_LIFE_YEARS[authority.kind];
  const life = addDuration(now, { months: 12 * years, seconds: 0 });
  const end = wanted ?? (limit !== undefined && limit < life ? limit : life);
  const fault = (message: string): never => {
    throw new CountersignError("invalid_input", `notAfter: ${message}`, {
      issues: [{ path: "notAfter", message }],
    });
  };
  if (end <= now) fault("lies in the past");
  if (limit !== undefined && end > limit)
    fault(`past the end of its parent (${limit.toISOString()})`);
  if (authority.kind === "issuing" && end > life) fault("an issuing CA lives 10 years at most");
  if (authority.notAfter !== undefined && end <= authority.notAfter) {
    if (wanted === undefined)
      throw new CountersignError(
        "authority_not_ready",
        `the parent of ${authority.id} ends no later than ${authority.id} does: renew it first`,
      );
    fault(`no later than the present end (${authority.notAfter.toISOString()})`);
  }
  return end;
};
