import type { Hash, KeyAlgorithm, SignatureScheme } from "../domain/algorithm.ts";

/** Where a private key is: `<provider>:<id>`, for example `soft:5f0c…` or `pkcs11:5f0c…` (id = CKA_ID in hex). */
export type KeyRef = string;

export const providerOf = (ref: KeyRef): string => ref.slice(0, ref.indexOf(":"));

export interface Signer {
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Whether `sign` takes the hash of the message or the message itself (foundations.md 16). */
  readonly takes: "digest" | "message";
  /** ECDSA signatures come back as DER SEQUENCE {r, s}. Throws `key_unavailable`, `key_not_found`, `key_unsupported`. */
  sign(input: Uint8Array, scheme: SignatureScheme): Promise<Uint8Array>;
}

export type UnwrapScheme = "pkcs1" | `oaep-${Hash}`;

export interface Decrypter {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /**
   * Opens an RSA key transport of a content key that is `length` octets long. Always answers `length` octets: for whatever is wrong with
   * the ciphertext, pseudorandom ones that depend only on key and ciphertext (implicit rejection). Throws only when the key itself
   * cannot be used.
   */
  unwrap(ciphertext: Uint8Array, scheme: UnwrapScheme, length: number): Promise<Uint8Array>;
}

export interface KeySpec {
  readonly algorithm: KeyAlgorithm;
  /** `decrypt` is asked for RA keys only. */
  readonly usage: "sign" | "sign-and-decrypt";
  /** For people; not unique. */
  readonly label: string;
}

export interface KeyFinding {
  readonly level: "ok" | "warning" | "fault";
  readonly message: string;
  readonly remedy?: string;
}

/** What a key store says of a key that it holds. */
export interface HeldKey {
  readonly ref: KeyRef;
  /** For people; not unique. */
  readonly label: string;
  /** Why it cannot be used: of another kind than ours, without its public half, not the only one with its id; undefined when it can. */
  readonly fault: string | undefined;
  /** Undefined with a fault. */
  readonly algorithm: KeyAlgorithm | undefined;
  /** SubjectPublicKeyInfo, DER; empty with a fault. */
  readonly publicKey: Uint8Array;
  readonly signs: boolean;
  readonly decrypts: boolean;
  /** Whether the store would hand out the private half. */
  readonly extractable: boolean;
}

export interface KeyProvider {
  /** The prefix of its references. */
  readonly name: string;
  generate(spec: KeySpec): Promise<KeyRef>;
  /**
   * Takes over a private key that was made elsewhere: PKCS#8, DER, unencrypted. Throws `key_unsupported` where keys are only made inside, and
   * `invalid_input` for what is no key of a kind we use.
   */
  importKey(pkcs8: Uint8Array, spec: Omit<KeySpec, "algorithm">): Promise<KeyRef>;
  /** Throws `key_not_found`. */
  signer(ref: KeyRef): Promise<Signer>;
  /** Throws `key_not_found`, or `key_unsupported` where the key cannot decrypt safely. */
  decrypter(ref: KeyRef): Promise<Decrypter>;
  /** Every key pair in the store, also those that others made. Absent where a store cannot say. */
  list?(): Promise<readonly HeldKey[]>;
  /** Forgets a key that was made for something that did not come about. */
  destroy(ref: KeyRef): Promise<void>;
  /** A real look at the store: module, PIN, abilities; each finding with its remedy. */
  probe(): Promise<readonly KeyFinding[]>;
  close(): Promise<void>;
}
