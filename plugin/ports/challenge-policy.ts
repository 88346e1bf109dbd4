import type { Device } from "../domain/device.ts";
import type { DistinguishedName } from "../domain/distinguished-name.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { Template } from "../domain/template.ts";
import type { TenantStore } from "./stores.ts";

/** What the CSR says, as a policy may judge it. */
export interface RequestedIdentity {
  readonly subject: DistinguishedName;
  readonly sans: readonly SubjectAltName[];
}

/** Where a secret is presented. */
export interface ChallengeContext {
  readonly store: TenantStore;
  readonly endpoint: Endpoint;
  /** The endpoint's templates. */
  readonly templates: readonly Template[];
  /** Told whose secret it is as soon as that is known, also when it is then refused: for the ledger and the count of attempts. */
  readonly known?:
    ((of: { readonly deviceId: string; readonly templateId: string }) => void) | undefined;
}

/** The answer of a policy that knows the secret. */
export interface Redemption {
  readonly template: Template;
  readonly device: Device;
  /** Where subject and SANs come from (decision 6); a renewal repeats those of the certificate that signed it. */
  readonly subjectSource: "template" | "request" | RequestedIdentity;
  /** Set for a one-time challenge: reserved with the certificate and spent when it is stored. */
  readonly challengeId: string | undefined;
  /** A renewal replaces its certificate, so the rule of one certificate a device (T-25) does not stand against it. */
  readonly replaces: string | undefined;
  /** When a one-time challenge ends: until then a re-sent request gets its certificate again (foundations.md 10). */
  readonly expiresAt: Date | undefined;
}

/**
 * Whether a secret is good at an endpoint. `undefined` means "not mine": the next policy is asked. A policy that knows the secret and refuses it throws
 * `challenge_refused`. Timing must not depend on whether a secret is known.
 */
export interface ChallengePolicy {
  readonly kind: string;
  redeem(
    context: ChallengeContext,
    secret: string,
    request: RequestedIdentity,
  ): Promise<Redemption | undefined>;
}
