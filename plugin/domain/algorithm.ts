/** Keys and signatures by name. The wire forms (OIDs, parameters) are in `pki/algorithms.ts`. */
export const KEY_ALGORITHMS = [
  "rsa-2048",
  "rsa-3072",
  "rsa-4096",
  "ec-p256",
  "ec-p384",
  "ec-p521",
] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

export const HASHES = ["sha1", "sha256", "sha384", "sha512"] as const;
export type Hash = (typeof HASHES)[number];

/** How a signature is made; ECDSA signatures are DER `SEQUENCE {r, s}` everywhere in our types. */
export type SignatureScheme =
  `rsa-pkcs1-${Hash}` | `rsa-pss-${Exclude<Hash, "sha1">}` | `ecdsa-${Exclude<Hash, "sha1">}`;

export const isRsa = (algorithm: KeyAlgorithm): boolean => algorithm.startsWith("rsa-");

/** The hash that goes with a CA key (requirements.md K-01). */
export const hashOfKey = (algorithm: KeyAlgorithm): "sha256" | "sha384" | "sha512" =>
  algorithm === "rsa-4096" || algorithm === "ec-p521"
    ? "sha512"
    : algorithm === "ec-p384"
      ? "sha384"
      : "sha256";

/** The scheme a CA with this key signs certificates and CRLs with. */
export const schemeOfKey = (algorithm: KeyAlgorithm): SignatureScheme =>
  isRsa(algorithm) ? `rsa-pkcs1-${hashOfKey(algorithm)}` : `ecdsa-${hashOfKey(algorithm)}`;

/** The hash inside a scheme. */
export const hashOfScheme = (scheme: SignatureScheme): Hash =>
  scheme.slice(scheme.lastIndexOf("-") + 1) as Hash;
