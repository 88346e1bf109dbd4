import { constants, createPublicKey, hash, verify, type KeyObject } from "node:crypto";
import {
  isMlDsa,
  isPure,
  type KeyAlgorithm,
  type MlDsaAlgorithm,
  type PureScheme,
} from "../domain/algorithm.ts";
import { CountersignError } from "../errors.ts";
import type { ReceivedScheme } from "./algorithms.ts";
import { bits, child, oidOf, readDer, TAG, type Element } from "./der-read.ts";
import { mlDsaKeyOctets, verifyMlDsa } from "./ml-dsa.ts";
import { OID } from "./oids.ts";

/** A public key that signatures can be verified with; ML-DSA is none that node:crypto knows. */
export type PublicKey = PublicKeyFacts &
  (
    | { readonly type: "rsa" | "ec" | "ed25519"; readonly key: KeyObject }
    | { readonly type: "ml-dsa"; readonly key: undefined }
  );

interface PublicKeyFacts {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Undefined for a size that we do not issue for. */
  readonly algorithm: KeyAlgorithm | undefined;
  /** Size of the modulus or of the curve's field; of an ML-DSA key that of its octets. */
  readonly bits: number;
  /** RSA only. */
  readonly exponent?: bigint;
  /** RSA only: big-endian octets without leading zeros. */
  readonly modulus?: Uint8Array;
  /** Contents of the subjectPublicKey BIT STRING. */
  readonly keyBits: Uint8Array;
}

const refuse = (detail: string): CountersignError => new CountersignError("bad_algorithm", detail);
const fault = (detail: string): CountersignError => new CountersignError("bad_message", detail);

const MIN_RSA_BITS = 512;
const MAX_RSA_BITS = 8192;
/** Beyond this a verification costs the server more than the client. */
const MAX_EXPONENT_OCTETS = 8;

const CURVES = new Map<string, { name: string; bits: number; algorithm: KeyAlgorithm }>([
  [OID.p256, { name: "P-256", bits: 256, algorithm: "ec-p256" }],
  [OID.p384, { name: "P-384", bits: 384, algorithm: "ec-p384" }],
  [OID.p521, { name: "P-521", bits: 521, algorithm: "ec-p521" }],
]);

const PURE_KEYS = new Map<string, PureScheme>([
  [OID.ed25519, "ed25519"],
  [OID.mlDsa44, "ml-dsa-44"],
  [OID.mlDsa65, "ml-dsa-65"],
  [OID.mlDsa87, "ml-dsa-87"],
]);

/** Octets of a positive INTEGER without the sign octet. */
const magnitude = (element: Element, what: string): Uint8Array => {
  const { value } = element;
  const first = value[0];
  if (first === undefined || first >= 0x80) throw fault(`${what} is not positive`);
  if (first !== 0) return value;
  const second = value[1];
  if (second === undefined || second < 0x80) throw fault(`${what} is zero or not minimal`);
  return value.subarray(1);
};

const asBuffer = (octets: Uint8Array): Buffer =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.length);

const bitLength = (octets: Uint8Array): number =>
  octets.length * 8 - (Math.clz32(octets[0] ?? 0) - 24);

const importRsa = (spki: Uint8Array, keyBits: Uint8Array): PublicKey => {
  const body = readDer(keyBits);
  if (body.tag !== TAG.sequence || body.children.length !== 2) throw fault("RSA public key");
  const modulus = magnitude(child(body, 0, TAG.integer, "modulus"), "modulus");
  const e = magnitude(child(body, 1, TAG.integer, "exponent"), "exponent");
  const size = bitLength(modulus);
  if (size < MIN_RSA_BITS || size > MAX_RSA_BITS) throw refuse(`RSA key of ${size} bits`);
  if (((modulus[modulus.length - 1] ?? 0) & 1) === 0) throw fault("RSA modulus is even");
  if (e.length > MAX_EXPONENT_OCTETS) throw refuse("RSA exponent of more than 64 bits");
  const exponent = e.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  if (exponent < 3n || (exponent & 1n) === 0n) throw refuse("RSA exponent is even or 1");
  return {
    spki,
    type: "rsa",
    algorithm: size === 2048 || size === 3072 || size === 4096 ? `rsa-${size}` : undefined,
    bits: size,
    exponent,
    modulus,
    // 4 µs, where the whole SubjectPublicKeyInfo takes 93.
    key: createPublicKey({ key: asBuffer(keyBits), format: "der", type: "pkcs1" }),
    keyBits,
  };
};

