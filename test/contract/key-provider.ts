import assert from "node:assert/strict";
import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  verify,
} from "node:crypto";

import {
  CountersignError,
  type Decrypter,
  hashOfScheme,
  importPublicKey,
  isPure,
  isRsa,
  KEY_ALGORITHMS,
  type KeyAlgorithm,
  type KeyProvider,
  type KeyRef,
  type SignatureScheme,
  type UnwrapScheme,
  verifySignature,
} from "../../plugin/sdk.ts";
import { cannotDo } from "../support/left-out.ts";

const RSA_SCHEMES: readonly SignatureScheme[] = [
  "rsa-pkcs1-sha1",
  "rsa-pkcs1-sha256",
  "rsa-pkcs1-sha384",
  "rsa-pkcs1-sha512",
  "rsa-pss-sha256",
  "rsa-pss-sha384",
  "rsa-pss-sha512",
];
const EC_SCHEMES: readonly SignatureScheme[] = ["ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"];
const OAEP_HASHES = ["sha1", "sha256", "sha384", "sha512"] as const;

const publicKeyOf = (spki: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });

const schemesOf = (algorithm: KeyAlgorithm): readonly SignatureScheme[] =>
  isPure(algorithm) ? [algorithm] : isRsa(algorithm) ? RSA_SCHEMES : EC_SCHEMES;

const verifies = (
  spki: Uint8Array,
  scheme: SignatureScheme,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  if (isPure(scheme)) return verifySignature(importPublicKey(spki), scheme, message, signature);
  const padding = scheme.startsWith("rsa-pss-")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  return verify(hashOfScheme(scheme), message, { key: publicKeyOf(spki), ...padding }, signature);
};

/** What a hostile sender makes: any octets under the raw RSA operation. */
const rawEncrypt = (key: KeyObject, plain: Uint8Array): Buffer =>
  publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, plain);

const rejectsWith = (code: string, promise: Promise<unknown>): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof CountersignError, String(error));
    assert.equal(error.code, code, error.detail);
    return true;
  });

/** An encoded message of RSA-2048 by PKCS #1 v1.5, and the ways in which it can be wrong. */
const shapes = (secret: Uint8Array): { good: Buffer; bad: Record<string, Buffer> } => {
  const good = Buffer.alloc(256, 0xa5);
  good[0] = 0;
  good[1] = 2;
  good[255 - secret.length] = 0;
  good.set(secret, 256 - secret.length);
  const changed = (change: (em: Buffer) => void): Buffer => {
    const em = Buffer.from(good);
    change(em);
    return em;
  };
  return {
    good,
    bad: {
      "leading octet is not zero": changed((em) => em.writeUInt8(1, 0)),
      "block type of a signature": changed((em) => em.writeUInt8(1, 1)),
      "no separator": changed((em) => em.fill(0x11, 2)),
      "zero inside the padding": changed((em) => em.writeUInt8(0, 100)),
      "zero as first octet of padding": changed((em) => em.writeUInt8(0, 2)),
      "key one octet longer": changed((em) => {
        em.writeUInt8(0, 254 - secret.length);
        em.writeUInt8(7, 255 - secret.length);
      }),
      "key one octet shorter": changed((em) => {
        em.writeUInt8(9, 255 - secret.length);
        em.writeUInt8(0, 256 - secret.length);
      }),
      "all zero": Buffer.alloc(256),
    },
  };
};

/**
 * What every key provider does; `open` gives a new one each time, all on the same store. What a store says it cannot do (`key_unsupported`)
 * is skipped with its reason printed.
 */
