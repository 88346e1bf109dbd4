import assert from "node:assert/strict";
import { constants, createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Hash, SignatureScheme } from "../../../plugin/domain/algorithm.ts";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import { readDer } from "../../../plugin/pki/der-read.ts";
import {
  bitString,
  integer,
  integerOf,
  NULL,
  oid,
  sequence,
} from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import {
  importDeviceKey,
  importPublicKey,
  keyIdentifier,
  sha1KeyIdentifier,
  verifySignature,
  weakness,
} from "../../../plugin/pki/public-key.ts";
import { signMessage } from "../../../plugin/pki/signing.ts";

const spkiOf = (key: KeyObject): Uint8Array => key.export({ type: "spki", format: "der" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = {
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
};
const refusal = (code: ErrorCode, run: () => unknown): void =>
  assert.throws(run, (error) => error instanceof CountersignError && error.code === code);
const rsaInfo = (n: Uint8Array, e: Uint8Array): Uint8Array =>
  sequence(sequence(oid(OID.rsaEncryption), NULL), bitString(sequence(n, e)));
const message = Buffer.from("a message");

describe("pki/public-key", () => {
  it("imports RSA with its facts", () => {
    const key = importPublicKey(spkiOf(rsa.publicKey));
    assert.equal(key.type, "rsa");
    assert.equal(key.algorithm, "rsa-2048");
    assert.equal(key.bits, 2048);
    assert.equal(key.exponent, 65537n);
    assert.ok(key.key.equals(rsa.publicKey));
    assert.equal(importPublicKey(spkiOf(small.publicKey)).algorithm, undefined);
    assert.equal(weakness(key), undefined);
  });

  for (const [curve, pair] of Object.entries(ec))
    it(`imports ${curve}`, () => {
      const key = importPublicKey(spkiOf(pair.publicKey));
      assert.equal(key.algorithm, `ec-${curve.toLowerCase().replace("-", "")}`);
      assert.ok(key.key?.equals(pair.publicKey));
      assert.equal(key.exponent, undefined);
    });

  for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const)
    it(`verifies RSA PKCS#1 with ${hash}`, () => {
      const key = importPublicKey(spkiOf(rsa.publicKey));
      const signature = sign(hash, message, rsa.privateKey);
      assert.ok(verifySignature(key, `rsa-pkcs1-${hash}`, message, signature));
      signature[9] = (signature[9] ?? 0) ^ 1;
      assert.ok(!verifySignature(key, `rsa-pkcs1-${hash}`, message, signature));
    });

  it("verifies MD5 and PSS of any salt", () => {
    const key = importPublicKey(spkiOf(rsa.publicKey));
    const md5 = sign("md5", message, rsa.privateKey);
    assert.ok(verifySignature(key, "rsa-pkcs1-md5", message, md5));
    for (const saltLength of [32, 222]) {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const signature = sign("sha256", message, { key: rsa.privateKey, padding, saltLength });
      assert.ok(verifySignature(key, "rsa-pss-sha256", message, signature));
      assert.ok(!verifySignature(key, "rsa-pkcs1-sha256", message, signature));
      assert.ok(!verifySignature(key, "rsa-pss-sha384", message, signature));
    }
  });

  it("verifies ECDSA and never throws for what does not fit", () => {
    const key = importPublicKey(spkiOf(ec["P-384"].publicKey));
    const signature = sign("sha384", message, ec["P-384"].privateKey);
    assert.ok(verifySignature(key, "ecdsa-sha384", message, signature));
    assert.ok(!verifySignature(key, "rsa-pkcs1-sha384", message, signature));
    assert.ok(!verifySignature(key, "ecdsa-sha384", message, new Uint8Array(3)));
    const rsaKey = importPublicKey(spkiOf(rsa.publicKey));
    assert.ok(!verifySignature(rsaKey, "ecdsa-sha384", message, signature));
    assert.ok(!verifySignature(rsaKey, "rsa-pkcs1-sha256", message, new Uint8Array(0)));
  });

  it("makes key identifiers over the key bits", () => {
    const key = importPublicKey(spkiOf(rsa.publicKey));
    const pkcs1 = rsa.publicKey.export({ type: "pkcs1", format: "der" });
    const sha256 = createHash("sha256").update(pkcs1).digest("hex");
    assert.equal(keyIdentifier(key), sha256.slice(0, 40));
    assert.equal(sha1KeyIdentifier(key), createHash("sha1").update(pkcs1).digest("hex"));
  });

  it("refuses what is too large, even, of exponent 1, or another kind of key", () => {
    const modulus = Buffer.alloc(2049, 0xff);
    refusal("bad_algorithm", () => importPublicKey(rsaInfo(integerOf(modulus), integer(65537))));
    refusal("bad_algorithm", () =>
      importPublicKey(rsaInfo(integerOf(Buffer.alloc(32, 0xff)), integer(65537))),
    );
    const n = integerOf(Buffer.alloc(256, 0xff));
    for (const e of [1, 2, 65536])
      refusal("bad_algorithm", () => importPublicKey(rsaInfo(n, integer(e))));
    refusal("bad_algorithm", () => importPublicKey(rsaInfo(n, integer((1n << 70n) + 1n))));
    refusal("bad_message", () => importPublicKey(rsaInfo(n, integer(0))));
    const even = Buffer.alloc(256, 0xff);
    even[255] = 0xfe;
    refusal("bad_message", () => importPublicKey(rsaInfo(integerOf(even), integer(65537))));
    const negative = Uint8Array.from([2, 1, 0xff]);
    refusal("bad_message", () => importPublicKey(rsaInfo(negative, integer(65537))));
    refusal("bad_algorithm", () =>
      importDeviceKey(spkiOf(generateKeyPairSync("ed25519").publicKey)),
    );
    refusal("bad_algorithm", () => importPublicKey(spkiOf(generateKeyPairSync("ed448").publicKey)));
    refusal("bad_algorithm", () =>
      importPublicKey(spkiOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey)),
    );
  });

  it("refuses a point off the curve and a compressed one", () => {
    const good = spkiOf(ec["P-256"].publicKey);
    const off = Buffer.from(good);
    off[off.length - 1] = (off[off.length - 1] ?? 0) ^ 1;
    refusal("bad_message", () => importPublicKey(off));
    const point = good.subarray(good.length - 64, good.length - 32);
    const compressed = sequence(
      sequence(oid(OID.ecPublicKey), oid(OID.p256)),
      bitString(Buffer.concat([Uint8Array.from([2]), point])),
    );
    refusal("bad_algorithm", () => importPublicKey(compressed));
  });

  it("answers truncation at every offset with a code", () => {
    for (const whole of [spkiOf(rsa.publicKey), spkiOf(ec["P-256"].publicKey)])
      for (let end = 0; end < whole.length; end++)
        assert.throws(() => importPublicKey(whole.subarray(0, end)), CountersignError);
  });

  it("knows the ROCA fingerprint", () => {
    // A modulus with the fingerprint: a power of 65537 modulo the product of the small primes, made large.
    const primes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
    const product = primes.reduce((all, prime) => all * BigInt(prime), 2n);
    let n = 65537n ** 40n % product;
    n += product * ((1n << 2047n) / product);
    if (n < 1n << 2047n) n += product;
    const made = importPublicKey(rsaInfo(integer(n), integer(65537)));
    assert.match(weakness(made) ?? "", /ROCA/);
    const other = importPublicKey(rsaInfo(integer(n + 2n), integer(65537)));
    assert.equal(weakness(other), undefined);
  });
});

describe("pki/signing", () => {
  const signer = (takes: "digest" | "message", seen: Uint8Array[]) => ({
    algorithm: "rsa-2048" as const,
    publicKey: spkiOf(rsa.publicKey),
    takes,
    sign: (input: Uint8Array, scheme: SignatureScheme): Promise<Uint8Array> => {
      seen.push(input, Buffer.from(scheme));
      return Promise.resolve(input);
    },
  });

  it("hashes for a signer that takes digests, and only for that", async () => {
    const seen: Uint8Array[] = [];
    for (const hash of ["sha256", "sha512"] satisfies Hash[])
      assert.deepEqual(
        Buffer.from(await signMessage(signer("digest", seen), `rsa-pkcs1-${hash}`, message)),
        createHash(hash).update(message).digest(),
      );
    assert.equal(await signMessage(signer("message", seen), "rsa-pkcs1-sha256", message), message);
    assert.equal(readDer(signer("digest", seen).publicKey).tag, 0x30);
  });
});
