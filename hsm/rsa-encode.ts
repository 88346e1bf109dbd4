import { createHash, randomBytes } from "node:crypto";

import { CountersignError, type Hash } from "../plugin/sdk.ts";
import { maskWith } from "./rsa-unwrap.ts";

/** Octets of a digest. */
export const HASH_SIZE: Record<Hash, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** What stands before the digest in a DigestInfo, DER (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO_PREFIX: Record<Hash, string> = {
  sha1: "3021300906052b0e03021a05000414",
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

/** DigestInfo of a digest, DER. */
export const digestInfo = (hash: Hash, digest: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(DIGEST_INFO_PREFIX[hash], "hex"), digest]);

/** EMSA-PSS (RFC 8017 section 9.1.1) for a modulus of `bits`, a multiple of 8; the salt is as long as the digest, MGF1 has its hash. */
export const encodePss = (hash: Hash, digest: Uint8Array, bits: number): Uint8Array => {
  const size = HASH_SIZE[hash];
  const length = bits / 8;
  if (length < 2 * size + 2) throw new CountersignError("key_unsupported", "the key is too short");
  const salt = randomBytes(size);
  const seal = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const block = new Uint8Array(length - size - 1);
  block[block.length - size - 1] = 1;
  block.set(salt, block.length - size);
  const em = Buffer.concat([maskWith(hash, seal, block), seal, Uint8Array.of(0xbc)]);
  // The encoding has one bit less than the modulus, so that it stays below it.
  em[0] = (em[0] ?? 0) & 0x7f;
  return em;
};
