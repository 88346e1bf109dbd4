import type { KeyAlgorithm } from "./algorithm.ts";
import type { RevocationRules } from "./revocation-rules.ts";
import type { SanType } from "./san.ts";

/** RFC 5280 section 4.2.1.3, in bit order. */
export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** Windows KeyProtection 1 to 4 (P-06). */
export const KEY_STORAGES = ["tpm", "tpm-else-software", "software", "windows-hello"] as const;
export type KeyStorage = (typeof KEY_STORAGES)[number];

export interface SanPattern {
  readonly type: SanType;
  readonly pattern: string;
}

export const SCEP_RENEWALS = ["off", "any-time", "in-window"] as const;
export type ScepRenewal = (typeof SCEP_RENEWALS)[number];

/** Certificate policy (T-23). */
export interface CertificatePolicy {
  readonly oid: string;
  readonly cps?: string;
}

/** What we issue by. Durations are ISO 8601 (`PT12H`, `P47D`, `P1Y`). */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly authorityId: string;
  /** DN pattern, for example `CN=%username%,O=Example`. */
  readonly subject: string;
  readonly sans: readonly SanPattern[];
  readonly keyAlgorithms: readonly KeyAlgorithm[];
  readonly keyUsages: readonly KeyUsage[];
  /** EKU OIDs written into every certificate. */
  readonly extendedKeyUsages: readonly string[];
  /** EKU OIDs a request may ask for besides; any other is refused (T-18). */
  readonly allowedExtendedKeyUsages: readonly string[];
  readonly validity: string;
  readonly maxValidity: string;
  /** When the life asked for passes the CA's end: refuse (default) or shorten (decision 11). */
  readonly beyondAuthority: "refuse" | "shorten";
  /** How far notBefore lies in the past; never shortens the life. */
  readonly backdate: string;
  readonly challengeMode: "static" | "dynamic";
  /** Life of a dynamic challenge from when it is minted. */
  readonly challengeLifetime: string;
  readonly keyStorage: KeyStorage;
  /** Window before expiry, `P30D` or a share `20%`; kept here, acted on by the planner. */
  readonly renewalWindow: string;
  /** SCEP renewal by the old certificate: never, whenever asked, or only inside `renewalWindow`. */
  readonly scepRenewal: ScepRenewal;
  /** How long after its end a certificate may still renew; `PT0S`: not at all. */
  readonly renewalGrace: string;
  readonly policies: readonly CertificatePolicy[];
  /** Where an event does something else to its certificates than `DEFAULT_REVOCATION` says. */
  readonly revocation?: Partial<RevocationRules> | undefined;
  /** A device may hold two live certificates of this template (T-25). */
  readonly allowDuplicates: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
