/** Kinds of CA as raw profiles name them (T-02); `subord` is an issuing CA, `externalKey` a root whose key is elsewhere. */
export const CA_TYPES = ["root", "externalKey", "intermediate", "subord"] as const;
export type CaType = (typeof CA_TYPES)[number];

/** Subscriber groups of the catalogue (T-08), and our own. */
export const PROFILE_GROUPS = [
  "cmp",
  "codesigning",
  "esim",
  "est",
  "intune",
  "mdmws",
  "mobile",
  "multiuse",
  "privatessl",
  "scep",
  "smartcard",
  "smime",
  "v2g",
  "wstep",
] as const;

/** A profile as "Edit the Raw Profile Information" shows it (T-02 to T-06): these members and no other. */
export interface RawProfile {
  readonly allowedCATypes: readonly CaType[];
  /** ISO 8601. */
  readonly validity_period: string;
  /** Key usages by their RFC 5280 names and extended key usages by OID, in one list. No OID: none is prescribed. */
  readonly usages: readonly string[];
  /** OIDs of extensions that a request may carry. */
  readonly allowed_extensions: readonly string[];
  /** False: a request with any other extension is refused. */
  readonly ignore_unknown_extensions: boolean;
  readonly ca_constraint: { readonly cA: boolean; readonly pathLen?: number | undefined };
  /** ISO 8601. */
  readonly backdate: string;
  /** True: a life past the CA's end is shortened instead of refused. */
  readonly truncate_to_ca_not_after: boolean;
  /** True: every common name is also written as a DNS name (T-15). */
  readonly fill_san_dns_with_cn: boolean;
}

/** A rule for what a CA may put into certificates (area T). `system` ones are shipped and never change. */
export interface CertificateProfile {
  readonly id: string;
  readonly group: string;
  readonly description: string;
  readonly origin: "system" | "custom";
  /** True where no vendor has published it: the profile is our own. */
  readonly ours: boolean;
  /** What is not certain of it; empty when all is documented. */
  readonly note: string;
  /** The CA may make the key and hand out a PKCS#12 file (D-06). */
  readonly pkcs12: boolean;
  readonly definition: RawProfile;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Extended key usages that no certificate of a device or a person ever has, each with the reason. */
export const NEVER_ISSUED: Readonly<Record<string, string>> = {
  "2.5.29.37.0": "any extended key usage (2.5.29.37.0) is never issued: name those that are wanted",
  "1.3.6.1.5.5.7.3.9": "OCSP signing (1.3.6.1.5.5.7.3.9) is for responders alone",
};

/** The seven extensions of T-12, by name. */
export const REQUEST_EXTENSIONS = {
  applicationPolicies: "1.3.6.1.4.1.311.21.10",
  certificatePolicies: "2.5.29.32",
  extendedKeyUsage: "2.5.29.37",
  msTemplateName: "1.3.6.1.4.1.311.20.2",
  msTemplateOid: "1.3.6.1.4.1.311.21.7",
  smimeCapabilities: "1.2.840.113549.1.9.15",
  ntdsSecurity: "1.3.6.1.4.1.311.25.2",
} as const;
