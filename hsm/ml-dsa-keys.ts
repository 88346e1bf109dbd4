import { randomBytes } from "node:crypto";
import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import { CountersignError, ML_DSA_ALGORITHMS, type MlDsaAlgorithm } from "../plugin/sdk.ts";

const SETS = { "ml-dsa-44": ml_dsa44, "ml-dsa-65": ml_dsa65, "ml-dsa-87": ml_dsa87 } as const;

/** AlgorithmIdentifier without parameters (RFC 9881 section 2): 2.16.840.1.101.3.4.3.17 to .19. */
const identifierOf = (algorithm: MlDsaAlgorithm): Buffer =>
  Buffer.concat([
    Buffer.from("300b06096086480165030403", "hex"),
    Buffer.from([17 + ML_DSA_ALGORITHMS.indexOf(algorithm)]),
  ]);

const SEED_OCTETS = 32;

/** Octets behind a tag, both lengths of two octets: every public key is that long. */
const long = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 0xff]), body]);
};

/** SubjectPublicKeyInfo (RFC 9881 section 4), DER. */
const spkiOf = (algorithm: MlDsaAlgorithm, publicKey: Uint8Array): Buffer =>
  long(0x30, identifierOf(algorithm), long(0x03, Buffer.of(0), publicKey));

/** The algorithm that a SubjectPublicKeyInfo names; undefined for every other kind of key. */
export const mlDsaAlgorithmOf = (spki: Uint8Array): MlDsaAlgorithm | undefined =>
  ML_DSA_ALGORITHMS.find((algorithm) => {
    const identifier = identifierOf(algorithm);
    return identifier.equals(spki.subarray(4, 4 + identifier.length));
  });

// Version, algorithm, and the seed as [0] inside the OCTET STRING: RFC 9881 section 6, the form that keeps nothing else.
const beforeSeed = (algorithm: MlDsaAlgorithm): Buffer =>
  Buffer.concat([
    Buffer.from("3034020100", "hex"),
    identifierOf(algorithm),
    Buffer.from("04228020", "hex"),
  ]);

/** A new pair, or that of a seed of 32 octets, DER: the private half as PKCS#8 that holds the seed. */
export const generateMlDsa = (
  algorithm: MlDsaAlgorithm,
  seed: Uint8Array = randomBytes(SEED_OCTETS),
): { readonly pkcs8: Buffer; readonly publicKey: Buffer } => {
  return {
    pkcs8: Buffer.concat([beforeSeed(algorithm), seed]),
    publicKey: spkiOf(algorithm, SETS[algorithm].keygen(seed).publicKey),
  };
};

/** Signs messages with a key in that form: pure ML-DSA, empty context, with fresh randomness. Throws `key_unavailable` for another form. */
export const mlDsaSigner = (
  algorithm: MlDsaAlgorithm,
  pkcs8: Uint8Array,
): ((message: Uint8Array) => Uint8Array) => {
  const head = beforeSeed(algorithm);
  if (pkcs8.length !== head.length + SEED_OCTETS || !head.equals(pkcs8.subarray(0, head.length)))
    throw new CountersignError("key_unavailable", `the key is not one of ${algorithm}`);
  const { secretKey } = SETS[algorithm].keygen(pkcs8.slice(head.length));
  return (message) => SETS[algorithm].sign(message, secretKey);
};
