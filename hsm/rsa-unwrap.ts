import { createHash, createHmac } from "node:crypto";

import { type Hash, HASHES, type UnwrapScheme } from "../plugin/sdk.ts";

/**
 * Opening an RSA key transport after the raw private operation, without ever telling whether it was well formed (RFC 8017 sections 7.1.2 and
 * 7.2.2 with implicit rejection as in draft-irtf-cfrg-rsa-guidance). No branch and no index depends on the plaintext: faults are gathered
 * in a mask, and the answer is chosen by it. V8 gives no promise of constant time; the threat model says so.
 */

const PKCS1_MIN_PADDING = 8;
const OAEP_HASHES: readonly string[] = HASHES.map((hash) => `oaep-${hash}`);

/** Whether there is such a way of key transport. */
export const isUnwrapScheme = (scheme: string): scheme is UnwrapScheme =>
  scheme === "pkcs1" || OAEP_HASHES.includes(scheme);

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** The key of the pseudorandom answers for one ciphertext. `secret` is the key's own, 32 octets. */
export const rejectionKey = (secret: Uint8Array, ciphertext: Uint8Array): Uint8Array =>
  hmac(secret, ciphertext);

/** `length` pseudorandom octets: blocks of HMAC-SHA-256 over counter, label and the length in bits, both as two octets. */
export const pseudorandom = (key: Uint8Array, label: string, length: number): Uint8Array => {
  const out = new Uint8Array(length);
  const name = Buffer.from(label, "latin1");
  const bits = Uint8Array.of((length * 8) >> 8, (length * 8) & 0xff);
  for (let at = 0, block = 0; at < length; at += 32, block += 1) {
    const bytes = hmac(key, Uint8Array.of(block >> 8, block & 0xff), name, bits);
    out.set(bytes.subarray(0, length - at), at);
  }
  return out;
};

/** 0xff for zero, 0 for anything else up to 255. */
const isZero = (octet: number): number => ((octet - 1) >> 8) & 0xff;

/** `good` is 0xff or 0: octets of `wanted` from `at`, or those of `fake`. */
const select = (good: number, wanted: Uint8Array, at: number, fake: Uint8Array): Uint8Array => {
  const bad = ~good & 0xff;
  return fake.map((octet, index) => ((wanted[at + index] ?? 0) & good) | (octet & bad));
};

/** EME-PKCS1-v1_5: 00 02, at least eight octets that are not zero, 00, the key. */
const openPkcs1 = (em: Uint8Array, fake: Uint8Array): Uint8Array => {
  const separator = em.length - fake.length - 1;
  // Lengths are public.
  if (separator < 2 + PKCS1_MIN_PADDING) return fake;
  let fault = (em[0] ?? 1) | ((em[1] ?? 0) ^ 2) | (em[separator] ?? 1);
  for (let at = 2; at < separator; at += 1) fault |= isZero(em[at] ?? 0);
  return select(isZero(fault), em, separator + 1, fake);
};

/** MGF1 (RFC 8017 appendix B.2.1), added to `target`. */
export const maskWith = (hash: Hash, seed: Uint8Array, target: Uint8Array): Uint8Array => {
  const out = Uint8Array.from(target);
  const counter = Buffer.alloc(4);
  for (let at = 0, block = 0; at < out.length; block += 1) {
    counter.writeUInt32BE(block);
    const bytes = createHash(hash).update(seed).update(counter).digest();
    for (let index = 0; index < bytes.length && at < out.length; index += 1, at += 1) {
      out[at] = (out[at] ?? 0) ^ (bytes[index] ?? 0);
    }
  }
  return out;
};

/** EME-OAEP with an empty label, and MGF1 with the same hash: 00, seed, hash of the label, zeros, 01, the key. */
const openOaep = (em: Uint8Array, hash: Hash, fake: Uint8Array): Uint8Array => {
  const label = createHash(hash).digest();
  const size = label.length;
  if (em.length < 2 * size + 2 + fake.length) return fake;
  const maskedBlock = em.subarray(1 + size);
  const seed = maskWith(hash, maskedBlock, em.subarray(1, 1 + size));
  const block = maskWith(hash, seed, maskedBlock);
  const separator = block.length - fake.length - 1;
  let fault = (em[0] ?? 1) | ((block[separator] ?? 0) ^ 1);
  for (let at = 0; at < size; at += 1) fault |= (block[at] ?? 0) ^ (label[at] ?? 0);
  for (let at = size; at < separator; at += 1) fault |= block[at] ?? 1;
  return select(isZero(fault), block, separator + 1, fake);
};

/**
 * The `length` octets inside `em`, the result of the raw operation with its leading zeros; pseudorandom ones that depend only on `secret`
 * and `ciphertext` when anything is wrong with it, its length among that.
 */
export const unwrapEncoded = (
  em: Uint8Array,
  ciphertext: Uint8Array,
  secret: Uint8Array,
  scheme: UnwrapScheme,
  length: number,
): Uint8Array => {
  const key = rejectionKey(secret, ciphertext);
  // The whole stream and then its beginning, as its bits depend on its length.
  const fake = pseudorandom(key, "message", Math.max(em.length, length)).slice(0, length);
  return scheme === "pkcs1"
    ? openPkcs1(em, fake)
    : openOaep(em, scheme.slice("oaep-".length) as Hash, fake);
};

/** Whether the raw operation can take it: as long as the modulus and below it. Both are public. */
export const isBelowModulus = (ciphertext: Uint8Array, modulus: Uint8Array): boolean =>
  ciphertext.length === modulus.length && Buffer.compare(ciphertext, modulus) < 0;

/** A harmless operand for the raw operation when the ciphertext cannot be one, so that the same work is done. */
export const standIn = (modulus: Uint8Array): Uint8Array => {
  const operand = new Uint8Array(modulus.length);
  operand[operand.length - 1] = 2;
  return operand;
};
