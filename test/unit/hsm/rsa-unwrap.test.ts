import assert from "node:assert/strict";
import {
  constants,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from "node:crypto";

import pkcs11js, { type Handle, type PKCS11 } from "pkcs11js";

import { pseudorandom, rejectionKey, unwrapEncoded } from "../../../hsm/rsa-unwrap.ts";
import { findSoftokn } from "../../support/softokn.ts";
import { leftOut } from "../../support/left-out.ts";

/** NSS softokn with a key that lives only in a session: an independent maker of the same implicit rejection. */
const openNss = (path: string): { p11: PKCS11; session: Handle } => {
  const p11 = new pkcs11js.PKCS11();
  p11.load(path);
  p11.C_Initialize({
    flags: pkcs11js.CKF_OS_LOCKING_OK,
    // It ends in a space: the binding cuts the last character.
    libraryParameters:
      "configdir='' certPrefix='' keyPrefix='' secmod='' flags=readOnly,noCertDB,noModDB,forceOpen,optimizeSpace ",
  });
  const [slot] = p11.C_GetSlotList(true);
  assert.ok(slot !== undefined);
  return { p11, session: p11.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION) };
};

describe("RSA key transport", () => {
  it("gives the octets of NSS softokn for good and corrupted ciphertexts", function () {
    const softokn = findSoftokn();
    if (softokn === undefined) return leftOut(this, "NSS softokn is missing");
    const nss = openNss(softokn);
    const { p11, session } = nss;
    let good = 0;
    let synthetic = 0;
    try {
      for (const bits of [2048, 3072]) {
        const size = bits / 8;
        const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
        const jwk = privateKey.export({ format: "jwk" });
        const part = (name: "n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qi"): Buffer =>
          Buffer.from(String(jwk[name]), "base64url");
        const handle = p11.C_CreateObject(session, [
          { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
          { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_RSA },
          { type: pkcs11js.CKA_TOKEN, value: false },
          { type: pkcs11js.CKA_DECRYPT, value: true },
          { type: pkcs11js.CKA_MODULUS, value: part("n") },
          { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: part("e") },
          { type: pkcs11js.CKA_PRIVATE_EXPONENT, value: part("d") },
          { type: pkcs11js.CKA_PRIME_1, value: part("p") },
          { type: pkcs11js.CKA_PRIME_2, value: part("q") },
          { type: pkcs11js.CKA_EXPONENT_1, value: part("dp") },
          { type: pkcs11js.CKA_EXPONENT_2, value: part("dq") },
          { type: pkcs11js.CKA_COEFFICIENT, value: part("qi") },
        ]);
        const exponent = Buffer.concat([Buffer.alloc(size - part("d").length), part("d")]);
        const secret = createHash("sha256").update(exponent).digest();
        for (let round = 0; round < 60; round += 1) {
          const message = randomBytes([16, 24, 32, 0, 100][round % 5]!);
          const padding = constants.RSA_PKCS1_PADDING;
          let ciphertext = publicEncrypt({ key: publicKey, padding }, message);
          if (round % 4 === 1) ciphertext.writeUInt8(ciphertext.readUInt8(9) ^ 4, 9);
          if (round % 4 === 2) ciphertext = randomBytes(size).fill(0, 0, 1);
          if (round % 4 === 3) {
            const em = randomBytes(size).map((octet) => octet | 1);
            em.set([0, 2]);
            // Without a separator, or with one that comes too early.
            if (round % 8 === 3) em[7] = 0;
            ciphertext = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, em);
          }
          p11.C_DecryptInit(session, { mechanism: pkcs11js.CKM_RSA_PKCS }, handle);
          const theirs = p11.C_Decrypt(session, ciphertext, Buffer.alloc(size));
          const em = privateDecrypt(
            { key: privateKey, padding: constants.RSA_NO_PADDING },
            ciphertext,
          );
          const ours = Buffer.from(unwrapEncoded(em, ciphertext, secret, "pkcs1", theirs.length));
          if (round % 4 === 0) {
            good += 1;
            assert.deepEqual(theirs, message);
            assert.deepEqual(ours, message);
            continue;
          }
          synthetic += 1;
          // Before our fixed length: their synthetic message is the end of the stream, its length among 128 candidates.
          const key = rejectionKey(secret, ciphertext);
          const stream = Buffer.from(pseudorandom(key, "message", size));
          const candidates = Buffer.from(pseudorandom(key, "length", 256));
          const longest = size - 2 - 8;
          const mask = 2 ** Math.ceil(Math.log2(longest + 1)) - 1;
          let length = 0;
          for (let at = 0; at < 256; at += 2) {
            const candidate = candidates.readUInt16BE(at) & mask;
            if (candidate < longest) length = candidate;
          }
          assert.equal(theirs.length, length);
          assert.deepEqual(theirs, stream.subarray(size - length));
          assert.deepEqual(ours, stream.subarray(0, theirs.length), "ours is its beginning");
        }
      }
    } finally {
      p11.C_Finalize();
      p11.close();
    }
    assert.deepEqual([good, synthetic], [30, 90]);
  });

  it("finds every single octet of the structure that is wrong", () => {
    const secret = randomBytes(32);
    const ciphertext = randomBytes(256);
    const key = Buffer.alloc(16, 0x77);
    const em = Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(237, 0xff), Buffer.alloc(1), key]);
    const open = (bytes: Buffer): Buffer =>
      Buffer.from(unwrapEncoded(bytes, ciphertext, secret, "pkcs1", 16));
    const rejected = open(Buffer.alloc(256));
    assert.deepEqual(open(em), key);
    for (let at = 0; at < 240; at += 1) {
      const wrong = Buffer.from(em);
      wrong[at] = at === 0 || at === 239 ? 1 : 0;
      assert.deepEqual(open(wrong), rejected, `octet ${at}`);
    }
    for (const value of [0, 1, 3, 0x82, 0xff]) {
      const wrong = Buffer.from(em);
      wrong[1] = value;
      assert.deepEqual(open(wrong), rejected);
    }
  });

  it("wants eight octets of padding", () => {
    const em = (padding: number): Buffer =>
      Buffer.concat([
        Buffer.from([0, 2]),
        Buffer.alloc(padding, 1),
        Buffer.alloc(1),
        Buffer.alloc(253 - padding, 9),
      ]);
    const open = (padding: number): Buffer =>
      Buffer.from(unwrapEncoded(em(padding), em(0), Buffer.alloc(32), "pkcs1", 253 - padding));
    assert.deepEqual(open(8), Buffer.alloc(245, 9));
    assert.notDeepEqual(open(7), Buffer.alloc(246, 9));
    assert.equal(open(7).length, 246);
  });
});