const base64url = (octets: Uint8Array): string => asBuffer(octets).toString("base64url");

const importEc = (spki: Uint8Array, keyBits: Uint8Array, parameters?: Element): PublicKey => {
  const curve =
    parameters?.tag === TAG.oid ? CURVES.get(oidOf(parameters, "named curve")) : undefined;
  if (curve === undefined) throw refuse("EC key that is not on P-256, P-384 or P-521");
  const width = Math.ceil(curve.bits / 8);
  if (keyBits[0] !== 4 || keyBits.length !== 1 + 2 * width)
    throw refuse("EC point that is not uncompressed");
  const x = base64url(keyBits.subarray(1, 1 + width));
  const y = base64url(keyBits.subarray(1 + width));
  try {
    const key = createPublicKey({ key: { kty: "EC", crv: curve.name, x, y }, format: "jwk" });
    return { spki, type: "ec", algorithm: curve.algorithm, bits: curve.bits, key, keyBits };
  } catch {
    throw fault("EC point that is not on its curve");
  }
};

/** Keys by their octets: a request shows its key three times, and OpenSSL makes its own form of each at the first use. */
const recent = new Map<string, PublicKey>();
const MOST_RECENT = 64;
const ED25519_OCTETS = 32;

/** RFC 8410 section 4: the key as it stands. */
const importEd25519 = (spki: Uint8Array, keyBits: Uint8Array): PublicKey => {
  if (keyBits.length !== ED25519_OCTETS) throw fault("Ed25519 key of another length");
  const jwk = { kty: "OKP", crv: "Ed25519", x: base64url(keyBits) };
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return { spki, type: "ed25519", algorithm: "ed25519", bits: 256, key, keyBits };
};

/** RFC 9881 section 4: likewise. */
const importMlDsa = (
  spki: Uint8Array,
  keyBits: Uint8Array,
  algorithm: MlDsaAlgorithm,
): PublicKey => {
  if (keyBits.length !== mlDsaKeyOctets(algorithm)) throw fault("ML-DSA key of another length");
  return { spki, type: "ml-dsa", algorithm, bits: 8 * keyBits.length, key: undefined, keyBits };
};

/** Reads the public key of a device: as `importPublicKey`, RSA and EC alone. */
export const importDeviceKey = (spki: Uint8Array): PublicKey => {
  const key = importPublicKey(spki);
  if (key.type !== "rsa" && key.type !== "ec")
    throw refuse("public key that is neither RSA nor EC");
  return key;
};

/**
 * Reads a SubjectPublicKeyInfo (DER, RFC 5280 section 4.1.2.7): RSA of 512 to 8192 bits with an odd exponent, an uncompressed point on
 * P-256, P-384 or P-521, Ed25519 or ML-DSA. Throws `bad_algorithm` for another kind or size of key, `bad_message` for what is no key.
 */
export const importPublicKey = (spki: Uint8Array): PublicKey => {
  const name = asBuffer(spki).toString("latin1");
  const known = recent.get(name);
  if (known !== undefined) return known;
  // A copy, since the octets may be part of a message that is not to be kept.
  const made = readPublicKey(Buffer.from(spki));
  recent.set(name, made);
  const [oldest] = recent.keys();
  if (recent.size > MOST_RECENT && oldest !== undefined) recent.delete(oldest);
  return made;
};

