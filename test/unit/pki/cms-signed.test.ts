import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign } from "node:crypto";
import * as pkijs from "pkijs";
import { deviceKey } from "../../../adapters/scep-client/device-key.ts";
import type { Hash, SignatureScheme } from "../../../plugin/domain/algorithm.ts";
import { CountersignError } from "../../../plugin/errors.ts";
import {
  digestAlgorithmIdentifier,
  signatureAlgorithmIdentifier,
} from "../../../plugin/pki/algorithms.ts";
import { buildSignedFile, buildSignedMessage } from "../../../plugin/pki/cms-signed-build.ts";
import { parseSignedMessage, verifySignedMessage } from "../../../plugin/pki/cms-signed.ts";
import { contentInfo } from "../../../plugin/pki/content-info.ts";
import { readDer, textOf } from "../../../plugin/pki/der-read.ts";
import {
  context,
  integer,
  NULL,
  octetString,
  oid,
  printableString,
  sequence,
  setOf,
  tlv,
} from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { transientCertificate } from "../../../plugin/pki/transient-certificate.ts";
import {
  HOSTILE,
  makeIdentity,
  OpensslDir,
  strangeCertificate,
  type Identity,
} from "./cms-fixtures.ts";

const TRANSACTION = { oid: OID.transactionId, value: printableString("AB/C+=") };
const NONCE = { oid: OID.senderNonce, value: octetString(Buffer.alloc(16, 7)) };
const signingTime = new Date("2026-11-21T12:00:00Z");
const faulty = (bytes: Uint8Array): void =>
  assert.throws(
    () => parseSignedMessage(bytes),
    (error) => error instanceof CountersignError && error.code === "bad_message",
  );

