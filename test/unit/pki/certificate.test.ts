import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { X509Certificate as PeculiarCertificate } from "@peculiar/x509";
import { type KeyAlgorithm, type SignatureScheme } from "../../../plugin/domain/algorithm.ts";
import { toPem } from "../../../plugin/domain/pem.ts";
import { parseCertificate, readCertificateFile } from "../../../plugin/pki/certificate.ts";
import { bitString, boolean, context, integer, sequence } from "../../../plugin/pki/der-write.ts";
import { signatureAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import { readDer } from "../../../plugin/pki/der-read.ts";
import { sha1Fingerprint, sha256Fingerprint } from "../../../plugin/pki/fingerprint.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { importPublicKey, keyIdentifier, verifySignature } from "../../../plugin/pki/public-key.ts";
import {
  hostile,
  issue,
  keyOf,
  makeCa,
  NOW,
  openssl,
  refusal,
  specOf,
  type TestCa,
} from "./pki-fixture.ts";

/** Root, issuing CA and a leaf with everything in it. */
const hierarchy = async (
  algorithm: KeyAlgorithm,
  scheme?: SignatureScheme,
): Promise<{ root: TestCa; issuing: TestCa; leaf: Uint8Array }> => {
  const root = await makeCa("root", keyOf(algorithm, "root"), undefined, undefined, scheme);
  const issuing = await makeCa("issuing", keyOf(algorithm, "issuing"), root, undefined, scheme);
  const spec = specOf("subscriber", issuing, keyOf("ec-p256", "leaf"));
  const leaf = await issue(
    {
      ...spec,
      subject: [[[OID.organizationName, "Ünïcode"]], [[OID.commonName, "device-1"]]],
      extensions: {
        ...spec.extensions,
        extendedKeyUsages: [OID.clientAuth, OID.emailProtection],
        sans: [
          { type: "dns", value: "device-1.example.com" },
          { type: "rfc822", value: "ann@example.com" },
          { type: "uri", value: "tag:microsoft.com,2022-09-14:sid:S-1-5-21" },
          { type: "upn", value: "ann@example.com" },
          { type: "ip", value: "2001:db8::7" },
        ],
        crlUrls: ["http://pki.example.com/crl/t/ca/00112233/crl.crl"],
        ocspUrls: ["http://pki.example.com/ocsp/t/ca"],
        caIssuersUrls: ["http://pki.example.com/ca/t/ca/00112233.cer"],
        policies: [{ oid: "1.2.3.4.5", cps: "http://pki.example.com/cps" }],
      },
    },
    issuing.key.signer,
  );
  return { root, issuing, leaf };
};

const verifyWithOpenssl = ({
  root,
  issuing,
  leaf,
}: Awaited<ReturnType<typeof hierarchy>>): string =>
  openssl(
    ["verify", "-x509_strict", "-no-CApath", "-CAfile", "root.pem", "-untrusted", "ca.pem"].concat([
      "-purpose",
      "sslclient",
      "-attime",
      String(NOW.getTime() / 1000 + 60),
      "leaf.pem",
    ]),
    {
      "root.pem": toPem(root.certificate.der, "CERTIFICATE"),
      "ca.pem": toPem(issuing.certificate.der, "CERTIFICATE"),
      "leaf.pem": toPem(leaf, "CERTIFICATE"),
    },
  ).output;

describe("Certificates", () => {
  for (const [algorithm, scheme] of [
    ["rsa-2048", undefined],
    ["rsa-2048", "rsa-pss-sha256"],
    ["ec-p256", undefined],
    ["ec-p384", undefined],
    ["ec-p521", undefined],
  ] as const)
    it(`verify strictly in openssl: ${algorithm} ${scheme ?? ""}`, async () => {
      assert.match(verifyWithOpenssl(await hierarchy(algorithm, scheme)), /^leaf\.pem: OK/);
    });

  it("show every field in openssl", async () => {
    const { leaf, issuing } = await hierarchy("rsa-2048");
    const { output } = openssl(
      [
        "x509",
        "-inform",
        "DER",
        "-in",
        "c",
        "-noout",
        "-text",
        "-nameopt",
        "RFC2253,-esc_msb,utf8",
      ],
      {
        c: leaf,
      },
    );
    for (const line of [
      "Version: 3 (0x2)",
      "Signature Algorithm: sha256WithRSAEncryption",
      "Issuer: CN=Test issuing",
      "Subject: CN=device-1,O=Ünïcode",
      "Not Before: Mar  1 12:00:00 2026 GMT",
      "Not After : Mar  1 12:00:00 2027 GMT",
      `X509v3 Authority Key Identifier: \n                ${issuing.certificate.subjectKeyIdentifier!.toUpperCase().match(/../g)!.join(":")}`,
      "X509v3 Basic Constraints: critical\n                CA:FALSE",
      "X509v3 Key Usage: critical\n                Digital Signature\n",
      "TLS Web Client Authentication, E-mail Protection",
      "DNS:device-1.example.com, email:ann@example.com, URI:tag:microsoft.com,2022-09-14:sid:S-1-5-21, othername: UPN::ann@example.com, IP Address:2001:DB8:0:0:0:0:0:7",
      "Policy: 1.2.3.4.5\n                  CPS: http://pki.example.com/cps",
      "URI:http://pki.example.com/crl/t/ca/00112233/crl.crl",
      "OCSP - URI:http://pki.example.com/ocsp/t/ca\n                CA Issuers - URI:http://pki.example.com/ca/t/ca/00112233.cer",
    ])
      assert.ok(output.includes(line), `${line} is not in ${output}`);
    const ca = openssl(["x509", "-inform", "DER", "-in", "c", "-noout", "-text"], {
      c: issuing.certificate.der,
    });
    assert.match(ca.output, /CA:TRUE, pathlen:0/);
    assert.match(ca.output, /Digital Signature, Certificate Sign, CRL Sign/);
  });

  it("are read as @peculiar/x509 and node:crypto read them", async () => {
    const { leaf, issuing } = await hierarchy("ec-p384");
    const parsed = parseCertificate(leaf);
    const peculiar = new PeculiarCertificate(leaf);
    const node = new X509Certificate(leaf);
    assert.equal(parsed.serial, node.serialNumber.toLowerCase());
    assert.equal(parsed.notAfter.getTime(), peculiar.notAfter.getTime());
    assert.equal(parsed.notBefore.getTime(), peculiar.notBefore.getTime());
    assert.deepEqual(parsed.issuerRaw, issuing.certificate.subjectRaw);
    assert.equal(parsed.version, 3);
    assert.equal(parsed.scheme, "ecdsa-sha384");
    assert.deepEqual(
      parsed.publicKey.key?.export({ format: "jwk" }),
      node.publicKey.export({ format: "jwk" }),
    );
    assert.deepEqual(parsed.subject, [
      [[OID.organizationName, "Ünïcode"]],
      [[OID.commonName, "device-1"]],
    ]);
    assert.deepEqual(parsed.issuer, [[[OID.commonName, "Test issuing"]]]);
    assert.equal(parsed.authorityKeyIdentifier, issuing.certificate.subjectKeyIdentifier);
    assert.equal(parsed.extensions.length, peculiar.extensions.length);
    assert.equal(parsed.sans.length, 5);
    assert.equal(parsed.isSelfIssued, false);
    assert.equal(
      verifySignature(issuing.certificate.publicKey, "ecdsa-sha384", parsed.tbs, parsed.signature),
      true,
    );
    assert.equal(sha1Fingerprint(leaf), node.fingerprint.replaceAll(":", "").toLowerCase());
    assert.equal(sha256Fingerprint(leaf), node.fingerprint256.replaceAll(":", "").toLowerCase());
  });

  it("carry the key identifier of RFC 7093 section 3", () => {
    const spki = Buffer.from(
      "3059301306072a8648ce3d020106082a8648ce3d030107034200047f7f35a79794c950060b8029fc8f363a28f11159692d9d34e6ac948190434735f833b1a66652dc514337aff7f5c9c75d670c019d95a5d639b72744c64a9128bb",
      "hex",
    );
    assert.equal(keyIdentifier(importPublicKey(spki)), "bf37b3e5808fd46d54b28e846311bcce1cad2e1a");
  });

  it("of openssl are read", () => {
    const { output } = openssl(
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "/dev/null",
      ].concat(["-subj", "/C=DE/CN=Outside", "-days", "30", "-set_serial", "0xf00d"]),
    );
    const der = readCertificateFile(Buffer.from(output));
    const parsed = parseCertificate(der);
    assert.equal(parsed.serial, "f00d");
    assert.equal(parsed.isSelfIssued, true);
    assert.deepEqual(parsed.basicConstraints, { cA: true });
    assert.equal(
      verifySignature(parsed.publicKey, parsed.scheme!, parsed.tbs, parsed.signature),
      true,
    );
  });

  it("of version 1 are read, as old SCEP clients sign with them", () => {
    const key = keyOf("ec-p256", "v1");
    const pem = key.privateKey.export({ format: "pem", type: "pkcs8" });
    const csr = openssl(["req", "-new", "-key", "k", "-subj", "/CN=v1"], { k: pem }).output;
    const v1 = openssl(["x509", "-req", "-in", "r", "-signkey", "k", "-set_serial", "7"], {
      k: pem,
      r: csr,
    });
    const parsed = parseCertificate(readCertificateFile(Buffer.from(v1.output)));
    assert.deepEqual(
      [parsed.version, parsed.extensions, parsed.basicConstraints],
      [1, [], undefined],
    );
  });

  it("whose two signature algorithms differ are refused", async () => {
    const { root } = await hierarchy("ec-p256");
    const [tbs, , signature] = readDer(root.certificate.der).children;
    const forged = sequence(tbs!.raw, signatureAlgorithmIdentifier("ecdsa-sha384"), signature!.raw);
    assert.match(refusal(() => parseCertificate(forged), "bad_message").message, /differ/);
  });

  it("with an extension twice are refused", async () => {
    const { root } = await hierarchy("ec-p256");
    const certificate = readDer(root.certificate.der);
    const fields = certificate.children[0]!.children.map(({ raw }) => raw);
    const extensions = certificate.children[0]!.children[7]!.children[0]!.children.map(
      ({ raw }) => raw,
    );
    const tbs = sequence(
      ...fields.slice(0, 7),
      context(3, sequence(...extensions, extensions[0]!)),
    );
    const forged = sequence(tbs, certificate.children[1]!.raw, bitString(new Uint8Array(8)));
    assert.match(refusal(() => parseCertificate(forged), "bad_message").message, /twice/);
    const odd = sequence(
      sequence(integer(1), boolean(true)),
      certificate.children[1]!.raw,
      bitString(new Uint8Array(8)),
    );
    refusal(() => parseCertificate(odd), "bad_message");
  });

  it("survive hostile bytes", async () => {
    const { issuing, leaf } = await hierarchy("ec-p256");
    hostile(issuing.certificate.der, parseCertificate);
    hostile(leaf.subarray(0), (bytes) => {
      const parsed = parseCertificate(bytes);
      return [
        parsed.subject,
        parsed.issuer,
        parsed.publicKey,
        parsed.sans,
        parsed.keyUsages,
        parsed.policies,
      ];
    });
  });
});

describe("Certificate files", () => {
  it("are DER or PEM with one certificate", async () => {
    const { root, issuing } = await hierarchy("ec-p256");
    const { der } = root.certificate;
    const pem = toPem(der, "CERTIFICATE");
    assert.equal(pem, new X509Certificate(der).toString());
    assert.deepEqual(Buffer.from(readCertificateFile(der)), Buffer.from(der));
    const noisy = `Bag Attributes\r\n  x: y\r\n${pem.replaceAll("\n", "\r\n")}\r\n`;
    assert.deepEqual(Buffer.from(readCertificateFile(Buffer.from(noisy))), Buffer.from(der));
    const two = pem + toPem(issuing.certificate.der, "CERTIFICATE");
    for (const file of [
      two,
      "",
      "hello",
      pem.slice(0, 300),
      pem.replace("MII", "AII"),
      toPem(der, "PUBLIC KEY"),
    ])
      refusal(() => readCertificateFile(Buffer.from(file)), "invalid_input");
    refusal(() => readCertificateFile(der.subarray(0, 100)), "invalid_input");
  });
});
