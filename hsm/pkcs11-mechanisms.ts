import pkcs11js, { type Handle, type Mechanism, type PKCS11 } from "pkcs11js";

import {
  CountersignError,
  type Hash,
  hashOfScheme,
  isRsa,
  type KeyAlgorithm,
  type SignatureScheme,
} from "../plugin/sdk.ts";
import { digestInfo, HASH_SIZE } from "./rsa-encode.ts";

/** What a token can do for us. */
export interface Abilities {
  readonly signPkcs1: boolean;
  readonly signPss: boolean;
  readonly signEcdsa: boolean;
  readonly signEddsa: boolean;
  /** The raw RSA operation, the only one that leaves the padding to us. */
  readonly decryptRaw: boolean;
  readonly generateRsa: boolean;
  readonly generateEc: boolean;
  readonly generateEdwards: boolean;
}

/** Of PKCS #11 3.0; pkcs11js has no names for them. */
export const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
const CKM_EDDSA = 0x1057;

const CKF_DECRYPT = 0x100;
const CKF_SIGN = 0x800;
const CKF_GENERATE_KEY_PAIR = 0x10000;

/** Asks the token. */
export const abilitiesOf = (p11: PKCS11, slot: Handle): Abilities => {
  const offered = new Set(p11.C_GetMechanismList(slot));
  const can = (mechanism: number, flag: number): boolean =>
    offered.has(mechanism) && (p11.C_GetMechanismInfo(slot, mechanism).flags & flag) !== 0;
  return {
    signPkcs1: can(pkcs11js.CKM_RSA_PKCS, CKF_SIGN),
    signPss: can(pkcs11js.CKM_RSA_PKCS_PSS, CKF_SIGN),
    signEcdsa: can(pkcs11js.CKM_ECDSA, CKF_SIGN),
    signEddsa: can(CKM_EDDSA, CKF_SIGN),
    decryptRaw: can(pkcs11js.CKM_RSA_X_509, CKF_DECRYPT),
    generateRsa: can(pkcs11js.CKM_RSA_PKCS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR),
    generateEc: can(pkcs11js.CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR),
    generateEdwards: can(CKM_EC_EDWARDS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR),
  };
};

const PSS_PARAMETERS: Record<Exclude<Hash, "sha1">, { hashAlg: number; mgf: number }> = {
  sha256: { hashAlg: pkcs11js.CKM_SHA256, mgf: pkcs11js.CKG_MGF1_SHA256 },
  sha384: { hashAlg: pkcs11js.CKM_SHA384, mgf: pkcs11js.CKG_MGF1_SHA384 },
  sha512: { hashAlg: pkcs11js.CKM_SHA512, mgf: pkcs11js.CKG_MGF1_SHA512 },
};

/** Octets of the group order, which a digest may not exceed. */
const ORDER_SIZE: Partial<Record<KeyAlgorithm, number>> = {
  "ec-p256": 32,
  "ec-p384": 48,
  "ec-p521": 66,
};

/**
 * The mechanism and its input for the signature of a digest; Ed25519 takes the message in its place. Never the mechanisms that hash by themselves: half of the modules lack them.
 * Throws `key_unsupported`.
 */
export const signingOf = (
  algorithm: KeyAlgorithm,
  scheme: SignatureScheme,
  digest: Uint8Array,
  abilities: Abilities,
): { readonly mechanism: Mechanism; readonly input: Buffer } => {
  const hash = hashOfScheme(scheme);
  if (scheme.startsWith("rsa-pkcs1-") && isRsa(algorithm) && abilities.signPkcs1) {
    return {
      mechanism: { mechanism: pkcs11js.CKM_RSA_PKCS },
      input: digestInfo(hash, digest),
    };
  }
  if (scheme.startsWith("rsa-pss-") && hash !== "sha1" && isRsa(algorithm) && abilities.signPss) {
    const parameter = {
      type: pkcs11js.CK_PARAMS_RSA_PSS,
      ...PSS_PARAMETERS[hash],
      saltLen: HASH_SIZE[hash],
    };
    return {
      mechanism: { mechanism: pkcs11js.CKM_RSA_PKCS_PSS, parameter },
      input: Buffer.from(digest),
    };
  }
  if (scheme.startsWith("ecdsa-") && algorithm.startsWith("ec-") && abilities.signEcdsa) {
    // FIPS 186-5 section 6.4.1 takes the leftmost bits; not every token does that itself.
    return {
      mechanism: { mechanism: pkcs11js.CKM_ECDSA },
      input: Buffer.from(digest.subarray(0, ORDER_SIZE[algorithm])),
    };
  }
  if (scheme === "ed25519" && algorithm === "ed25519" && abilities.signEddsa)
    return { mechanism: { mechanism: CKM_EDDSA }, input: Buffer.from(digest) };
  throw new CountersignError("key_unsupported", `the token has no ${scheme} for ${algorithm}`);
};
