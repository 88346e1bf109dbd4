import { constants, sign, type KeyObject } from "node:crypto";
import { signatureAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import { NULL, oid, sequence } from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";

export type AnyHash = "md5" | "sha1" | "sha256" | "sha384" | "sha512";
export type Padding = "pkcs1" | "pss";

export const HASH_OIDS: Readonly<Record<AnyHash, string>> = {
  md5: OID.md5,
  sha1: OID.sha1,
  sha256: OID.sha256,
  sha384: OID.sha384,
  sha512: OID.sha512,
};

/** Signs as asked, whether or not anybody should accept it; the padding counts for RSA keys only. */
export const rawSign = (
  message: Uint8Array,
  key: KeyObject,
  hash: AnyHash,
  padding: Padding = "pkcs1",
  saltLength: number = constants.RSA_PSS_SALTLEN_DIGEST,
): Uint8Array => {
  if (key.asymmetricKeyType !== "rsa") return sign(hash, message, key);
  return padding === "pss"
    ? sign(hash, message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    : sign(hash, message, { key, padding: constants.RSA_PKCS1_PADDING });
};

/** AlgorithmIdentifier that names hash and key, DER. */
export const signatureAlgorithm = (
  key: KeyObject,
  hash: AnyHash,
  padding: Padding = "pkcs1",
): Uint8Array => {
  if (hash === "md5") return sequence(oid(OID.md5WithRsa), NULL);
  if (key.asymmetricKeyType !== "rsa")
    return signatureAlgorithmIdentifier(`ecdsa-${hash === "sha1" ? "sha256" : hash}`);
  if (padding === "pss") {
    if (hash === "sha1") throw new Error("no PSS with SHA-1 in the lab");
    return signatureAlgorithmIdentifier(`rsa-pss-${hash}`);
  }
  return signatureAlgorithmIdentifier(`rsa-pkcs1-${hash}`);
};
