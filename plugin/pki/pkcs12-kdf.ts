import { createHash } from "node:crypto";

/** What the octets are for (RFC 7292 appendix B.3). */
export type Pkcs12Purpose = "key" | "iv" | "mac";

const ID: Record<Pkcs12Purpose, number> = { key: 1, iv: 2, mac: 3 };
const SIZES = { sha1: { u: 20, v: 64 }, sha256: { u: 32, v: 64 } } as const;

/** Octets out of a password (RFC 7292 appendix B.2): the password as UTF-16 with two zero octets at its end. */
export const pkcs12Octets = (
  hash: "sha1" | "sha256",
  purpose: Pkcs12Purpose,
  password: string,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array => {
  const { u, v } = SIZES[hash];
  const diversifier = Buffer.alloc(v, ID[purpose]);
  let input = Buffer.concat([filled(salt, v), filled(bmpText(password), v)]);
  const out: Uint8Array[] = [];
  for (let made = 0; made < length; made += u) {
    let digest: Buffer = createHash(hash).update(diversifier).update(input).digest();
    for (let n = 1; n < iterations; n += 1) digest = createHash(hash).update(digest).digest();
    out.push(digest);
    input = plusOne(input, filled(digest, v), v);
  }
  return Buffer.concat(out).subarray(0, length);
};

/** UTF-16, big-endian, with its terminator. */
const bmpText = (password: string): Uint8Array => {
  const little = Buffer.from(`${password}\0`, "utf16le");
  return little.swap16();
};

/** Repeated to a whole number of blocks. */
const filled = (octets: Uint8Array, block: number): Buffer => {
  const length = Math.ceil(octets.length / block) * block;
  return Buffer.from(
    Array.from({ length }, (_, at) => octets[at % Math.max(octets.length, 1)] ?? 0),
  );
};

/** Each block of `input` plus `addend` plus one, modulo its size. */
const plusOne = (input: Buffer, addend: Buffer, block: number): Buffer<ArrayBuffer> => {
  const out = Buffer.from(input);
  for (let start = 0; start < out.length; start += block) {
    let carry = 1;
    for (let at = block - 1; at >= 0; at -= 1) {
      const sum = (out[start + at] ?? 0) + (addend[at] ?? 0) + carry;
      out[start + at] = sum & 0xff;
      carry = sum >> 8;
    }
  }
  return out;
};