export const describeKeyProvider = (name: string, open: () => Promise<KeyProvider>): void => {
  describe(`${name} as a KeyProvider`, function () {
    this.timeout(60_000);
    let provider: KeyProvider;
    const refs = new Map<KeyAlgorithm, KeyRef>();
    /** Why there is no key of an algorithm, or no decrypter. */
    const lacks = new Map<KeyAlgorithm | "decrypt", string>();
    let raRef: KeyRef;
    let ra: Decrypter;

    const refOf = (algorithm: KeyAlgorithm): KeyRef => {
      const ref = refs.get(algorithm);
      assert.ok(ref !== undefined);
      return ref;
    };
    const need = (test: Mocha.Context, ability: KeyAlgorithm | "decrypt"): void => {
      const reason = lacks.get(ability);
      if (reason !== undefined) cannotDo(test, reason);
    };
    /** Undefined when the store says that it cannot; `ability` is then noted as lacking. */
    const ifAble = async <T>(
      ability: KeyAlgorithm | "decrypt",
      work: Promise<T>,
    ): Promise<T | undefined> =>
      work.catch((error: unknown) => {
        assert.ok(
          error instanceof CountersignError && error.code === "key_unsupported",
          String(error),
        );
        lacks.set(ability, error.detail);
        return undefined;
      });
    before(async () => {
      provider = await open();
      const make = async (algorithm: KeyAlgorithm): Promise<void> => {
        const label = `test ${algorithm}`;
        const ref = await ifAble(algorithm, provider.generate({ algorithm, usage: "sign", label }));
        if (ref !== undefined) refs.set(algorithm, ref);
      };
      await Promise.all([
        ...KEY_ALGORITHMS.map(make),
        provider
          .generate({ algorithm: "rsa-2048", usage: "sign-and-decrypt", label: "test RA" })
          .then((ref) => (raRef = ref)),
      ]);
      const decrypter = await ifAble("decrypt", provider.decrypter(raRef));
      if (decrypter !== undefined) ra = decrypter;
    });
    after(async () => {
      // Undefined when `open` has failed or skipped.
      await (provider as KeyProvider | undefined)?.close();
    });

    it("names its references after itself", () => {
      for (const ref of [...refs.values(), raRef]) {
        assert.match(ref, new RegExp(`^${provider.name}:[0-9a-f]{32}$`));
      }
    });

    for (const algorithm of KEY_ALGORITHMS) {
      it(`signs with ${algorithm}`, async function () {
        need(this, algorithm);
        const signer = await provider.signer(refOf(algorithm));
        assert.equal(signer.algorithm, algorithm);
        for (const scheme of schemesOf(algorithm)) {
          const message = randomBytes(300);
          const digest = createHash(hashOfScheme(scheme)).update(message).digest();
          const input = signer.takes === "digest" ? digest : message;
          const signature = await signer.sign(input, scheme).catch((error: unknown) => {
            // PKCS #1 v1.5 and ECDSA with SHA-256 must work; for the rest of the schemes a store may say no.
            assert.ok(error instanceof CountersignError && error.code === "key_unsupported");
            assert.ok(!scheme.endsWith("-sha256") || scheme.startsWith("rsa-pss-"), scheme);
            process.stderr.write(`SKIPPED: ${name}: ${scheme}: ${error.detail}\n`);
            return undefined;
          });
          if (signature === undefined) continue;
          assert.ok(verifies(signer.publicKey, scheme, message, signature), scheme);
          message.writeUInt8(message.readUInt8(0) ^ 1, 0);
          assert.ok(!verifies(signer.publicKey, scheme, message, signature), scheme);
        }
      });
    }

    it("E-04 takes over a key made elsewhere, or says why it does not", async function () {
      const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const pkcs8 = pair.privateKey.export({ format: "der", type: "pkcs8" });
      const taking = provider.importKey(pkcs8, { usage: "sign-and-decrypt", label: "given" });
      const ref = await taking.catch((error: unknown) => {
        assert.ok(error instanceof CountersignError && error.code === "key_unsupported");
        return undefined;
      });
      if (ref === undefined) return;
      const decrypter = await provider.decrypter(ref);
      assert.deepEqual(
        Buffer.from(decrypter.publicKey),
        pair.publicKey.export({ format: "der", type: "spki" }),
      );
      const key = randomBytes(16);
      const sealed = publicEncrypt(
        { key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING },
        key,
      );
      assert.deepEqual(Buffer.from(await decrypter.unwrap(sealed, "pkcs1", 16)), key);
      const broken = provider.importKey(randomBytes(40), { usage: "sign", label: "broken" });
      await rejectsWith("invalid_input", broken);
      await provider.destroy(ref);
    });

    it("refuses schemes of another kind of key, and digests of another length", async function () {
      need(this, "ec-p256");
      const rsa = await provider.signer(refOf("rsa-2048"));
      const ec = await provider.signer(refOf("ec-p256"));
      assert.equal(rsa.takes, "digest");
      await rejectsWith("key_unsupported", rsa.sign(randomBytes(32), "ecdsa-sha256"));
      await rejectsWith("key_unsupported", ec.sign(randomBytes(32), "rsa-pkcs1-sha256"));
      await rejectsWith("invalid_input", rsa.sign(randomBytes(31), "rsa-pkcs1-sha256"));
      await rejectsWith("key_unsupported", ec.sign(randomBytes(32), "ed25519"));
      const edwards = refs.get("ed25519");
      if (edwards === undefined) return;
      const pure = await provider.signer(edwards);
      assert.equal(pure.takes, "message");
      await rejectsWith("key_unsupported", pure.sign(randomBytes(32), "ecdsa-sha256"));
      const message = randomBytes(1000);
      const signature = await pure.sign(message, "ed25519");
      assert.ok(verify(null, message, publicKeyOf(pure.publicKey), signature));
    });

    it("opens what was sealed by PKCS #1 v1.5, whatever the length of the key", async function () {
      need(this, "decrypt");
      for (const length of [8, 16, 24, 32, 48, 245]) {
        const secret = randomBytes(length);
        const sealed = publicEncrypt(
          { key: publicKeyOf(ra.publicKey), padding: constants.RSA_PKCS1_PADDING },
          secret,
        );
        assert.deepEqual(Buffer.from(await ra.unwrap(sealed, "pkcs1", length)), secret);
      }
    });

    for (const hash of OAEP_HASHES) {
      it(`opens what was sealed by OAEP with ${hash}, and nothing else`, async function () {
        need(this, "decrypt");
        const secret = randomBytes(32);
        const key = publicKeyOf(ra.publicKey);
        const padding = constants.RSA_PKCS1_OAEP_PADDING;
        const sealed = publicEncrypt({ key, padding, oaepHash: hash }, secret);
        const labelled = publicEncrypt(
          { key, padding, oaepHash: hash, oaepLabel: Buffer.from("x") },
          secret,
        );
        const scheme: UnwrapScheme = `oaep-${hash}`;
        assert.deepEqual(Buffer.from(await ra.unwrap(sealed, scheme, 32)), secret);
        const garbage = rawEncrypt(key, Buffer.alloc(256, 0x5a));
        for (const bad of [labelled, garbage, rawEncrypt(key, Buffer.alloc(256))]) {
          const answer: Buffer = Buffer.from(await ra.unwrap(bad, scheme, 32));
          assert.equal(answer.length, 32);
          assert.notDeepEqual(answer, secret);
          assert.deepEqual(Buffer.from(await ra.unwrap(bad, scheme, 32)), answer);
        }
        for (const length of [16, 31, 33]) {
          const answer: Buffer = Buffer.from(await ra.unwrap(sealed, scheme, length));
          assert.equal(answer.length, length);
          assert.ok(!secret.includes(answer.subarray(0, 8)));
        }
      });
    }

    it("answers malformed PKCS #1 v1.5 with pseudorandom octets of the same length", async function () {
      need(this, "decrypt");
      const key = publicKeyOf(ra.publicKey);
      const secret = randomBytes(16);
      secret.writeUInt8(secret.readUInt8(0) | 1, 0);
      const { good, bad } = shapes(secret);
      assert.deepEqual(
        Buffer.from(await ra.unwrap(rawEncrypt(key, good), "pkcs1", 16)),
        secret,
        "the good shape",
      );
      const answers = new Set<string>();
      // Above the modulus when the leading octet is set: then it is sent as it is.
      const ciphertexts = Object.entries(bad).map(([shape, em]): [string, Buffer] => [
        shape,
        em[0] === 0 ? rawEncrypt(key, em) : Buffer.from(em),
      ]);
      ciphertexts.push(
        ["ciphertext is the largest number", Buffer.alloc(256, 0xff)],
        ["ciphertext is too short", randomBytes(255)],
        ["ciphertext is too long", randomBytes(257)],
        ["ciphertext is empty", Buffer.alloc(0)],
        ["ciphertext is one", Buffer.concat([Buffer.alloc(255), Buffer.from([1])])],
        [
          "ciphertext with a leading zero more",
          Buffer.concat([Buffer.alloc(1), rawEncrypt(key, good)]),
        ],
      );
      for (const [shape, ciphertext] of ciphertexts) {
        const answer = Buffer.from(await ra.unwrap(ciphertext, "pkcs1", 16));
        assert.equal(answer.length, 16, shape);
        assert.notDeepEqual(answer, secret, shape);
        assert.ok(!answer.equals(Buffer.alloc(16)), shape);
        const again = Buffer.from(await ra.unwrap(ciphertext, "pkcs1", 16));
        assert.deepEqual(again, answer, `${shape}: the same answer each time`);
        answers.add(answer.toString("hex"));
      }
      assert.equal(answers.size, ciphertexts.length, "an answer of its own for each ciphertext");
    });

    it("answers alike after it was opened again", async function () {
      need(this, "decrypt");
      const garbage = rawEncrypt(publicKeyOf(ra.publicKey), Buffer.alloc(256, 0x33));
      const answer = await ra.unwrap(garbage, "pkcs1", 24);
      const other = await open();
      try {
        const decrypter = await other.decrypter(raRef);
        assert.deepEqual(await decrypter.unwrap(garbage, "pkcs1", 24), answer);
        assert.deepEqual(
          (await other.signer(raRef)).publicKey,
          (await provider.signer(raRef)).publicKey,
        );
      } finally {
        await other.close();
      }
    });

    it("does not decrypt with keys that were not made for it", async () => {
      await rejectsWith("key_unsupported", provider.decrypter(refOf("rsa-2048")));
      const ec = refs.get("ec-p256");
      if (ec !== undefined) await rejectsWith("key_unsupported", provider.decrypter(ec));
      await rejectsWith(
        "key_unsupported",
        provider.generate({ algorithm: "ec-p256", usage: "sign-and-decrypt", label: "" }),
      );
    });

    it("does sixty-four operations at the same time", async function () {
      need(this, "decrypt");
      need(this, "ec-p256");
      const signer = await provider.signer(refOf("rsa-2048"));
      const ecSigner = await provider.signer(refOf("ec-p256"));
      const key = publicKeyOf(ra.publicKey);
      await Promise.all(
        Array.from({ length: 64 }, async (_, index) => {
          const message = randomBytes(64);
          const digest = createHash("sha256").update(message).digest();
          if (index % 4 === 0) {
            const padding = constants.RSA_PKCS1_PADDING;
            const sealed = publicEncrypt({ key, padding }, digest);
            assert.deepEqual(Buffer.from(await ra.unwrap(sealed, "pkcs1", 32)), digest);
          } else if (index % 4 === 1) {
            const input = ecSigner.takes === "digest" ? digest : message;
            const signature = await ecSigner.sign(input, "ecdsa-sha256");
            assert.ok(verifies(ecSigner.publicKey, "ecdsa-sha256", message, signature));
          } else {
            const signature = await signer.sign(digest, "rsa-pkcs1-sha256");
            assert.ok(verifies(signer.publicKey, "rsa-pkcs1-sha256", message, signature));
          }
        }),
      );
    });

    it("says that a key is not there", async () => {
      for (const ref of [
        `${provider.name}:${"0".repeat(32)}`,
        `${provider.name}:nonsense`,
        `${provider.name}:`,
        `other:${"0".repeat(32)}`,
        "",
      ]) {
        await rejectsWith("key_not_found", provider.signer(ref));
        await rejectsWith("key_not_found", provider.decrypter(ref));
      }
    });

    it("destroys a key, and does not mind one that is gone", async function () {
      need(this, "ec-p256");
      const spec = { algorithm: "ec-p256", usage: "sign", label: "to be destroyed" } as const;
      const ref = await provider.generate(spec);
      const signer = await provider.signer(ref);
      const input = randomBytes(32);
      await Promise.all(Array.from({ length: 8 }, () => signer.sign(input, "ecdsa-sha256")));
      await provider.destroy(ref);
      await rejectsWith("key_not_found", provider.signer(ref));
      for (let round = 0; round < 8; round += 1) {
        await rejectsWith("key_not_found", signer.sign(input, "ecdsa-sha256"));
      }
      await provider.destroy(ref);
      await (await provider.signer(refOf("ec-p256"))).sign(input, "ecdsa-sha256");
    });

    it("lists its keys, none of which it would hand out", async () => {
      const listed = new Map(((await provider.list?.()) ?? []).map((key) => [key.ref, key]));
      for (const [algorithm, ref] of refs) {
        const key = listed.get(ref);
        assert.ok(key !== undefined, algorithm);
        const { publicKey } = await provider.signer(ref);
        assert.deepEqual(
          { ...key, publicKey: Buffer.from(key.publicKey), fault: key.fault },
          {
            ref,
            label: `test ${algorithm}`,
            fault: undefined,
            algorithm,
            publicKey: Buffer.from(publicKey),
            signs: true,
            decrypts: false,
            extractable: false,
          },
        );
      }
      assert.equal(listed.get(raRef)?.decrypts, true);
    });

    it("finds no fault with itself", async () => {
      const findings = await provider.probe();
      assert.ok(findings.some(({ level }) => level === "ok"));
      assert.deepEqual(
        findings.filter(({ level }) => level === "fault"),
        [],
      );
      for (const { level, remedy } of findings) assert.ok(level === "ok" || remedy !== undefined);
    });

    it("refuses work once it is closed, and closes twice", async () => {
      const other = await open();
      const signer = await other.signer(refOf("rsa-2048"));
      await other.close();
      await rejectsWith("key_unavailable", signer.sign(randomBytes(32), "rsa-pkcs1-sha256"));
      await other.close();
    });
  });
};
