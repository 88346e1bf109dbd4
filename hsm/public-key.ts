import { createPublicKey } from "node:crypto";

import { CountersignError, type KeyAlgorithm } from "../plugin/sdk.ts";
import { mlDsaAlgorithmOf } from "./ml-dsa-keys.ts";

const CURVES: Partial<Record<string, KeyAlgorithm>> = {
  prime256v1: "ec-p256",
  secp384r1: "ec-p384",
  secp521r1: "ec-p521",
};
const MODULI: Partial<Record<number, KeyAlgorithm>> = {
  2048: "rsa-2048",
  3072: "rsa-3072",
  4096: "rsa-4096",
};

/** The algorithm of a SubjectPublicKeyInfo, DER. Throws `key_unsupported` for a key that we do not work with. */
export const algorithmOf = (publicKey: Uint8Array): KeyAlgorithm => {
  // Not known to node:crypto.
  const mlDsa = mlDsaAlgorithmOf(publicKey);
  if (mlDsa !== undefined) return mlDsa;
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  if (key.asymmetricKeyType === "ed25519") return "ed25519";
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  const algorithm =
    key.asymmetricKeyType === "rsa"
      ? MODULI[modulusLength]
      : key.asymmetricKeyType === "ec"
        ? CURVES[namedCurve]
        : undefined;
  if (algorithm === undefined) {
    throw new CountersignError(
      "key_unsupported",
      `a key of type ${key.asymmetricKeyType ?? "?"} ${modulusLength || namedCurve} is not one of ours`,
    );
  }
  return algorithm;
};

/** The modulus of an RSA SubjectPublicKeyInfo, without leading zeros. */
export const modulusOf = (publicKey: Uint8Array): Uint8Array => {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  return Buffer.from(key.export({ format: "jwk" }).n ?? "", "base64url");
};
