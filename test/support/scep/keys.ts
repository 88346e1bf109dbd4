import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";

/** A private key with its SubjectPublicKeyInfo, DER. */
export interface LabKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly spki: Uint8Array;
}

const made = new Map<string, LabKey>();

export const labKeyOf = (privateKey: KeyObject): LabKey => {
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, spki: publicKey.export({ type: "spki", format: "der" }) };
};

/** The key of this name, made once a process: RSA-2048 takes a noticeable time. */
export const rsaKey = (name = "device", bits = 2048, publicExponent = 65537): LabKey => {
  const id = `${name}/${bits}/${publicExponent}`;
  const known = made.get(id);
  if (known !== undefined) return known;
  const key = labKeyOf(
    generateKeyPairSync("rsa", { modulusLength: bits, publicExponent }).privateKey,
  );
  made.set(id, key);
  return key;
};

export const ecKey = (namedCurve = "P-256"): LabKey =>
  labKeyOf(generateKeyPairSync("ec", { namedCurve }).privateKey);
