import { createHash } from "node:crypto";
import { inject } from "tsyringe";
import { isRsa, type KeyAlgorithm } from "../domain/algorithm.ts";
import type { Authority } from "../domain/authority.ts";
import type { CertificateProfile } from "../domain/certificate-profile.ts";
import {
  profileExtendedUsages,
  profileKeyUsages,
  takesExtendedUsages,
} from "../domain/certificate-profile-check.ts";
import { type DistinguishedName, formatDn, parseDn } from "../domain/distinguished-name.ts";
import type { Pkcs12Encoding } from "../domain/pkcs12-encoding.ts";
import { type Principal, requireScope } from "../domain/principal.ts";
import { normalizeSan } from "../domain/san-value.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { KeyUsage } from "../domain/template.ts";
import { validityFor } from "../domain/validity.ts";
import type { LedgerEntry } from "../domain/events.ts";
import { toPem } from "../domain/pem.ts";
import { CountersignError } from "../errors.ts";
import type { Certificate } from "../domain/certificate.ts";
import { parseCertificate, TbsCertificate } from "../pki/certificate.ts";
import { type ParsedCsr, parseCsr } from "../pki/certificate-request.ts";
import { readDer } from "../pki/der-read.ts";
import { buildPkcs12 } from "../pki/pkcs12.ts";
import { verifySignature, weakness } from "../pki/public-key.ts";
import type { Clock, Random } from "../ports/ambient.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, RANDOM } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { CaCertificates, issuerOf } from "./ca-certificates.ts";
import { makeKey } from "./make-key.ts";
import type { OwnCertificate } from "./own-certificate.ts";
import { chainOf } from "./ca-chain.ts";
import { type CertificateDetails, certificateDetails } from "./certificate-details.ts";
import { CertificateProfiles, rulesOf } from "./certificate-profiles.ts";
import { requireEnabled, takenOver, withCommonNames } from "./profile-rules.ts";

/** What a certificate issued by hand says. */
export interface IssueInput {
  readonly authorityId: string;
  readonly profileId: string;
  /** DN; left out: the one of the request. */
  readonly subject?: string | undefined;
  /** Left out: those of the request. */
  readonly sans?: readonly SubjectAltName[] | undefined;
  /** ISO 8601; the profile's unless given. */
  readonly validity?: string | undefined;
}
export interface IssueFromCsr extends IssueInput {
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
}
export interface IssuePkcs12 extends IssueInput {
  readonly subject: string;
  readonly password: string;
  readonly encoding: Pkcs12Encoding;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly friendlyName?: string | undefined;
}

/** What was issued, or with `dryRun` what would be: its details are those of the exact certificate but serial and signature. */
export interface Issued {
  /** Undefined for a dry run. */
  readonly certificate: Certificate | undefined;
  readonly details: CertificateDetails;
  readonly pem: string | undefined;
}

/** A certificate with its key, handed over this once; nothing here keeps either. */
export interface IssuedPkcs12 extends Issued {
  readonly file: Uint8Array;
  readonly fileName: string;
}

const SHORTEST_PASSWORD = 8;

