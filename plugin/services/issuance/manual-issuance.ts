import { createHash } from "node:crypto";
import { inject } from "tsyringe";
import { type DeviceKeyAlgorithm, isRsa } from "../../domain/algorithm.ts";
import type { Authority } from "../../domain/authority.ts";
import { lifeBeyond } from "../../domain/certificate-profile-check.ts";
import type { CertificateProfile } from "../../domain/certificate-profile.ts";
import { type DistinguishedName, formatDn, parseDn } from "../../domain/distinguished-name.ts";
import type { Pkcs12Encoding } from "../../domain/pkcs12-encoding.ts";
import { nameFault } from "../../domain/name-values.ts";
import { type Principal, requireScope } from "../../domain/principal.ts";
import { normalizeSan } from "../../domain/san-value.ts";
import type { SubjectAltName } from "../../domain/san.ts";
import { validityFor } from "../../domain/validity.ts";
import type { LedgerEntry } from "../../domain/events.ts";
import { toPem } from "../../domain/pem.ts";
import { CountersignError } from "../../errors.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { parseCertificate, TbsCertificate } from "../../pki/certificate.ts";
import { readDer } from "../../pki/der-read.ts";
import { buildPkcs12 } from "../../pki/pkcs12.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { makeKey } from "../signing/make-key.ts";
import type { OwnCertificate } from "../signing/own-certificate.ts";
import { chainOf } from "../signing/ca-chain.ts";
import {
  type CertificateDetails,
  certificateDetails,
} from "../certificates/certificate-details.ts";
import { CertificateProfiles, rulesOf } from "../templates/certificate-profiles.ts";
import { inField } from "./in-field.ts";
import { requireEnabled, takenOver, withCommonNames } from "./profile-rules.ts";
import { extendedUsagesFor, keyUsagesFor } from "./profile-usages.ts";
import { provenCsr } from "./proven-csr.ts";
import {
  type AskedExtensions,
  type ExtensionInput,
  requestedExtensions,
} from "./requested-extensions.ts";

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
  /** In the place of all that the request asks for; left out: those of the request that the profile takes (C-12). */
  readonly extensions?: readonly ExtensionInput[] | undefined;
}
export interface IssueFromCsr extends IssueInput {
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
}
export interface IssuePkcs12 extends IssueInput {
  readonly subject: string;
  /** A dry run needs none. */
  readonly password?: string | undefined;
  readonly encoding: Pkcs12Encoding;
  readonly keyAlgorithm: DeviceKeyAlgorithm;
  readonly friendlyName?: string | undefined;
}

/**
 * What was issued, or with `dryRun` what would be: its details are those of the exact certificate but serial and signature, and where the key
 * would be made here, but that key too.
 */
export interface Issued {
  /** Undefined for a dry run. */
  readonly certificate: Certificate | undefined;
  readonly details: CertificateDetails;
  readonly pem: string | undefined;
}

