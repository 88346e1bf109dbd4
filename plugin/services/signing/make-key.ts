import { generateKeyPair, type KeyObject } from "node:crypto";
import { type DeviceKeyAlgorithm, isRsa } from "../../domain/algorithm.ts";

/** A key pair that is made for somebody else, to be handed over. */
export interface MadeKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** PKCS#8, DER, in clear: whoever asked for it overwrites it as soon as it is handed over. */
  readonly privateKey: Uint8Array;
}

const CURVES: Record<Exclude<DeviceKeyAlgorithm, `rsa-${string}`>, string> = {
  "ec-p256": "P-256",
  "ec-p384": "P-384",
  "ec-p521": "P-521",
};

/** Off the event loop: an RSA key takes its time. */
export const makeKey = (algorithm: DeviceKeyAlgorithm): Promise<MadeKey> =>
  new Promise((resolve, reject) => {
    const made = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject): void => {
      if (error !== null) reject(error);
      else
        resolve({
          publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
          privateKey: privateKey.export({ type: "pkcs8", format: "der" }),
        });
    };
    if (isRsa(algorithm))
      generateKeyPair("rsa", { modulusLength: Number(algorithm.slice("rsa-".length)) }, made);
    else generateKeyPair("ec", { namedCurve: CURVES[algorithm] }, made);
  });
