import type { Authority } from "../domain/authority.ts";
import type { RevocationReason } from "../domain/certificate.ts";
import type { Signer } from "./keys.ts";

/**
 * A linted to-be-signed certificate. Only `pki/to-be-signed.ts` makes one, and it is spent by the first signature, so that nothing reaches a
 * key that was not linted.
 */
export interface PreparedCertificate {
  readonly tbs: Uint8Array;
  readonly serial: string;
  readonly tbsDigest: Uint8Array;
  /** Hands out the bytes once; throws at the second call. */
  spend(): Uint8Array;
}

export type IssueResult =
  | { readonly status: "issued"; readonly certificate: Uint8Array }
  | { readonly status: "pending"; readonly reference: string }
  | { readonly status: "refused"; readonly reason: string };

/** The code that makes one authority sign and revoke. `issue` and `revoke` are idempotent by their key. */
export interface CaBackend {
  issue(prepared: PreparedCertificate, idempotencyKey: string): Promise<IssueResult>;
  /** `invalidityDate`: since when it is not to be trusted, where that is known (RFC 5280 section 5.3.2). */
  revoke(serial: string, reason: RevocationReason, invalidityDate?: Date): Promise<void>;
  /** DER, issuing CA first, root last. */
  chain(): Promise<readonly Uint8Array[]>;
  /** Lifts a hold; where it is missing the CA cannot. */
  unhold?(serial: string): Promise<void>;
  resume?(reference: string): Promise<IssueResult>;
  health?(): Promise<void>;
}

/** Makes the backend of one authority; `kind` is what the authority names. */
export interface CaBackendFactory {
  readonly kind: string;
  /** Whether revocations of this authority's certificates have to be told to a CA outside; absent: never. */
  serves?(authority: Authority): boolean;
  create(authority: Authority, signer: Signer | undefined): CaBackend;
}