/** A certificate with its key, handed over this once; nothing here keeps either. */
export interface IssuedPkcs12 extends Issued {
  /** Undefined for a dry run. */
  readonly file: Uint8Array | undefined;
  readonly fileName: string | undefined;
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
    const csr = inField("csr", () => provenCsr(input.csr));
    const subject = subjectOf(input) ?? inField("csr", () => fitting(csr.subject));
    const asked = askedOf(profile, input) ?? csr;
    if (input.sans === undefined && csr.unsupportedSans > 0)
      throw new CountersignError(
        "policy_refused",
        "the request asks for alternative names of a kind that is not issued",
      );
    const contents = {
      ...this.contents(authority, profile, input, {
        subject,
        sans: normalSans(input.sans ?? csr.sans),
        rsa: csr.publicKey.type === "rsa",
      }),
      extendedKeyUsages: extendedUsagesFor(profile, asked),
      keyUsages: keyUsagesFor(profile, csr.publicKey.type === "rsa", asked.keyUsages),
      other: takenOver(rulesOf(profile), asked, false),
      publicKey: csr.publicKey.spki,
    };
    return this.make(principal, store, {
      ...{ authority, profile, contents, dryRun },
      how: { csr: createHash("sha256").update(input.csr).digest("hex") },
    });
  }

  /**
   * Makes a key, certifies it and answers both with the whole chain; a dry run certifies nothing, and its key is thrown away. Throws as `fromCsr`;
   * `policy_refused` for a profile without PKCS#12.
   */
  async pkcs12(principal: Principal, input: IssuePkcs12, dryRun: boolean): Promise<IssuedPkcs12> {
    const store = this.access.open(principal, "certificates:issue");
    const { authority, profile } = await this.rules(principal, store, input);
    if (!profile.pkcs12)
      throw new CountersignError(
        "policy_refused",
        `profile ${profile.id} is for requests only; choose one for PKCS#12`,
      );
    const password = dryRun ? "" : longEnough(input.password);
    const rsa = isRsa(input.keyAlgorithm);
    const asked = askedOf(profile, input) ?? NOTHING_ASKED;
    const wanted = {
      ...this.contents(authority, profile, input, {
        subject: subjectOf(input) ?? [],
        sans: normalSans(input.sans ?? []),
        rsa,
      }),
      extendedKeyUsages: extendedUsagesFor(profile, asked),
      keyUsages: keyUsagesFor(profile, rsa, undefined),
      other: takenOver(rulesOf(profile), asked, false),
    };
    const keys = await makeKey(input.keyAlgorithm);
    try {
      const contents = { ...wanted, publicKey: keys.publicKey };
      const chain = await chainOf(store, authority);
      let file: Uint8Array | undefined;
      const pack: Pack = async (leaf) => {
        file = await buildPkcs12({
          privateKey: keys.privateKey,
          certificates: [leaf, ...chain],
          password,
          friendlyName: input.friendlyName ?? formatDn(contents.subject),
          encoding: input.encoding,
          random: (length) => this.random.bytes(length),
          localKeyId: createHash("sha1").update(leaf).digest(),
        });
      };
      const issued = await this.make(principal, store, {
        ...{ authority, profile, contents, dryRun, pack },
        how: { pkcs12: input.encoding },
      });
      const serial = issued.certificate?.serial;
      return { ...issued, file, fileName: serial && `${serial}.p12` };
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
    profile: CertificateProfile,
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
    const { definition } = profile;
    const life = input.validity ?? definition.validity_period;
    const validity = inField("validity", () => {
      const beyond = lifeBeyond(life, profile);
      if (beyond !== undefined) throw new CountersignError("policy_refused", beyond);
      return validityFor({
        now,
        validity: life,
        maxValidity: life,
        backdate: definition.backdate,
        authorityNotAfter: authority.notAfter ?? now,
        beyondAuthority: definition.truncate_to_ca_not_after ? "shorten" : "refuse",
      });
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
    { authority, profile, contents, dryRun, how, pack = () => Promise.resolve() }: Order,
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
    const row = await this.stored(store, own, pack, (stored) =>
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
    pack: Pack,
    entry: (row: Certificate) => LedgerEntry,
  ): Promise<Certificate> {
    try {
      // First: a certificate whose key cannot be handed over is none.
      await pack(own.der);
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

/** Puts a signed certificate, DER, where it is handed over. */
type Pack = (certificate: Uint8Array) => Promise<void>;

/** What `make` is to do. */
interface Order {
  readonly authority: Authority;
  readonly profile: CertificateProfile;
  readonly contents: Parameters<CaCertificates["prepare"]>[1];
  readonly dryRun: boolean;
  /** For the ledger. */
  readonly how: Readonly<Record<string, unknown>>;
  readonly pack?: Pack;
}

const longEnough = (password: string | undefined): string => {
  if (password !== undefined && password.length >= SHORTEST_PASSWORD) return password;
  throw new CountersignError("invalid_input", "the password is too short", {
    issues: [{ path: "password", message: `${SHORTEST_PASSWORD} characters at least` }],
  });
};

const NOTHING_ASKED: AskedExtensions = {
  extensions: [],
  keyUsages: undefined,
  extendedKeyUsages: undefined,
};

const askedOf = (
  { definition }: CertificateProfile,
  { extensions }: IssueInput,
): AskedExtensions | undefined =>
  extensions && requestedExtensions(extensions, definition.allowed_extensions);

const subjectOf = ({ subject }: IssueInput): DistinguishedName | undefined =>
  subject === undefined ? undefined : inField("subject", () => fitting(parseDn(subject)));

const fitting = (name: DistinguishedName): DistinguishedName => {
  const fault = nameFault(name);
  if (fault !== undefined) throw new CountersignError("invalid_input", fault);
  return name;
};

const normalSans = (sans: readonly SubjectAltName[]): readonly SubjectAltName[] =>
  inField("sans", () => sans.map((san) => normalizeSan(san, { wildcard: true })));