const readPublicKey = (spki: Uint8Array): PublicKey => {
  const info = readDer(spki);
  if (info.tag !== TAG.sequence || info.children.length !== 2) throw fault("public key info");
  const algorithm = child(info, 0, TAG.sequence, "public key algorithm");
  const keyBits = bits(info.children[1], "public key");
  const parameters = algorithm.children[1];
  switch (oidOf(algorithm.children[0], "public key algorithm")) {
    case OID.rsaEncryption:
      if (parameters !== undefined && parameters.tag !== TAG.null)
        throw fault("RSA key with parameters");
      return importRsa(spki, keyBits);
    case OID.ecPublicKey:
      return importEc(spki, keyBits, parameters);
  }
  const pure = PURE_KEYS.get(oidOf(algorithm.children[0], "public key algorithm"));
  if (pure === undefined) throw refuse("public key of a kind that is not used");
  if (parameters !== undefined) throw fault(`${pure} key with parameters`);
  return pure === "ed25519" ? importEd25519(spki, keyBits) : importMlDsa(spki, keyBits, pure);
};

/** Whether a SubjectPublicKeyInfo claims to hold an RSA key, usable or not. Never throws. */
export const isRsaInfo = (spki: Uint8Array): boolean => {
  try {
    return oidOf(readDer(spki).children[0]?.children[0]) === OID.rsaEncryption;
  } catch {
    return false;
  }
};

/** Whether the signature over the message is right. Never throws: a scheme that does not fit the key is a wrong signature. */
export const verifySignature = (
  key: PublicKey,
  scheme: ReceivedScheme,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (isPure(scheme)) return verifyPure(key, scheme, message, signature);
  if (key.type !== (scheme.startsWith("ecdsa-") ? "ec" : "rsa")) return false;
  const digest = scheme.slice(scheme.lastIndexOf("-") + 1);
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_AUTO } = constants;
  try {
    if (key.type === "ec") return verify(digest, message, key.key, signature);
    return scheme.startsWith("rsa-pss-")
      ? verify(
          digest,
          message,
          { key: key.key, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_AUTO },
          signature,
        )
      : verify(digest, message, { key: key.key, padding: RSA_PKCS1_PADDING }, signature);
  } catch {
    return false;
  }
};

const verifyPure = (
  key: PublicKey,
  scheme: PureScheme,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (key.algorithm !== scheme) return false;
  try {
    return key.key === undefined
      ? isMlDsa(scheme) && verifyMlDsa(scheme, key.keyBits, message, signature)
      : verify(null, message, key.key, signature);
  } catch {
    return false;
  }
};

/** Subject key identifier: the leftmost 160 bits of SHA-256 over the key bits (RFC 7093 section 2 method 1), lower-case hex. */
export const keyIdentifier = (key: Pick<PublicKey, "keyBits">): string =>
  hash("sha256", key.keyBits, "hex").slice(0, 40);

/** SHA-1 over the key bits (RFC 5280 section 4.2.1.2 method 1), lower-case hex: OCSP's issuerKeyHash and other CAs' identifiers. */
export const sha1KeyIdentifier = (key: Pick<PublicKey, "keyBits">): string =>
  hash("sha1", key.keyBits, "hex");

/** The primes below 168 for which 65537 generates only a part of the group: the fingerprint of CVE-2017-15361 (ROCA). */
const ROCA_PRIMES = [
  11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
] as const;

const isPowerOf65537 = (value: number, prime: number): boolean => {
  let power = 1;
  do {
    if (power === value) return true;
    power = (power * (65537 % prime)) % prime;
  } while (power !== 1);
  return false;
};

/** Why a key that can be read must not be certified; undefined for a sound one. Chance of a wrong alarm: about 2^-27. */
export const weakness = ({ modulus }: PublicKey): string | undefined =>
  modulus !== undefined &&
  ROCA_PRIMES.every((prime) => isPowerOf65537(remainder(modulus, prime), prime))
    ? "RSA key of a faulty generator (ROCA, CVE-2017-15361)"
    : undefined;

const remainder = (octets: Uint8Array, prime: number): number => {
  let rest = 0;
  for (const octet of octets) rest = (rest * 256 + octet) % prime;
  return rest;
};
