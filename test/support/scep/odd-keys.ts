import { checkPrimeSync, createPrivateKey, randomBytes } from "node:crypto";
import {
  bitString,
  integer,
  integerOf,
  NULL,
  oid,
  sequence,
} from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { labKeyOf, rsaKey, type LabKey } from "./keys.ts";

/** SubjectPublicKeyInfo of any RSA numbers whatever. */
const rsaInfo = (modulus: Uint8Array, exponent: number): Uint8Array =>
  sequence(
    sequence(oid(OID.rsaEncryption), NULL),
    bitString(sequence(integerOf(modulus), integer(exponent))),
  );

/** An RSA public key with this exponent and a modulus of this many bits; what it signs is signed by another key. */
export const oddRsaKey = (exponent: number, bits = 2048): LabKey => {
  const modulus = randomBytes(Math.ceil(bits / 8));
  const top = (bits - 1) % 8;
  modulus[0] = (1 << top) | ((modulus[0] ?? 0) & ((1 << top) - 1));
  modulus[modulus.length - 1] = 1 | (modulus.at(-1) ?? 0);
  return { ...rsaKey(), spki: rsaInfo(modulus, exponent) };
};

const modPow = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus)
    if (e & 1n) result = (result * b) % modulus;
  return result;
};
const inverse = (a: bigint, modulus: bigint): bigint => {
  let [r0, r1, t0, t1] = [modulus, a % modulus, 0n, 1n];
  while (r1 > 0n) [r0, r1, t0, t1] = [r1, r0 % r1, t1, t0 - (r0 / r1) * t1];
  return ((t0 % modulus) + modulus) % modulus;
};
const bigintOf = (octets: Uint8Array): bigint => BigInt(`0x${Buffer.from(octets).toString("hex")}`);
const base64url = (n: bigint): string => {
  const hex = n.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex").toString("base64url");
};

/** The 39 smallest primes: their product is the modulus of the faulty generator for keys of 512 bits and more. */
const PRIMES = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
  101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/** A working RSA-2048 key as the faulty generator of CVE-2017-15361 makes them: both primes are powers of 65537 modulo a smooth number. */
export const rocaKey = (): LabKey => {
  const smooth = PRIMES.reduce((product, prime) => product * BigInt(prime), 1n);
  const prime = (): bigint => {
    for (;;) {
      const residue = modPow(65537n, bigintOf(randomBytes(16)), smooth);
      const high = bigintOf(randomBytes(128)) | (3n << 1022n);
      const candidate = (high / smooth) * smooth + residue;
      if (candidate >> 1023n === 1n && checkPrimeSync(candidate, { checks: 5 })) return candidate;
    }
  };
  const e = 65537n;
  const [p, q] = [prime(), prime()];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, base64url(value)]),
  );
  return labKeyOf(createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" }));
};
