/** Keys that devices may have (requirements.md T-16). The wire forms (OIDs, parameters) of all keys are in `pki/algorithms.ts`. */
export const DEVICE_KEY_ALGORITHMS = [
  "rsa-2048",
  "rsa-3072",
  "rsa-4096",
  "ec-p256",
  "ec-p384",
  "ec-p521",
] as const;
export type DeviceKeyAlgorithm = (typeof DEVICE_KEY_ALGORITHMS)[number];
/** ML-DSA (FIPS 204): experimental, for authorities with soft keys. */
export const ML_DSA_ALGORITHMS = ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] as const;
export type MlDsaAlgorithm = (typeof ML_DSA_ALGORITHMS)[number];
/** What a token may hold. */
export const TOKEN_KEY_ALGORITHMS = [...DEVICE_KEY_ALGORITHMS, "ed25519"] as const;
/** Keys by name: all that an authority may have. */
export const KEY_ALGORITHMS = [...TOKEN_KEY_ALGORITHMS, ...ML_DSA_ALGORITHMS] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

export const HASHES = ["sha1", "sha256", "sha384", "sha512"] as const;
export type Hash = (typeof HASHES)[number];

/** How a signature is made; ECDSA signatures are DER `SEQUENCE {r, s}` everywhere in our types. */
export type SignatureScheme = DigestScheme | PureScheme;
/** What signs a hash of the message. */
export type DigestScheme =
  `rsa-pkcs1-${Hash}` | `rsa-pss-${Exclude<Hash, "sha1">}` | `ecdsa-${Exclude<Hash, "sha1">}`;
/** What signs the message itself, whole; named as its key. */
export type PureScheme = "ed25519" | MlDsaAlgorithm;

/** Whether a text names a key that an authority may have. */
export const isKeyAlgorithm = (text: string): text is KeyAlgorithm =>
  (KEY_ALGORITHMS as readonly string[]).includes(text);
/** Whether a text names a key that a device may have. */
export const isDeviceKeyAlgorithm = (text: string): text is DeviceKeyAlgorithm =>
  (DEVICE_KEY_ALGORITHMS as readonly string[]).includes(text);

export const isRsa = (algorithm: KeyAlgorithm): algorithm is `rsa-${2048 | 3072 | 4096}` =>
  algorithm.startsWith("rsa-");
export const isMlDsa = (algorithm: string): algorithm is MlDsaAlgorithm =>
  algorithm.startsWith("ml-dsa-");
/** Whether a key, or a scheme, signs messages and never hashes of them. */
export const isPure = (name: string): name is PureScheme => name === "ed25519" || isMlDsa(name);

/** The hash that goes with a CA key (requirements.md K-01); for a pure one that which CMS puts beside it (RFC 8419, RFC 9882). */
export const hashOfKey = (algorithm: KeyAlgorithm): "sha256" | "sha384" | "sha512" =>
  algorithm === "rsa-4096" || algorithm === "ec-p521" || isPure(algorithm)
    ? "sha512"
    : algorithm === "ec-p384"
      ? "sha384"
      : "sha256";

/** How an RSA key signs: PKCS#1 v1.5, or PSS, which Apple's clients refuse in chains. */
export const RSA_SIGNATURES = ["pkcs1", "pss"] as const;
export type RsaSignature = (typeof RSA_SIGNATURES)[number];

/** The scheme a CA with this key signs certificates and CRLs with; `signature` says nothing for other keys than RSA. */
export const schemeOfKey = (
  algorithm: KeyAlgorithm,
  signature: RsaSignature = "pkcs1",
): SignatureScheme =>
  isPure(algorithm)
    ? algorithm
    : isRsa(algorithm)
      ? `rsa-${signature}-${hashOfKey(algorithm)}`
      : `ecdsa-${hashOfKey(algorithm)}`;

/** The hash inside a scheme; of a pure one that which CMS puts beside it. */
export const hashOfScheme = (scheme: SignatureScheme): Hash =>
  isPure(scheme) ? "sha512" : (scheme.slice(scheme.lastIndexOf("-") + 1) as Hash);
