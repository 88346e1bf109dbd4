import type { Role } from "./principal.ts";

/** One of a credential's public keys; two are good while it is rotated. */
export interface CredentialKey {
  /** `kid` of its tokens: SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly id: string;
  /** SubjectPublicKeyInfo, base64 of DER. */
  readonly publicKey: string;
  readonly notAfter: Date;
  readonly createdAt: Date;
}

/** What a machine signs in with: a key pair whose private half was handed over once, with roles and a scope of its own. */
export interface Credential {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The authorities it may act on; empty: all. */
  readonly authorityIds: readonly string[];
  readonly keys: readonly CredentialKey[];
  readonly active: boolean;
  readonly lastUsedAt: Date | undefined;
  readonly createdBy: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Roles that a machine may have: none that gives roles to others. */
export const CREDENTIAL_ROLES = [
  "ca-administrator",
  "certificate-administrator",
  "ca-auditor",
  "protocol-operator",
  "protocol-auditor",
] as const satisfies readonly Role[];
