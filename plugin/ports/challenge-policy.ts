import type { Device } from "../domain/device.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { Template } from "../domain/template.ts";

/** What the CSR says, as a policy may judge it. */
export interface RequestedIdentity {
  /** RDNs in order, each a list of [OID, value]. */
  readonly subject: readonly (readonly (readonly [oid: string, value: string])[])[];
  readonly sans: readonly SubjectAltName[];
}

/** The answer of a policy that knows the secret. */
export interface Redemption {
  readonly template: Template;
  readonly device: Device;
  /** Where subject and SANs come from (decision 6). */
  readonly subjectSource: "template" | "request";
  /** Set for a one-time challenge: reserved with the certificate and spent when it is stored. */
  readonly challengeId: string | undefined;
}

/**
 * Whether a secret is good at an endpoint. `undefined` means "not mine": the next policy is asked. A policy that knows the secret and refuses it throws
 * `challenge_refused`. Timing must not depend on whether a secret is known.
 */
export interface ChallengePolicy {
  readonly kind: string;
  redeem(
    endpoint: Endpoint,
    secret: string,
    request: RequestedIdentity,
  ): Promise<Redemption | undefined>;
}