/** Certificates issued by hand (C-09 to C-13): from a request, or with a key of ours as PKCS#12. */
export class ManualIssuance {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
    @inject(CertificateProfiles) private readonly profiles: CertificateProfiles,
  ) {}

  /** Throws `bad_csr`, `policy_refused`, `invalid_input`, `authority_not_ready`, `key_*`. */
  async fromCsr(principal: Principal, input: IssueFromCsr, dryRun: boolean): Promise<Issued> {
    const store = this.access.open(principal, "certificates:issue");
    const { authority, profile } = await this.rules(principal, store, input);
    const csr = provenCsr(input.csr);
    const subject = input.subject === undefined ? csr.subject : parseDn(input.subject);
    if (input.sans === undefined && csr.unsupportedSans > 0)
      throw new CountersignError(
        "policy_refused",
        "the request asks for alternative names of a kind that is not issued",
      );
    const contents = {
      ...this.contents(authority, profile, input, {
        subject,
        sans: (input.sans ?? csr.sans).map((san) => normalizeSan(san, { wildcard: true })),
        rsa: csr.publicKey.type === "rsa",
      }),
      extendedKeyUsages: extendedUsagesFor(profile, csr),
      keyUsages: keyUsagesFor(profile, csr.publicKey.type === "rsa", csr.keyUsages),
      other: takenOver(rulesOf(profile), csr, false),
      publicKey: csr.publicKey.spki,
    };
    return this.make(principal, store, authority, profile, contents, dryRun, {
      csr: createHash("sha256").update(input.csr).digest("hex"),
    });
  }

  /** Makes a key, certifies it and answers both with the whole chain. Throws as `fromCsr`; `policy_refused` for a profile without PKCS#12. */
  async pkcs12(principal: Principal, input: IssuePkcs12): Promise<IssuedPkcs12> {
    const store = this.access.open(principal, "certificates:issue");
    const { authority, profile } = await this.rules(principal, store, input);
    if (!profile.pkcs12)
      throw new CountersignError(
        "policy_refused",
        `profile ${profile.id} is for requests only; choose one for PKCS#12`,
      );
    if (input.password.length < SHORTEST_PASSWORD)
      throw new CountersignError("invalid_input", "the password is too short", {
        issues: [{ path: "password", message: `${SHORTEST_PASSWORD} characters at least` }],
      });
    const keys = await makeKey(input.keyAlgorithm);
    const rsa = isRsa(input.keyAlgorithm);
    const contents = {
      ...this.contents(authority, profile, input, {
        subject: parseDn(input.subject),
        sans: (input.sans ?? []).map((san) => normalizeSan(san, { wildcard: true })),
        rsa,
      }),
      extendedKeyUsages: profileExtendedUsages(profile.definition),
      keyUsages: keyUsagesFor(profile, rsa, undefined),
      other: [],
      publicKey: keys.publicKey,
    };
    const issued = await this.make(principal, store, authority, profile, contents, false, {
      pkcs12: input.encoding,
    });
    const leaf = found(
      issued.certificate && (await store.certificates.der(issued.certificate.id)),
      "certificate",
      "just issued",
    );
    try {
      const file = await buildPkcs12({
        privateKey: keys.privateKey,
        certificates: [leaf, ...(await chainOf(store, authority))],
        password: input.password,
        friendlyName: input.friendlyName ?? formatDn(contents.subject),
        encoding: input.encoding,
        random: (length) => this.random.bytes(length),
        localKeyId: createHash("sha1").update(leaf).digest(),
      });
      return { ...issued, file, fileName: `${issued.certificate?.serial ?? "certificate"}.p12` };
    } finally {
      keys.privateKey.fill(0);
    }
  }

  private async rules(
    principal: Principal,
    store: TenantStore,
    { authorityId, profileId }: IssueInput,
  ): Promise<{ readonly authority: Authority; readonly profile: CertificateProfile }> {
    requireScope(principal, authorityId);
    const authority = found(await store.authorities.get(authorityId), "authority", authorityId);
    if (authority.kind !== "issuing")
      throw new CountersignError("policy_refused", "only an issuing CA certifies end entities");
    const profile = found(
      await this.profiles.find(store, profileId),
      "certificate profile",
      profileId,
    );
    requireEnabled(authority, profileId);
    return { authority, profile };
  }

  private contents(
    authority: Authority,
    { definition }: CertificateProfile,
    input: IssueInput,
    names: {
      readonly subject: DistinguishedName;
      readonly sans: readonly SubjectAltName[];
      readonly rsa: boolean;
    },
  ) {
    const now = this.clock.now();
    if (names.subject.length === 0 && names.sans.length === 0)
      throw new CountersignError("invalid_input", "a subject or an alternative name is needed", {
        issues: [{ path: "subject", message: "a subject or an alternative name is needed" }],
      });
    const life = input.validity ?? definition.validity_period;
    const validity = validityFor({
      now,
      validity: life,
      // Whoever issues by hand is bounded by the CA's own end.
      maxValidity: life,
      backdate: definition.backdate,
      authorityNotAfter: authority.notAfter ?? now,
      beyondAuthority: definition.truncate_to_ca_not_after ? "shorten" : "refuse",
    });
    const start = authority.notBefore ?? validity.notBefore;
    return {
      role: "subscriber" as const,
      subject: names.subject,
      notBefore: validity.notBefore < start ? start : validity.notBefore,
      notAfter: validity.notAfter,
      sans: definition.fill_san_dns_with_cn
        ? withCommonNames(names.subject, names.sans)
        : names.sans,
    };
  }

  private async make(
    principal: Principal,
    store: TenantStore,
    authority: Authority,
    profile: CertificateProfile,
    contents: Parameters<CaCertificates["prepare"]>[1],
    dryRun: boolean,
    how: Readonly<Record<string, unknown>>,
  ): Promise<Issued> {
    const issuer = issuerOf(store.tenant, authority, this.clock.now());
    if (dryRun) {
      const prepared = this.certificates.prepare(issuer, contents);
      const details = certificateDetails(new TbsCertificate(readDer(prepared.tbs)), {
        profileId: profile.id,
      });
      return { certificate: undefined, details, pem: undefined };
    }
    const own = await this.certificates.issue(store, issuer, contents, `profile:${profile.id}`);
    const row = await this.stored(store, own, (stored) =>
      this.access.entry(principal, "certificate.issued", stored.id, {
        authority: authority.id,
        profile: profile.id,
        serial: stored.serial,
        subject: stored.subject,
        label: "success",
        ...how,
      }),
    );
    const details = certificateDetails(parseCertificate(own.der), { profileId: profile.id, row });
    return { certificate: row, details, pem: toPem(own.der, "CERTIFICATE") };
  }

  private async stored(
    store: TenantStore,
    own: OwnCertificate,
    entry: (row: Certificate) => LedgerEntry,
  ): Promise<Certificate> {
    try {
      return await store.run(async (tx) => {
        await own.settle(tx);
        const row = found(await tx.certificates.get(own.id), "certificate", own.id);
        await tx.ledger.append(entry(row));
        return row;
      });
    } catch (failure) {
      // Where this cannot be written either, the end of the lease does it.
      await Promise.allSettled([own.release()]);
      throw failure;
    }
  }
}

