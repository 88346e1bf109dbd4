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

/** Whether a text names a key that certificates are issued for. */
export const isKeyAlgorithm = (text: string): text is KeyAlgorithm =>
  (KEY_ALGORITHMS as readonly string[]).includes(text);

export const isRsa = (algorithm: KeyAlgorithm): boolean => algorithm.startsWith("rsa-");

/** The hash that goes with a CA key (requirements.md K-01). */
export const hashOfKey = (algorithm: KeyAlgorithm): "sha256" | "sha384" | "sha512" =>
  algorithm === "rsa-4096" || algorithm === "ec-p521"
    ? "sha512"
    : algorithm === "ec-p384"
      ? "sha384"
      : "sha256";

/** How an RSA key signs: PKCS#1 v1.5, or PSS, which Apple's clients refuse in chains. */
export const RSA_SIGNATURES = ["pkcs1", "pss"] as const;
export type RsaSignature = (typeof RSA_SIGNATURES)[number];

/** The scheme a CA with this key signs certificates and CRLs with; `signature` says nothing for EC keys. */
export const schemeOfKey = (
  algorithm: KeyAlgorithm,
  signature: RsaSignature = "pkcs1",
): SignatureScheme =>
  isRsa(algorithm) ? `rsa-${signature}-${hashOfKey(algorithm)}` : `ecdsa-${hashOfKey(algorithm)}`;

/** The hash inside a scheme. */
export const hashOfScheme = (scheme: SignatureScheme): Hash =>
  scheme.slice(scheme.lastIndexOf("-") + 1) as Hash;
