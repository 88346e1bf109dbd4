import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { generateMlDsa, mlDsaAlgorithmOf, mlDsaSigner } from "../../../hsm/ml-dsa-keys.ts";
import { ML_DSA_ALGORITHMS } from "../../../plugin/domain/algorithm.ts";
import { importPublicKey, verifySignature } from "../../../plugin/pki/public-key.ts";
import { refusal } from "../pki/pki-fixture.ts";

/** SHA-256 of the SubjectPublicKeyInfo that RFC 9881 appendix C shows for the seed 00 01 … 1f. */
const EXAMPLES = {
  "ml-dsa-44": "837832708c5236d951581f1fddf2b79991b3424a0486d16da1ddad0fd69701be",
  "ml-dsa-65": "b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d",
  "ml-dsa-87": "07e57c4f14dbad1267f621ec3777b4e2e6c4fbc4c22fbb87510ff8e0b3c6a642",
} as const;
/** FIPS 204 table 2. */
const SIGNATURE_OCTETS = { "ml-dsa-44": 2420, "ml-dsa-65": 3309, "ml-dsa-87": 4627 } as const;

describe("ML-DSA keys", () => {
  for (const algorithm of ML_DSA_ALGORITHMS) {
    it(`${algorithm}: the public key of the RFC's seed, in the RFC's encoding`, () => {
      const { publicKey } = generateMlDsa(
        algorithm,
        Uint8Array.from({ length: 32 }, (_, i) => i),
      );
      assert.equal(createHash("sha256").update(publicKey).digest("hex"), EXAMPLES[algorithm]);
      assert.equal(mlDsaAlgorithmOf(publicKey), algorithm);
    });

    it(`${algorithm}: signs, and the wrong key, message and length do not verify`, () => {
      const { pkcs8, publicKey } = generateMlDsa(algorithm);
      assert.equal(pkcs8.length, 54);
      const message = randomBytes(100);
      const signature = mlDsaSigner(algorithm, pkcs8)(message);
      assert.equal(signature.length, SIGNATURE_OCTETS[algorithm]);
      const key = importPublicKey(publicKey);
      assert.ok(verifySignature(key, algorithm, message, signature));
      const other = importPublicKey(generateMlDsa(algorithm).publicKey);
      assert.ok(!verifySignature(other, algorithm, message, signature));
      assert.ok(!verifySignature(key, algorithm, randomBytes(100), signature));
      assert.ok(!verifySignature(key, algorithm, message, signature.subarray(1)));
      assert.ok(!verifySignature(key, "ed25519", message, signature));
      assert.notDeepEqual(mlDsaSigner(algorithm, pkcs8)(message), signature, "it is randomised");
      const next = ML_DSA_ALGORITHMS.find((one) => one !== algorithm)!;
      assert.throws(() => mlDsaSigner(next, pkcs8), { code: "key_unavailable" });
      assert.throws(() => mlDsaSigner(algorithm, pkcs8.subarray(1)), { code: "key_unavailable" });
    });
  }

  it("a key of another length, or with parameters, is refused", () => {
    const { publicKey } = generateMlDsa("ml-dsa-44");
    const renamed = Buffer.from(publicKey);
    renamed[16] = 18;
    refusal(() => importPublicKey(renamed), "bad_message");
  });
});
