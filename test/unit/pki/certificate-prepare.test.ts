import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, X509Certificate } from "node:crypto";
import { KEY_ALGORITHMS } from "../../../plugin/domain/algorithm.ts";
import { parseCertificate } from "../../../plugin/pki/certificate.ts";
import { completeCertificate, prepareCertificate } from "../../../plugin/pki/to-be-signed.ts";
import {
  issue,
  keyOf,
  makeCa,
  openssl,
  refusal,
  specOf,
  years,
  type TestCa,
} from "./pki-fixture.ts";

describe("Prepared certificates", () => {
  let issuing: TestCa;
  before(async () => {
    const root = await makeCa("root", keyOf("ec-p256", "root"));
    issuing = await makeCa("issuing", keyOf("ec-p256", "issuing"), root);
  });

  it("hold serial and digest, and are spent once", async () => {
    const spec = specOf("subscriber", issuing, keyOf("ec-p256", "leaf"));
    const prepared = prepareCertificate({ ...spec, serial: Buffer.alloc(16, 0xff) });
    assert.equal(prepared.serial, "7f" + "ff".repeat(15));
    assert.deepEqual(
      Buffer.from(prepared.tbsDigest),
      createHash("sha256").update(prepared.tbs).digest(),
    );
    const der = await completeCertificate(prepared, spec.scheme, issuing.key.signer);
    assert.equal(parseCertificate(der).serial, prepared.serial);
    assert.deepEqual(parseCertificate(der).tbs, Buffer.from(prepared.tbs));
    await assert.rejects(completeCertificate(prepared, spec.scheme, issuing.key.signer), {
      code: "internal",
    });
    refusal(() => prepared.spend(), "internal");
  });

  it("have a serial without leading zero octets in hex", async () => {
    const spec = specOf("subscriber", issuing, keyOf("ec-p256", "leaf"));
    const serial = randomBytes(16).fill(0x80, 0, 2).fill(0, 1, 2);
    serial[0] = 0x80;
    const prepared = prepareCertificate({ ...spec, serial });
    assert.equal(
      prepared.serial,
      serial
        .subarray(2)
        .toString("hex")
        .replace(/^(?:00)+/, ""),
    );
    refusal(() => prepareCertificate({ ...spec, serial: serial.subarray(1) }), "internal");
  });

  it("are signed only as they were prepared, by a key that works", async () => {
    const spec = specOf("subscriber", issuing, keyOf("ec-p256", "leaf"));
    const { signer } = issuing.key;
    const fresh = () => prepareCertificate(spec);
    await assert.rejects(completeCertificate(fresh(), "ecdsa-sha384", signer), {
      code: "internal",
    });
    const { tbs, serial, tbsDigest } = fresh();
    const foreign = { tbs, serial, tbsDigest, spend: () => tbs };
    await assert.rejects(completeCertificate(foreign, spec.scheme, signer), { code: "internal" });
    const faulty = { ...signer, sign: async () => Buffer.from("3006020101020101", "hex") };
    await assert.rejects(completeCertificate(fresh(), spec.scheme, faulty), {
      code: "key_unavailable",
    });
  });

  it("use GeneralizedTime from 2050 on", async () => {
    const key = keyOf("ec-p256", "root");
    const root = await makeCa("root", key, undefined, (spec) => ({ ...spec, notAfter: years(30) }));
    assert.equal(root.certificate.notAfter.getTime(), years(30).getTime());
    const { output } = openssl(["asn1parse", "-inform", "DER", "-in", "c"], {
      c: root.certificate.der,
    });
    assert.match(output, /UTCTIME +:260301120000Z[^]*GENERALIZEDTIME +:20560301120000Z/);
  });

  it("take every key algorithm", async function () {
    // Ed25519 and ML-DSA are for authorities only.
    for (const algorithm of KEY_ALGORITHMS.filter((name) => /^rsa-2048|^ec-/.test(name))) {
      const key = keyOf(algorithm, "leaf");
      const der = await issue(specOf("subscriber", issuing, key), issuing.key.signer);
      const there = new X509Certificate(der).publicKey.export({ format: "der", type: "spki" });
      assert.deepEqual(
        there,
        createPublicKey(key.privateKey).export({ format: "der", type: "spki" }),
      );
    }
  });
});
