import type { EndpointLimits } from "./endpoint-limits.ts";

/** Lower-case letters, digits and single hyphens, so that ids map to setting names (foundations.md 40). Unique in the installation. */
export const ENDPOINT_ID = /^[a-z0-9](?:-?[a-z0-9]){1,62}$/;

/** Interoperability profiles; what each means is data in `client-profiles.ts`. */
export const CLIENT_PROFILES = [
  "auto",
  "apple",
  "windows",
  "android",
  "certmonger",
  "strongswan",
  "cisco-legacy",
  "fortigate",
  "sonicwall",
  "ndes-proxy",
] as const;
export type ClientProfileName = (typeof CLIENT_PROFILES)[number];

export interface StaticPolicy {
  readonly kind: "static";
  readonly id: string;
  /** The one template this secret enrols for. */
  readonly templateId: string;
  /** Sealed secret: profiles must carry it. */
  readonly sealed: Uint8Array;
  /** Keyed MAC of the secret, hex: what is compared. */
  readonly mac: string;
  /** When no device matches: refuse, or enrol as an unmanaged device. */
  readonly unknownDevice: "refuse" | "unmanaged";
}

export interface DynamicPolicy {
  readonly kind: "dynamic";
  readonly id: string;
}

export type ChallengePolicySetting = StaticPolicy | DynamicPolicy;

/** Who takes over at an endpoint, and when (GetNextCACert). Both may be those of today when only one rolls. */
export interface RollOver {
  readonly authorityId: string;
  readonly raId: string;
  readonly from: Date;
  /** Until when the RA before it still opens envelopes; 30 days unless given. */
  readonly until?: Date | undefined;
}

/**
 * Other CAs whose certificates are as good as a challenge here (RFC 8894 section 2.3), for devices that move from them. Their revocation is
 * not looked at: such a CA is to be taken out when its devices have moved.
 */
export interface ForeignRenewal {
  /** CA certificates, DER. */
  readonly authorities: readonly Uint8Array[];
  /** What is issued in their place; the certificate's names must fit it. */
  readonly templateId: string;
  /** When no device matches: refuse, or enrol as an unmanaged device. */
  readonly unknownDevice: StaticPolicy["unknownDevice"];
}

/** The object behind a SCEP URL. */
export interface Endpoint {
  /** The path id in `/scep/<id>`. */
  readonly id: string;
  readonly name: string;
  /** What it is for, in an admin's words; may be empty. */
  readonly description: string;
  readonly authorityId: string;
  readonly templateIds: readonly string[];
  /** Tried in order. */
  readonly policies: readonly ChallengePolicySetting[];
  readonly raId: string | undefined;
  /** CA certificates served after the RA, issuing CA first; empty: filled from the authority. */
  readonly chain: readonly Uint8Array[];
  /** Whether GetCACert ends with the root. */
  readonly includeRoot: boolean;
  /** Accept 3DES and SHA-1 requests; warned. */
  readonly legacy: boolean;
  /** Accept MD5-signed CSRs if the signature verifies (decision 7); warned. */
  readonly acceptMd5Csr: boolean;
  /** Accept AES-GCM envelopes (RFC 5083). */
  readonly acceptGcm: boolean;
  /** How far a message's signingTime may be from now, as an ISO 8601 duration; undefined: it is not looked at. */
  readonly signingTimeTolerance: string | undefined;
  /** Whose certificates may sign a renewal besides our own; undefined: nobody's. */
  readonly foreignRenewal: ForeignRenewal | undefined;
  /** Only what differs from the defaults; see `limitsOf`. */
  readonly limits: Partial<EndpointLimits>;
  /** `manual`: requests wait until somebody approves them (PENDING, then CertPoll). */
  readonly approval: "none" | "manual";
  /** How long a request waits for approval; then it is refused. */
  readonly approvalLifetime: string;
  /** GetCert and GetCRL (RFC 8894 section 3.3.4) are answered. */
  readonly queries: boolean;
  /** One of `client-profiles`. */
  readonly clientProfile: ClientProfileName;
  /** The roll-over that is scheduled; undefined: none. */
  readonly next: RollOver | undefined;
  /** RAs that still open envelopes for a while. */
  readonly retiredRas: readonly {
    readonly raId: string;
    readonly authorityId: string;
    readonly until: Date;
  }[];
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
