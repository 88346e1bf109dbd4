import type { EndpointLimits } from "../domain/endpoint-limits.ts";

/** What services need of the configuration; made by `config.ts`, frozen. */
export interface Settings {
  /** Plain-HTTP base URL of CRL, OCSP and CA certificates, no trailing slash (decision 12); undefined until set. */
  readonly publicUrl: string | undefined;
  /** Base of SCEP URLs as devices reach it; `/<endpoint id>` follows. No trailing slash. */
  readonly scepUrl: string | undefined;
  /** 32 octets or more, the same on every node: MACs, sealing and local tokens are derived from it. */
  readonly serverSecret: Uint8Array;
  /** Seconds between CRLs that no revocation asked for, and how long a CRL is valid (L-09). */
  readonly crlInterval: number;
  readonly crlLifetime: number;
  /** Seconds within which a revocation is on the list. */
  readonly crlRevocation: number;
  /** Lists with up to so many entries are signed at the first fetch after a revocation. */
  readonly crlAtOnceEntries: number;
  /** Seconds that a revoked certificate stays on the list after its end (expiredCertsOnCRL); also OCSP's archive cutoff. */
  readonly crlKeepExpired: number;
  /** Seconds a self-retry of one request gets the same certificate (foundations.md 10). */
  readonly retryGrace: number;
  /** Limits of endpoints that set none of their own. */
  readonly limits: Partial<EndpointLimits>;
  /** Whether authorities may have keys of ML-DSA, which is experimental. */
  readonly postQuantum: boolean;
  /** What happens when an authority with little life left is bound to an endpoint. */
  readonly shortLivedAuthority: "warn" | "refuse";
  readonly rotation: RotationSettings;
  /** Name shown on profiles. */
  readonly organization: string;
}

/** When keys are replaced. */
export interface RotationSettings {
  /** Days before the end of an RA certificate at which its successor is made. */
  readonly raDaysBefore: number;
  /** Days a successor is announced (GetNextCACert) before it takes over, unless somebody names a day. */
  readonly announceDays: number;
  /** Days the old RA still opens envelopes, and the old CA waits to be retired, after the successor has taken over. */
  readonly overlapDays: number;
  /** Seconds between looks. */
  readonly checkSeconds: number;
  /** Whether the key of a retired RA is destroyed. */
  readonly destroyRetiredRaKeys: boolean;
}
