import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  privateDecrypt,
  sign,
  type KeyObject,
} from "node:crypto";
import {
  CountersignError,
  hashOfScheme,
  type Decrypter,
  type KeyAlgorithm,
  type Signer,
} from "../../plugin/sdk.ts";

/** A private key in the memory of this process, for clients (devices that enrol, the self-test, tests) and for the TLS of a listener. Never the key of an authority or an RA. */
export interface DeviceKey {
  readonly signer: Signer;
  readonly decrypter: Decrypter;
}

const CURVES: Readonly<Record<string, KeyAlgorithm>> = {
  prime256v1: "ec-p256",
  secp384r1: "ec-p384",
  secp521r1: "ec-p521",
};

const algorithmOf = (key: KeyObject): KeyAlgorithm => {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") {
    if (modulusLength === 2048 || modulusLength === 3072 || modulusLength === 4096)
      return `rsa-${modulusLength}`;
  }
  const algorithm = CURVES[namedCurve ?? ""];
  if (algorithm === undefined) throw new CountersignError("key_unsupported", "kind of device key");
  return algorithm;
};

/** The content key of a block 00 02 PS 00 key (RFC 8017 section 7.2.2); undefined for any other block or length. */
const unpad = (block: Uint8Array, length: number): Uint8Array | undefined => {
  const separator = block.indexOf(0, 2);
  const right = block[0] === 0 && block[1] === 2 && separator >= 10;
  return right && block.length - separator - 1 === length
    ? block.subarray(separator + 1)
    : undefined;
};

const open = (
  key: KeyObject,
  ciphertext: Uint8Array,
  scheme: Parameters<Decrypter["unwrap"]>[1],
  length: number,
): Uint8Array | undefined => {
  const { RSA_NO_PADDING, RSA_PKCS1_OAEP_PADDING } = constants;
  try {
    if (scheme === "pkcs1")
      return unpad(privateDecrypt({ key, padding: RSA_NO_PADDING }, ciphertext), length);
    const oaepHash = scheme.slice("oaep-".length);
    const opened = privateDecrypt({ key, padding: RSA_PKCS1_OAEP_PADDING, oaepHash }, ciphertext);
    return opened.length === length ? opened : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Signer and Decrypter of a key of ours. The Decrypter keeps the port's promise about what it answers, but not in constant time: nobody
 * sends a device chosen ciphertexts. Throws `key_unsupported` for another kind or size than those of KeyAlgorithm.
 */
export const deviceKey = (privateKey: KeyObject): DeviceKey => {
  const algorithm = algorithmOf(privateKey);
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const secret = createHash("sha256").update(privateKey.export({ type: "pkcs8", format: "der" }));
  const rejection = secret.digest();
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
  return {
    signer: {
      algorithm,
      publicKey,
      takes: "message",
      sign: (message, scheme) => {
        const pss = { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST };
        const options = scheme.startsWith("rsa-pss-") ? pss : { padding: RSA_PKCS1_PADDING };
        const key = scheme.startsWith("rsa-") ? { key: privateKey, ...options } : privateKey;
        return Promise.resolve(sign(hashOfScheme(scheme), message, key));
      },
    },
    decrypter: {
      publicKey,
      unwrap: (ciphertext, scheme, length) =>
        Promise.resolve(
          open(privateKey, ciphertext, scheme, length) ??
            createHmac("sha256", rejection).update(ciphertext).digest().subarray(0, length),
        ),
    },
  };
};
