import { randomBytes } from "node:crypto";
import { NULL, sequence } from "../../../plugin/pki/der-write.ts";
import { flipLast, labCsr } from "./csr.ts";
import type { EnrolmentShape } from "./enrolment.ts";
import { pkcs1Block } from "./envelope.ts";
import { rsaKey } from "./keys.ts";
import { STATIC_SECRET } from "./lab.ts";

const nonZero = (length: number): Uint8Array => randomBytes(length).map((octet) => octet || 1);
const bytes = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));
const at = (block: Uint8Array, index: number, octet: number): Uint8Array => {
  const bent = Uint8Array.from(block);
  bent[index] = octet;
  return bent;
};
const block = (make: (size: number, key: Uint8Array) => Uint8Array): EnrolmentShape => ({
  envelope: { block: make },
});
const payload = (length: number): EnrolmentShape =>
  block((size) => pkcs1Block(size, randomBytes(length)));
const goodCsr = (): Uint8Array =>
  labCsr({ key: rsaKey(), subject: "CN=opaque,O=Lab", challenge: STATIC_SECRET });

/**
 * The requests that must look alike (scep.md case 60), by the fault they carry: the probe shapes of the Marvin work, key transports of
 * wrong length, the layers of CBC and PKCS#10. Each call makes fresh octets.
 */
export const OPAQUE_SET: Readonly<Record<string, () => EnrolmentShape>> = {
  header_only: () => block((size) => bytes([0, 2], new Uint8Array(size - 2))),
  no_header_with_payload: () =>
    block((size, key) => bytes(nonZero(size - key.length - 1).fill(0x55, 0, 1), [0], key)),
  no_padding: () => block((size, key) => bytes(new Uint8Array(size - key.length), key)),
  no_structure: () => block((size) => at(nonZero(size), 0, 1)),
  first_octet_not_zero: () => block((size, key) => at(pkcs1Block(size, key), 0, 1)),
  signature_padding_8: () => block((size, key) => at(pkcs1Block(size, key), 1, 1)),
  signature_padding: () =>
    block((size, key) => bytes([0, 1], new Uint8Array(size - 3 - key.length).fill(255), [0], key)),
  zero_byte_in_padding: () => block((size, key) => at(pkcs1Block(size, key), 40, 0)),
  zero_byte_at_the_start_of_padding: () => block((size, key) => at(pkcs1Block(size, key), 2, 0)),
  zero_byte_in_the_eighth: () => block((size, key) => at(pkcs1Block(size, key), 9, 0)),
  no_separator: () => block((size, key) => at(pkcs1Block(size, key), size - key.length - 1, 7)),
  separator_one_early: () =>
    block((size, key) => at(pkcs1Block(size, key), size - key.length - 2, 0)),
  valid_0: () => payload(0),
  valid_8: () => payload(8),
  valid_16_of_another_key: () => payload(16),
  valid_24: () => payload(24),
  valid_32: () => payload(32),
  valid_48: () => payload(48),
  valid_192: () => payload(192),
  valid_246: () => block((size) => pkcs1Block(size, randomBytes(size - 11)).fill(1, 2, 10)),
  ciphertext_not_below_the_modulus: () => ({
    envelope: { bendEncryptedKey: (key) => new Uint8Array(key.length).fill(255) },
  }),
  ciphertext_zero: () => ({ envelope: { bendEncryptedKey: (key) => new Uint8Array(key.length) } }),
  ciphertext_short: () => ({ envelope: { bendEncryptedKey: (key) => key.subarray(1) } }),
  ciphertext_long: () => ({ envelope: { bendEncryptedKey: (key) => bytes(key, [0]) } }),
  ciphertext_empty: () => ({ envelope: { bendEncryptedKey: () => new Uint8Array(0) } }),
  bit_flipped_in_the_encrypted_key: () => ({ envelope: { bendEncryptedKey: flipLast } }),
  for_another_key: () => ({ envelope: { encryptTo: rsaKey("other").publicKey } }),
  oaep_valid_16_of_another_key: () => ({
    envelope: {
      oaep: "sha256",
      contentKey: randomBytes(16),
      bendCiphertext: () => randomBytes(1024),
    },
  }),
  oaep_valid_24: () => ({ envelope: { oaep: "sha256", contentKey: randomBytes(24) } }),
  oaep_broken: () => ({ envelope: { oaep: "sha256", bendEncryptedKey: flipLast } }),
  cbc_length_not_whole: () => ({ envelope: { bendCiphertext: (text) => text.subarray(0, -5) } }),
  cbc_empty: () => ({ envelope: { bendCiphertext: () => new Uint8Array(0) } }),
  cbc_padding_wrong: () => ({ envelope: { bendCiphertext: flipLast } }),
  cbc_padding_zero: () => ({
    envelope: { padded: false },
    plaintext: new Uint8Array(1024),
  }),
  cbc_block_missing: () => ({ envelope: { bendCiphertext: (text) => text.subarray(0, -16) } }),
  plaintext_not_der: () => ({ plaintext: randomBytes(700) }),
  plaintext_empty: () => ({ plaintext: new Uint8Array(0) }),
  plaintext_not_a_request: () => ({ plaintext: sequence(sequence(NULL), NULL) }),
  request_with_trailing_octets: () => ({ plaintext: bytes(goodCsr(), [0]) }),
  request_signature_wrong: () => ({ csr: { bendSignature: true } }),
  request_signed_by_another_key: () => ({ csr: { signWith: rsaKey("other").privateKey } }),
  request_signature_of_an_unknown_kind: () => ({ csr: { algorithm: sequence(NULL) } }),
  request_for_another_key_than_the_signer: () => ({ csr: { key: rsaKey("other") } }),
};