describe("pki/cms-signed", () => {
  const content = Buffer.from("profile or request ".repeat(20));
  let dir: OpensslDir;
  let rsa: Identity;
  let other: Identity;
  let ec: Identity;

  before(() => {
    dir = new OpensslDir();
    rsa = makeIdentity(dir, "rsa", ["rsa:2048"]);
    other = makeIdentity(dir, "other", ["rsa:2048"]);
    ec = makeIdentity(dir, "ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    dir.write("content", content);
  });
  after(() => dir.remove());

  const build = (identity: Identity, hash: Hash, attributes = [TRANSACTION, NONCE]) =>
    buildSignedMessage({
      content,
      attributes,
      signer: identity.keys.signer,
      certificate: identity.certificate,
      hash,
      signingTime,
    });

  /** A message put together by hand, so that each part can be wrong. */
  const assemble = ({
    attributes = [
      sequence(oid(OID.contentType), tlv(0x31, oid(OID.data))),
      sequence(
        oid(OID.messageDigest),
        tlv(0x31, octetString(createHash("sha256").update(content).digest())),
      ),
      sequence(oid(OID.transactionId), tlv(0x31, printableString("T"))),
    ],
    certificate = rsa.certificate,
    certificates = [certificate],
    signedOver = (received: Uint8Array) => received,
    scheme = sequence(oid(OID.rsaEncryption), NULL),
    digest = digestAlgorithmIdentifier("sha256"),
    signers = 1,
    withAttributes = true,
    sid = sequence(
      transientCertificate(certificate).issuer,
      transientCertificate(certificate).serial,
    ),
  }: {
    attributes?: Uint8Array[];
    certificate?: Uint8Array;
    certificates?: Uint8Array[];
    signedOver?: (received: Uint8Array) => Uint8Array;
    scheme?: Uint8Array;
    digest?: Uint8Array;
    signers?: number;
    withAttributes?: boolean;
    sid?: Uint8Array;
  }): Uint8Array => {
    const signature = sign("sha256", signedOver(tlv(0x31, ...attributes)), rsa.privateKey);
    const info = sequence(
      integer(1),
      sid,
      digest,
      ...(withAttributes ? [context(0, ...attributes)] : []),
      scheme,
      octetString(signature),
    );
    return contentInfo(
      OID.signedData,
      sequence(
        integer(1),
        tlv(0x31, digest),
        sequence(oid(OID.data), context(0, octetString(content))),
        context(0, ...certificates),
        tlv(0x31, ...Array.from({ length: signers }, () => info)),
      ),
    );
  };

  describe("what it builds", () => {
    for (const hash of ["sha1", "sha256", "sha384", "sha512"] as const)
      it(`is verified by openssl and by us: RSA with ${hash}`, async () => {
        const message = await build(rsa, hash);
        dir.write("ours.der", message);
        const args = ["-inform", "DER", "-in", "ours.der", "-CAfile", "rsa.pem", "-purpose", "any"];
        assert.deepEqual(dir.run("cms", "-verify", "-binary", ...args), content);
        assert.ok(verifySignedMessage(parseSignedMessage(message)));
      });

    it("is verified by openssl and by us: ECDSA", async () => {
      const message = await build(ec, "sha256");
      dir.write("ours-ec.der", message);
      const args = ["-inform", "DER", "-in", "ours-ec.der", "-CAfile", "ec.pem"];
      assert.deepEqual(dir.run("cms", "-verify", "-binary", ...args, "-purpose", "any"), content);
      assert.ok(verifySignedMessage(parseSignedMessage(message)));
      await assert.rejects(
        build(ec, "sha1"),
        (error) => error instanceof CountersignError && error.code === "key_unsupported",
      );
    });

    it("is strict DER with sorted attributes and plain rsaEncryption", async () => {
      const message = await build(rsa, "sha256");
      const signedData = readDer(message).children[1]!.children[0]!;
      const info = signedData.children.at(-1)!.children[0]!;
      const attributes = info.children[3]!.children.map(({ raw }) => Buffer.from(raw));
      assert.deepEqual(
        attributes,
        [...attributes].sort((a, b) => Buffer.compare(a, b)),
      );
      assert.equal(attributes.length, 5);
      assert.deepEqual(
        Buffer.from(info.children[4]!.raw),
        Buffer.from(sequence(oid(OID.rsaEncryption), NULL)),
      );
      assert.deepEqual([...signedData.children[0]!.value, ...info.children[0]!.value], [1, 1]);
    });

    it("is read by pkijs, which verifies it too", async () => {
      const message = await build(rsa, "sha256");
      const outer = pkijs.ContentInfo.fromBER(message);
      const signed = new pkijs.SignedData({ schema: outer.content });
      assert.equal(signed.signerInfos.length, 1);
      const types = signed.signerInfos[0]!.signedAttrs!.attributes.map(({ type }) => type);
      assert.ok(types.includes(OID.transactionId));
      assert.ok(await signed.verify({ signer: 0, checkChain: false }));
    });

    it("carries an empty OCTET STRING where there is no content", async () => {
      const { certificate, keys } = rsa;
      const parts = { attributes: [TRANSACTION], signer: keys.signer, certificate };
      const message = await buildSignedMessage({ ...parts, hash: "sha256" });
      assert.ok(
        Buffer.from(message).includes(
          Buffer.from(sequence(oid(OID.data), context(0, octetString()))),
        ),
      );
      const parsed = parseSignedMessage(message);
      assert.equal(parsed.content?.length, 0);
      assert.equal(parsed.attributes.has(OID.signingTime), false);
      assert.ok(verifySignedMessage(parsed));
    });

    it("is a signed file that openssl smime verifies through its chain", async () => {
      const leaf = ["-subj", "/O=Lab/CN=profiles", "-keyout", "leaf.key", "-out", "leaf.csr"];
      dir.run("req", "-newkey", "rsa:2048", "-noenc", ...leaf);
      dir.run(
        ..."x509 -req -in leaf.csr -CA rsa.pem -CAkey rsa.key -days 5 -out leaf.pem".split(" "),
      );
      const certificate = dir.run("x509", "-in", "leaf.pem", "-outform", "DER");
      const { signer } = deviceKey(createPrivateKey(dir.read("leaf.key")));
      const file = await buildSignedFile({
        content,
        signer,
        certificate,
        chain: [rsa.certificate],
        signingTime,
      });
      dir.write("signed.mobileconfig", file);
      for (const tool of ["smime", "cms"])
        assert.deepEqual(
          dir.run(
            tool,
            ..."-verify -binary -inform DER -in signed.mobileconfig -CAfile rsa.pem".split(" "),
            ..."-purpose any".split(" "),
          ),
          content,
        );
      const printed = dir.run(
        ..."pkcs7 -inform DER -in signed.mobileconfig -print_certs".split(" "),
      );
      assert.match(printed.toString(), /CN = profiles[^]*CN = rsa/);
    });
  });

  describe("what it reads", () => {
    const variants: Record<string, string[]> = {
      plain: [],
      "streamed and indefinite": ["-stream", "-indef"],
      "signer by key identifier": ["-keyid"],
      "SHA-384": ["-md", "sha384"],
      "SHA-512": ["-md", "sha512"],
      PSS: ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:32"],
      "PSS with the longest salt": ["-keyopt", "rsa_padding_mode:pss"],
      "more certificates": ["-certfile", "other.pem"],
    };
    for (const [name, options] of Object.entries(variants))
      it(`openssl: ${name}`, () => {
        const signer = "-signer rsa.pem -inkey rsa.key -in content -outform DER".split(" ");
        const bytes = dir.run("cms", "-sign", "-binary", "-nodetach", ...signer, ...options);
        const message = parseSignedMessage(bytes);
        assert.deepEqual(Buffer.from(message.content!), content);
        assert.deepEqual(Buffer.from(message.signerCertificate!.raw), rsa.certificate);
        assert.ok(verifySignedMessage(message));
      });

    it("openssl: ECDSA", () => {
      const signer = "-signer ec.pem -inkey ec.key -in content -outform DER".split(" ");
      const message = parseSignedMessage(
        dir.run("cms", "-sign", "-nodetach", "-binary", ...signer),
      );
      assert.equal(message.scheme, "ecdsa-sha256");
      assert.ok(verifySignedMessage(message));
    });

    it("openssl: MD5, named so that it can be refused", () => {
      const signer = "-signer rsa.pem -inkey rsa.key -in content -outform DER -md md5".split(" ");
      const message = parseSignedMessage(
        dir.run("cms", "-sign", "-nodetach", "-binary", ...signer),
      );
      assert.equal(message.digest, "md5");
      assert.equal(message.scheme, "rsa-pkcs1-md5");
    });

    it("the combined signature algorithm", () => {
      const scheme = signatureAlgorithmIdentifier("rsa-pkcs1-sha256");
      assert.ok(verifySignedMessage(parseSignedMessage(assemble({ scheme }))));
    });

    it("attributes in any order, signed as sent or sorted", () => {
      const reversed = [
        sequence(oid(OID.transactionId), tlv(0x31, printableString("T"))),
        sequence(
          oid(OID.messageDigest),
          tlv(0x31, octetString(createHash("sha256").update(content).digest())),
        ),
        sequence(oid(OID.contentType), tlv(0x31, oid(OID.data))),
      ];
      const asSent = parseSignedMessage(assemble({ attributes: reversed }));
      assert.ok(verifySignedMessage(asSent));
      const sorted = { attributes: reversed, signedOver: () => setOf(...reversed) };
      assert.ok(verifySignedMessage(parseSignedMessage(assemble(sorted))));
      const neither = { attributes: reversed, signedOver: () => Buffer.from("other") };
      assert.ok(!verifySignedMessage(parseSignedMessage(assemble(neither))));
    });

    it("signers with strange certificates", () => {
      const spki = rsa.keys.signer.publicKey;
      const serialHex = "9".repeat(66);
      for (const version1 of [true, false]) {
        const certificate = strangeCertificate(rsa.privateKey, spki, { version1, serialHex });
        const message = parseSignedMessage(assemble({ certificate }));
        assert.ok(verifySignedMessage(message));
        const { serial, subjectKeyId } = message.signerCertificate!;
        assert.ok(Buffer.from(serial).toString("hex").endsWith(serialHex));
        assert.equal(
          subjectKeyId && Buffer.from(subjectKeyId).toString("hex"),
          version1 ? undefined : "0102030405",
        );
      }
    });

    it("the signer's certificate wherever it stands", () => {
      const certificates = [other.certificate, ec.certificate, rsa.certificate];
      const message = parseSignedMessage(assemble({ certificates }));
      assert.deepEqual(
        message.certificates.map((der) => Buffer.from(der)),
        certificates,
      );
      assert.deepEqual(Buffer.from(message.signerCertificate!.raw), rsa.certificate);
      assert.ok(verifySignedMessage(message));
    });

    it("attributes by their OID", async () => {
      const { attributes } = parseSignedMessage(await build(rsa, "sha256"));
      assert.equal(textOf(attributes.get(OID.transactionId)!), "AB/C+=");
      assert.equal(attributes.get(OID.senderNonce)!.value.length, 16);
    });
  });

  describe("what it does not verify", () => {
    const unverified = (parts: Parameters<typeof assemble>[0]): void =>
      assert.ok(!verifySignedMessage(parseSignedMessage(assemble(parts))));
    const contentType = (type: string) => sequence(oid(OID.contentType), tlv(0x31, oid(type)));
    const digestOf = (bytes: Uint8Array) =>
      sequence(
        oid(OID.messageDigest),
        tlv(0x31, octetString(createHash("sha256").update(bytes).digest())),
      );

    it("a digest of other content, a missing digest, a missing or other content type", () => {
      unverified({ attributes: [contentType(OID.data), digestOf(Buffer.from("x"))] });
      unverified({ attributes: [contentType(OID.data)] });
      unverified({ attributes: [digestOf(content)] });
      unverified({ attributes: [contentType(OID.envelopedData), digestOf(content)] });
    });
    it("a signer whose certificate is missing, or is another's", () => {
      unverified({ certificates: [other.certificate] });
      unverified({ certificates: [] });
      unverified({ certificate: other.certificate });
    });
    it("a scheme of another hash, kind or name", () => {
      const schemes: SignatureScheme[] = ["rsa-pkcs1-sha512", "rsa-pss-sha256", "ecdsa-sha256"];
      for (const scheme of schemes) unverified({ scheme: signatureAlgorithmIdentifier(scheme) });
      unverified({ scheme: sequence(oid("1.2.3.4")) });
      unverified({ digest: sequence(oid("1.2.3.4")) });
      unverified({ digest: digestAlgorithmIdentifier("sha1") });
    });
    it("any flipped bit of content, attributes or signature", async () => {
      const message = Buffer.from(await build(rsa, "sha256"));
      const certificateAt = message.indexOf(rsa.certificate);
      const certificateEnd = certificateAt + rsa.certificate.length;
      for (let at = 0; at < message.length; at++) {
        if (at >= certificateAt && at < certificateEnd) continue;
        const bent = Buffer.from(message);
        bent[at] = bent[at]! ^ (1 << (at % 8));
        try {
          const parsed = parseSignedMessage(bent);
          // Versions and the list of digest algorithms are not signed, and nobody acts on them.
          if (verifySignedMessage(parsed))
            assert.ok(at < 60 || at === certificateEnd + 10, `${at}`);
        } catch (error) {
          assert.ok(error instanceof CountersignError && error.code === "bad_message", `${at}`);
        }
      }
    });
  });

  describe("what it refuses", () => {
    for (const [name, bytes] of Object.entries(HOSTILE))
      it(name, () => {
        const started = performance.now();
        faulty(bytes());
        assert.ok(performance.now() - started < 50);
      });

    it("truncation at every offset, DER and BER", async () => {
      const signer = "-signer rsa.pem -inkey rsa.key -in content -outform DER".split(" ");
      const ber = dir.run("cms", "-sign", "-binary", "-nodetach", "-stream", "-indef", ...signer);
      for (const whole of [await build(rsa, "sha256"), ber])
        for (let end = 0; end < whole.length; end++) faulty(whole.subarray(0, end));
    });

    it("trailing bytes and a second message behind", async () => {
      const message = await build(rsa, "sha256");
      faulty(Buffer.concat([message, Buffer.from([0])]));
      faulty(Buffer.concat([message, message]));
    });

    it("no signer, two signers, no signed attributes", () => {
      faulty(assemble({ signers: 0 }));
      faulty(assemble({ signers: 2 }));
      faulty(assemble({ withAttributes: false }));
    });

    it("an attribute with no or two values, and one that is there twice", () => {
      const one = printableString("a");
      const attribute = (...values: Uint8Array[]) =>
        sequence(oid(OID.transactionId), tlv(0x31, ...values));
      faulty(assemble({ attributes: [attribute()] }));
      faulty(assemble({ attributes: [attribute(one, one)] }));
      faulty(assemble({ attributes: [attribute(one), attribute(one)] }));
    });

    it("other contents than a SignedData", () => {
      faulty(contentInfo(OID.data, octetString(content)));
      faulty(sequence(oid(OID.signedData)));
      faulty(contentInfo(OID.signedData, sequence()));
    });
  });
});
