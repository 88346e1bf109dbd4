import { type AttemptPolicy, DEFAULT_ATTEMPTS } from "../attempt-policy.ts";
import type { AuthorityKind } from "../authority.ts";
import type { ContainerEncoding } from "../pkcs12-encoding.ts";
import type { RevocationRules } from "../revocation-rules.ts";
import type {
  CertificatePolicy,
  Delivery,
  KeyStorage,
  SanPattern,
  OldCertificate,
  ScepRenewal,
} from "../template.ts";

/**
 * A CA server as every console knows it: an authority together with the endpoint that serves it. `""` stands for nothing. It may hold what
 * saving refuses.
 */
export interface CaServerModel {
  readonly id: string;
  readonly name: string;
  readonly kind: AuthorityKind;
  readonly parentId: string;
  readonly subject: string;
  /** Of `KEY_ALGORITHMS`; text, because a form may name another. */
  readonly keyAlgorithm: string;
  readonly signature: string;
  readonly keyStore: string;
  /** ISO 8601. */
  readonly notAfter: string;
  readonly crlEnabled: boolean;
  readonly ocspEnabled: boolean;
  /** Ids of certificate profiles; empty: not restricted. */
  readonly profiles: readonly string[];
  /** Base64 of DER: of an external root going in, of any authority coming out. */
  readonly certificate: string;
  readonly templateIds: readonly string[];
  readonly acceptMd5Csr: boolean;
  readonly enabled: boolean;
  /** Written by us, never read from a form. */
  readonly readings: Readings;
}

/** What a form shows for copying. */
export interface Readings {
  readonly scepUrl: string;
  readonly rootFingerprintSha256: string;
  readonly rootFingerprintSha1: string;
  readonly status: string;
}

/** A template as a form writes it; `secret` goes in and never comes out. */
export interface TemplateModel {
  readonly id: string;
  readonly name: string;
  readonly authorityId: string;
  readonly profileId: string;
  readonly subject: string;
  readonly sans: readonly SanPattern[];
  /** Text, because a form may name RSA-1024, which saving refuses (decision 2). */
  readonly keyAlgorithms: readonly string[];
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly allowedExtendedKeyUsages: readonly string[];
  readonly validity: string;
  readonly maxValidity: string;
  readonly beyondAuthority: "refuse" | "shorten";
  readonly backdate: string;
  readonly delivery: Delivery;
  readonly pkcs12Encoding: ContainerEncoding;
  readonly challengeMode: "static" | "dynamic";
  readonly challengeLifetime: string;
  readonly keyStorage: KeyStorage;
  readonly autoRenewal: boolean;
  readonly attempts: AttemptPolicy;
  readonly renewalWindow: string;
  readonly scepRenewal: ScepRenewal;
  readonly renewalGrace: string;
  readonly oldCertificate: OldCertificate;
  readonly policies: readonly CertificatePolicy[];
  /** What an event does otherwise than by default. */
  readonly revocation: Partial<RevocationRules>;
  readonly allowDuplicates: boolean;
  readonly requiredDomain: string;
  /** Of the endpoint that offers it: whether requests signed with MD5 are taken when their signature verifies (decision 7). */
  readonly acceptMd5Csr: boolean;
  readonly secret: string;
  readonly readings: Readings;
}

export const NO_READINGS: Readings = {
  scepUrl: "",
  rootFingerprintSha256: "",
  rootFingerprintSha1: "",
  status: "",
};

/** Where a new CA server starts: an issuing CA of ours with everything on. */
export const BLANK_CA_SERVER: CaServerModel = {
  id: "",
  name: "",
  kind: "issuing",
  parentId: "",
  subject: "",
  keyAlgorithm: "rsa-2048",
  signature: "pkcs1",
  keyStore: "",
  notAfter: "",
  crlEnabled: true,
  ocspEnabled: true,
  profiles: [],
  certificate: "",
  templateIds: [],
  acceptMd5Csr: false,
  enabled: true,
  readings: NO_READINGS,
};

/** Where a new template starts. */
export const BLANK_TEMPLATE: TemplateModel = {
  id: "",
  name: "",
  authorityId: "",
  profileId: "",
  subject: "CN=%serialnumber%",
  sans: [],
  keyAlgorithms: ["rsa-2048"],
  keyUsages: ["digitalSignature", "keyEncipherment"],
  extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
  allowedExtendedKeyUsages: [],
  validity: "P1Y",
  maxValidity: "P3Y",
  beyondAuthority: "refuse",
  backdate: "PT30M",
  delivery: "scep",
  pkcs12Encoding: "by-platform",
  challengeMode: "dynamic",
  challengeLifetime: "PT1H",
  keyStorage: "tpm-else-software",
  autoRenewal: true,
  attempts: DEFAULT_ATTEMPTS,
  renewalWindow: "20%",
  scepRenewal: "any-time",
  renewalGrace: "PT0S",
  oldCertificate: "keep",
  policies: [],
  revocation: {},
  allowDuplicates: true,
  requiredDomain: "",
  acceptMd5Csr: false,
  secret: "",
  readings: NO_READINGS,
};