/** Read, with its proof of possession checked (C-11). Throws `bad_csr`. */
const provenCsr = (der: Uint8Array): ParsedCsr => {
  const csr = parseCsr(der);
  if (
    csr.scheme === undefined ||
    !verifySignature(csr.publicKey, csr.scheme, csr.info, csr.signature)
  )
    throw new CountersignError("bad_csr", "the request is not signed with its own key");
  const weak = weakness(csr.publicKey);
  if (weak !== undefined) throw new CountersignError("bad_csr", `the key is weak: ${weak}`);
  if (csr.publicKey.algorithm === undefined)
    throw new CountersignError("bad_csr", "the key is of a kind that is not certified");
  if (csr.basicConstraints?.cA === true)
    throw new CountersignError("policy_refused", "the request asks for a CA certificate");
  return csr;
};

const keyUsagesFor = (
  { id, definition }: CertificateProfile,
  rsa: boolean,
  asked: readonly KeyUsage[] | undefined,
): readonly KeyUsage[] => {
  const allowed = profileKeyUsages(definition);
  for (const usage of asked ?? [])
    if (!allowed.includes(usage))
      throw new CountersignError(
        "policy_refused",
        `key usage ${usage} is not allowed by profile ${id}`,
      );
  const fitting = allowed.filter((usage) =>
    rsa ? usage !== "keyAgreement" : usage !== "keyEncipherment" && usage !== "dataEncipherment",
  );
  if (fitting.length === 0)
    throw new CountersignError("policy_refused", `profile ${id} has no key usage for such a key`);
  return fitting;
};

/** T-13: where the profile takes them, those of the request; where it prescribes them, no other. */
const extendedUsagesFor = (
  { id, definition }: CertificateProfile,
  csr: ParsedCsr,
): readonly string[] => {
  const own = profileExtendedUsages(definition);
  const asked = csr.extendedKeyUsages ?? [];
  const outside = asked.find((oid) => !own.includes(oid) && !takesExtendedUsages(definition));
  if (outside !== undefined)
    throw new CountersignError(
      "policy_refused",
      `extended key usage ${outside} is not allowed by profile ${id}`,
    );
  return [...new Set([...own, ...asked])];
};
