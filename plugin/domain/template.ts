import type { AttemptPolicy } from "./attempt-policy.ts";
import type { KeyAlgorithm } from "./algorithm.ts";
import type { ShapeExtras } from "./console/extras.ts";
import type { ContainerEncoding } from "./pkcs12-encoding.ts";
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

/**
 * How a device comes by its key: `scep`, it makes its own and asks; `pkcs12`, the CA makes it and hands it over with the certificate when the
 * device takes its profile.
 */
export const DELIVERIES = ["scep", "pkcs12"] as const;
export type Delivery = (typeof DELIVERIES)[number];

export interface SanPattern {
  readonly type: SanType;
  readonly pattern: string;
}

export const SCEP_RENEWALS = ["off", "any-time", "in-window"] as const;
export type ScepRenewal = (typeof SCEP_RENEWALS)[number];

/** `revoke`: as superseded. */
export const OLD_CERTIFICATES = ["keep", "revoke"] as const;
export type OldCertificate = (typeof OLD_CERTIFICATES)[number];

/** Certificate policy (T-23). */
export interface CertificatePolicy {
  readonly oid: string;
  readonly cps?: string;
}

/** A day: what a phone that is off over night needs. */
export const DEFAULT_PUSHED_LIFETIME = "P1D";
/** What a certificate profile says about requests (area T). */
export interface ProfileRules {
  /** OIDs that a request may carry. */
  readonly allowedExtensions: readonly string[];
  readonly ignoreUnknownExtensions: boolean;
  readonly fillSanDnsWithCn: boolean;
}

/** Members that a template need not have, and that a change takes away by `null`. */
type Removable = "profileId" | "requiredDomain" | "rules";

/** The members of a template that a change names; what is not named, or undefined, stays. */
export type TemplateChange = {
  readonly [K in keyof Template]?: Template[K] | (K extends Removable ? null : never) | undefined;
};

/** A version of a template that is being tried. */
export interface TemplateTrial {
  /** Of the distribution's version. */
  readonly number: number;
  /** The members that differ. */
  readonly change: TemplateChange;
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
  /** How the key comes about; with `pkcs12` the first of `keyAlgorithms` is made, and what is said of challenges means nothing. */
  readonly delivery: Delivery;
  /** How a PKCS#12 container is encrypted. */
  readonly pkcs12Encoding: ContainerEncoding;
  readonly challengeMode: "static" | "dynamic";
  /** Life of a dynamic challenge from when it is minted: when the device takes its profile. */
  readonly challengeLifetime: string;
  /** Its life where the host cannot wait for the device and the profile is rendered when it is pushed; never less than `challengeLifetime`. */
  readonly pushedChallengeLifetime: string;
  readonly attempts: AttemptPolicy;
  readonly keyStorage: KeyStorage;
  /** Whether the planner renews its certificates by itself (L-01). */
  readonly autoRenewal: boolean;
  /** Window before expiry, `P30D` or a share of the life `20%` (L-02). */
  readonly renewalWindow: string;
  /** The part of the window, from its opening, over which devices are spread: `0%` to `90%`. */
  readonly renewalSpread: string;
  /** SCEP renewal by the old certificate: never, whenever asked, or only inside `renewalWindow`. */
  readonly scepRenewal: ScepRenewal;
  /** How long after its end a certificate may still renew; `PT0S`: not at all. */
  readonly renewalGrace: string;
  /** What becomes of the certificate before once the new one has been seen on the device (L-07). */
  readonly oldCertificate: OldCertificate;
  readonly policies: readonly CertificatePolicy[];
  /** Where an event does something else to its certificates than `DEFAULT_REVOCATION` says. */
  readonly revocation?: Partial<RevocationRules> | undefined;
  /** A device may hold two live certificates of this template (T-25). */
  readonly allowDuplicates: boolean;
  /** A domain that must occur in a DNS name, the user principal name or a common name of every certificate (T-24). */
  readonly requiredDomain?: string | undefined;
  /** The certificate profile it keeps to; must be enabled on an authority that has such a list. */
  readonly profileId?: string | undefined;
  /** What of that profile counts at issuance; copied from it when the template is saved. */
  readonly rules?: ProfileRules | undefined;
  /** What consoles keep beside it. */
  readonly shapeExtras?: ShapeExtras | undefined;
  /** A later version that only the devices on trial have; changed by distributions alone. */
  readonly trial?: TemplateTrial | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A template with a change in it. */
export const withChange = (template: Template, change: TemplateChange): Template => {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  return {
    ...template,
    ...(Object.fromEntries(named.map(([name, value]) => [name, value ?? undefined])) as object),
  };
};

/** A template as the devices on trial have it; its version is the one it will be saved as. */
export const onTrial = (template: Template): Template => ({
  ...withChange(template, template.trial?.change ?? {}),
  id: template.id,
  version: template.version + 1,
  trial: undefined,
});
