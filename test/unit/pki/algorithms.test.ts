import assert from "node:assert/strict";
import type { SignatureScheme } from "../../../plugin/domain/algorithm.ts";
import {
  CONTENT_CIPHERS,
  contentCipherOf,
  digestAlgorithmIdentifier,
  digestOf,
  signatureAlgorithmIdentifier,
  signatureSchemeOf,
} from "../../../plugin/pki/algorithms.ts";
import { readDer } from "../../../plugin/pki/der-read.ts";
import { context, integer, NULL, oid, sequence } from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";

const SCHEMES: SignatureScheme[] = [
  "rsa-pkcs1-sha1",
  "rsa-pkcs1-sha256",
  "rsa-pkcs1-sha384",
  "rsa-pkcs1-sha512",
  "rsa-pss-sha256",
  "rsa-pss-sha384",
  "rsa-pss-sha512",
  "ecdsa-sha256",
  "ecdsa-sha384",
  "ecdsa-sha512",
];
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const pss = (...fields: Uint8Array[]) =>
  signatureSchemeOf(readDer(sequence(oid(OID.rsassaPss), sequence(...fields))));
const sha256 = sequence(oid(OID.sha256), NULL);
const mgf = sequence(oid(OID.mgf1), sha256);

describe("pki/algorithms", () => {
  for (const scheme of SCHEMES)
    it(`reads back what it writes for ${scheme}`, () =>
      assert.equal(signatureSchemeOf(readDer(signatureAlgorithmIdentifier(scheme))), scheme));

  it("writes NULL for RSA and nothing for ECDSA", () => {
    assert.equal(
      hex(signatureAlgorithmIdentifier("rsa-pkcs1-sha256")),
      "300d06092a864886f70d01010b0500",
    );
    assert.equal(hex(signatureAlgorithmIdentifier("ecdsa-sha256")), "300a06082a8648ce3d040302");
  });

  it("writes the parameters of PSS as openssl does", () =>
    assert.equal(
      hex(signatureAlgorithmIdentifier("rsa-pss-sha256")),
      "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
    ));

  it("reads PSS with a longer salt, and with trailer field 1", () => {
    assert.equal(
      pss(context(0, sha256), context(1, mgf), context(2, integer(222))),
      "rsa-pss-sha256",
    );
    assert.equal(
      pss(context(0, sha256), context(1, mgf), context(2, integer(32)), context(3, integer(1))),
      "rsa-pss-sha256",
    );
  });

  it("refuses PSS that is not sane", () => {
    const sha1 = sequence(oid(OID.sha1), NULL);
    assert.equal(pss(), undefined, "all defaults: SHA-1");
    assert.equal(pss(context(0, sha1), context(1, sequence(oid(OID.mgf1), sha1))), undefined);
    assert.equal(pss(context(0, sha256)), undefined, "MGF1 with SHA-1");
    assert.equal(pss(context(0, sha256), context(0, sha256), context(1, mgf)), undefined);
    assert.equal(
      pss(context(0, sha256), context(1, mgf), context(2, integer(4))),
      undefined,
      "salt",
    );
    assert.equal(
      pss(context(0, sha256), context(1, mgf), context(3, integer(2))),
      undefined,
      "trailer",
    );
    assert.equal(signatureSchemeOf(readDer(sequence(oid(OID.rsassaPss)))), undefined);
  });

  it("names MD5 and takes absent parameters", () => {
    assert.equal(signatureSchemeOf(readDer(sequence(oid(OID.md5WithRsa), NULL))), "rsa-pkcs1-md5");
    assert.equal(signatureSchemeOf(readDer(sequence(oid(OID.sha256WithRsa)))), "rsa-pkcs1-sha256");
  });

  it("does not know ECDSA with SHA-1, plain rsaEncryption or strange parameters", () => {
    assert.equal(signatureSchemeOf(readDer(sequence(oid(OID.ecdsaWithSha1)))), undefined);
    assert.equal(signatureSchemeOf(readDer(sequence(oid(OID.rsaEncryption), NULL))), undefined);
    assert.equal(
      signatureSchemeOf(readDer(sequence(oid(OID.sha256WithRsa), integer(1)))),
      undefined,
    );
  });

  it("knows digests and content ciphers by OID", () => {
    assert.equal(digestOf(OID.sha384), "sha384");
    assert.equal(digestOf(OID.md5), "md5");
    assert.equal(digestOf("1.2.3"), undefined);
    assert.equal(hex(digestAlgorithmIdentifier("sha256")), "300b0609608648016503040201");
    for (const cipher of Object.values(CONTENT_CIPHERS))
      assert.equal(contentCipherOf(cipher.oid), cipher);
    assert.deepEqual(
      Object.values(CONTENT_CIPHERS).map((cipher) => [cipher.keyLength, cipher.legacy]),
      [
        [16, false],
        [24, false],
        [32, false],
        [24, true],
      ],
    );
    assert.equal(contentCipherOf("1.3.14.3.2.7"), undefined, "single DES");
    assert.equal(contentCipherOf("2.16.840.1.101.3.4.1.46"), undefined, "AES-GCM");
  });
});
