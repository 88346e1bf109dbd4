/** How an authority outside is reached by the devices themselves (seed 003: server type, server URL, global enrolment code). */
export interface OutsideAuthority {
  /** What kind of server it is, for people and for the console's form. */
  readonly serverType: OutsideServerType;
  /** The SCEP URL that profiles carry. */
  readonly url: string;
  /** The enrolment code that profiles carry, sealed; undefined where the server wants none. */
  readonly code: Uint8Array | undefined;
  /** DER of the CAs above it, its root last; empty where the authority's own certificate is a root or nobody has given them. */
  readonly above: readonly Uint8Array[];
}

/** Kinds of servers that a console lists; any SCEP server is reached the same way. */
export const OUTSIDE_SERVER_TYPES = [
  "digicert-one",
  "countersign",
  "step-ca",
  "ejbca",
  "ndes",
  "other",
] as const;
export type OutsideServerType = (typeof OUTSIDE_SERVER_TYPES)[number];
