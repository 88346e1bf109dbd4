import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import type { MlDsaAlgorithm } from "../domain/algorithm.ts";

const PARAMETER_SETS = {
  "ml-dsa-44": ml_dsa44,
  "ml-dsa-65": ml_dsa65,
  "ml-dsa-87": ml_dsa87,
} as const;

/** FIPS 204 table 2. */
const KEY_OCTETS: Record<MlDsaAlgorithm, number> = {
  "ml-dsa-44": 1312,
  "ml-dsa-65": 1952,
  "ml-dsa-87": 2592,
};

/** Octets of a public key. */
export const mlDsaKeyOctets = (algorithm: MlDsaAlgorithm): number => KEY_OCTETS[algorithm];

/** Pure ML-DSA with an empty context (RFC 9881 section 3). May throw for a signature of another length. */
export const verifyMlDsa = (
  algorithm: MlDsaAlgorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => PARAMETER_SETS[algorithm].verify(signature, message, publicKey);
