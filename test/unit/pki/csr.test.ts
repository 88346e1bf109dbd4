import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { Pkcs10CertificateRequest } from "@peculiar/x509";
import { buildCsr, type CsrSpec } from "../../../plugin/pki/build-request.ts";
import { toPem } from "../../../plugin/domain/pem.ts";
import { parseCsr, verifyCsr } from "../../../plugin/pki/certificate-request.ts";
import { readDer, TAG } from "../../../plugin/pki/der-read.ts";
import {
  bitString,
  context,
  integer,
  oid,
  printableString,
  sequence,
  setOf,
  tlv,
  utf8String,
} from "../../../plugin/pki/der-write.ts";
import {
  basicConstraints,
  encodeExtensions,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
  type Extension,
} from "../../../plugin/pki/extensions.ts";
import { signatureAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import { encodeName } from "../../../plugin/pki/name.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { hostile, keyOf, openssl, refusal } from "./pki-fixture.ts";

const key = keyOf("ec-p256", "device");
const pemOf = (): string => key.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const full: CsrSpec = {
  subject: [
    [[OID.countryName, "DE"]],
    [[OID.commonName, "device-1"]],
    [[OID.commonName, "märker"]],
  ],
  signer: key.signer,
  sans: [
    { type: "dns", value: "device-1.example.com" },
    { type: "uri", value: "tag:microsoft.com,2022-09-14:sid:S-1-5-21" },
  ],
  challengePassword: "Secret-123",
  extensions: [keyUsage(["digitalSignature"]), extendedKeyUsage([OID.clientAuth])],
};

/** A request with these attributes, really signed. */
const request = (...attributes: Uint8Array[]): Uint8Array => requestOf({ attributes });
const requestOf = (change: {
  readonly attributes?: readonly Uint8Array[];
  readonly subject?: Uint8Array;
  readonly version?: number;
}): Uint8Array => {
  const info = sequence(
    integer(change.version ?? 0),
    change.subject ?? encodeName(full.subject),
    key.spki,
    ...(change.attributes === undefined ? [] : [context(0, ...change.attributes)]),
  );
  const signature = sign("sha256", info, key.privateKey);
  return sequence(info, signatureAlgorithmIdentifier("ecdsa-sha256"), bitString(signature));
};
const challenge = (...values: Uint8Array[]): Uint8Array =>
  sequence(oid(OID.challengePassword), setOf(...values));
const extensionRequest = (type: string, ...extensions: Extension[]): Uint8Array =>
  sequence(oid(type), setOf(encodeExtensions(extensions)));

describe("Certificate requests", () => {
  for (const [algorithm, scheme] of [
    ["rsa-2048", undefined],
    ["rsa-2048", "rsa-pss-sha384"],
    ["ec-p256", undefined],
    ["ec-p384", undefined],
    ["ec-p521", undefined],
  ] as const)
    it(`of ours are verified by openssl: ${algorithm} ${scheme ?? ""}`, async () => {
      const { signer } = keyOf(algorithm, "device");
      const der = await buildCsr({ ...full, signer, ...(scheme ? { scheme } : {}) });
      const { output, status } = openssl(
        ["req", "-inform", "DER", "-in", "r", "-noout", "-verify", "-text"],
        { r: der },
      );
      assert.equal(status, 0);
      assert.match(output, /self-signature verify OK/);
      assert.match(output, /challengePassword +:Secret-123/);
      assert.match(output, /DNS:device-1\.example\.com, URI:tag:microsoft\.com,2022-09-14:sid:/);
      const csr = parseCsr(der);
      assert.equal(verifyCsr(csr), true);
      assert.equal(csr.scheme, scheme ?? csr.scheme);
    });

  it("are read back as they were built", async () => {
    const csr = parseCsr(await buildCsr(full));
    assert.deepEqual(csr.subject, full.subject);
    assert.deepEqual(csr.sans, full.sans);
    assert.equal(csr.unsupportedSans, 0);
    assert.deepEqual(csr.keyUsages, ["digitalSignature"]);
    assert.deepEqual(csr.extendedKeyUsages, [OID.clientAuth]);
    assert.equal(csr.basicConstraints, undefined);
    assert.equal(csr.challengePassword, "Secret-123");
    assert.equal(csr.extensions.length, 3);
    assert.equal(csr.scheme, "ecdsa-sha256");
    assert.deepEqual(csr.publicKey.spki, key.spki);
  });

  it("are read by @peculiar/x509 alike", async () => {
    const peculiar = new Pkcs10CertificateRequest(await buildCsr(full));
    assert.equal(await peculiar.verify(), true);
    assert.deepEqual(peculiar.subjectName.getField("CN"), ["device-1", "märker"]);
    assert.equal(peculiar.extensions.length, 3);
  });

  it("without attributes are short and sound", async () => {
    const der = await buildCsr({ subject: [], signer: key.signer });
    const csr = parseCsr(der);
    assert.deepEqual([csr.subject, csr.sans, csr.challengePassword], [[], [], undefined]);
    assert.equal(
      openssl(["req", "-inform", "DER", "-in", "r", "-verify", "-noout"], { r: der }).status,
      0,
    );
    assert.equal(parseCsr(requestOf({})).extensions.length, 0);
  });

  it("of openssl are read and verified", () => {
    const { output } = openssl(
      ["req", "-new", "-key", "k", "-subj", "/C=DE/O=Ä/CN=x", "-utf8", "-outform", "PEM"].concat([
        "-addext",
        "subjectAltName=DNS:a.example,email:a@b.example,IP:192.0.2.1,URI:urn:x:y,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:u@x,RID:1.2.3",
        "-addext",
        "basicConstraints=critical,CA:TRUE,pathlen:2",
      ]),
      { k: pemOf() },
    );
    const der = Buffer.from(output.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const csr = parseCsr(der);
    assert.equal(verifyCsr(csr), true);
    assert.deepEqual(csr.sans, [
      { type: "dns", value: "a.example" },
      { type: "rfc822", value: "a@b.example" },
      { type: "ip", value: "192.0.2.1" },
      { type: "uri", value: "urn:x:y" },
      { type: "upn", value: "u@x" },
    ]);
    assert.equal(csr.unsupportedSans, 1);
    assert.deepEqual(csr.basicConstraints, { cA: true, pathLen: 2 });
    assert.equal(toPem(der, "CERTIFICATE REQUEST"), output);
  });

  it("signed with MD5 or SHA-1 say so, and verify only if they are right", () => {
    const rsa = keyOf("rsa-2048", "device");
    const pem = rsa.privateKey.export({ format: "pem", type: "pkcs8" });
    for (const hash of ["md5", "sha1"]) {
      const { output } = openssl(["req", "-new", "-key", "k", "-subj", "/CN=x", `-${hash}`], {
        k: pem,
      });
      const der = Buffer.from(output.replace(/-----[^-]+-----|\s/g, ""), "base64");
      const csr = parseCsr(der);
      assert.equal(csr.scheme, `rsa-pkcs1-${hash}`);
      assert.equal(verifyCsr(csr), true);
      der[der.length - 1] = der[der.length - 1]! ^ 1;
      assert.equal(verifyCsr(parseCsr(der)), false);
    }
  });

  it("prove possession of their own key only", async () => {
    const other = keyOf("ec-p256", "other");
    const der = await buildCsr({ ...full, signer: { ...key.signer, publicKey: other.spki } });
    assert.equal(verifyCsr(parseCsr(der)), false);
    const csr = parseCsr(await buildCsr(full));
    assert.equal(verifyCsr({ ...csr, scheme: undefined }), false);
    assert.equal(verifyCsr({ ...csr, scheme: "rsa-pkcs1-sha256" }), false);
  });

  it("carry the challenge in any string type", () => {
    for (const value of [
      printableString("abc 1"),
      utf8String("abc 1"),
      tlv(TAG.t61, Buffer.from("abc 1")),
      tlv(TAG.ia5, Buffer.from("abc 1")),
      tlv(TAG.bmp, Buffer.from("abc 1", "utf16le").swap16()),
      tlv(TAG.universal, Buffer.from("abc 1".replace(/./g, "\0\0\0$&"))),
    ])
      assert.equal(parseCsr(request(challenge(value))).challengePassword, "abc 1");
    for (const text of ["päss*wörd", "a_b@c"])
      assert.equal(parseCsr(request(challenge(utf8String(text)))).challengePassword, text);
  });

  it("with a challenge that is ambiguous or no text are refused", () => {
    const text = printableString("abc");
    for (const attributes of [
      [challenge()],
      [challenge(text, printableString("abd"))],
      [challenge(text), challenge(text)],
      [challenge(integer(5))],
      [challenge(tlv(TAG.utf8, Buffer.from([0xff])))],
      [challenge(tlv(TAG.bmp, Buffer.from([0x61])))],
      [challenge(tlv(TAG.bmp, Buffer.from([0xd8, 0x00])))],
      [challenge(tlv(TAG.universal, Buffer.from([0, 0, 0x61])))],
      [challenge(tlv(TAG.universal, Buffer.from([0, 0, 0xd8, 0])))],
      [challenge(tlv(TAG.universal, Buffer.from([0, 0x11, 0, 0])))],
    ])
      refusal(() => parseCsr(request(...attributes)), "bad_csr");
  });

  it("take Microsoft's attribute too, but no extension twice", () => {
    const { extensionRequest: standard, msExtensionRequest: microsoft } = OID;
    const usage = keyUsage(["digitalSignature"]);
    const csr = parseCsr(request(extensionRequest(microsoft, usage)));
    assert.deepEqual(csr.keyUsages, ["digitalSignature"]);
    const both = request(
      extensionRequest(standard, usage),
      extensionRequest(microsoft, basicConstraints({ cA: false })),
    );
    assert.equal(parseCsr(both).extensions.length, 2);
    for (const attributes of [
      [extensionRequest(standard, usage, usage)],
      [extensionRequest(standard, usage), extensionRequest(microsoft, usage)],
      [extensionRequest(standard, usage), extensionRequest(standard)],
    ])
      refusal(() => parseCsr(request(...attributes)), "bad_csr");
  });

  it("of hostile shape are refused (scep.md cases 48 and 62)", () => {
    const san = (count: number): Uint8Array =>
      extensionRequest(
        OID.extensionRequest,
        subjectAltName(new Array(count).fill({ type: "dns", value: "a.example" })),
      );
    const unknown = (count: number): Uint8Array =>
      extensionRequest(
        OID.extensionRequest,
        ...Array.from({ length: count }, (_, i) => ({
          oid: `1.2.3.${i}`,
          critical: true,
          value: Uint8Array.of(5, 0),
        })),
      );
    assert.equal(parseCsr(request(san(100))).sans.length, 100);
    const cn = (text: string): Uint8Array => encodeName([[[OID.commonName, text]]]);
    const nulSan = subjectAltName([{ type: "dns", value: "a\0.example" }]);
    for (const [name, der] of Object.entries({
      "101 SANs": request(san(101)),
      "10,000 SANs": request(san(10_000)),
      "33 extensions": request(unknown(33)),
      "long subject": requestOf({ subject: cn("x".repeat(4096)) }),
      "subject of 64 KiB": requestOf({ subject: cn("x".repeat(65_536)) }),
      "NUL in the subject": requestOf({ subject: cn("admin\0.example") }),
      "NUL in a SAN": request(extensionRequest(OID.extensionRequest, nulSan)),
      "version 1": requestOf({ version: 1 }),
      "trailing bytes": Buffer.concat([request(), Buffer.from([0])]),
      "broken extension": request(
        extensionRequest(OID.extensionRequest, { ...keyUsage([]), value: Uint8Array.of(4, 0) }),
      ),
      "no request": sequence(),
      nothing: new Uint8Array(0),
    }))
      assert.ok(
        refusal(() => parseCsr(der), "bad_csr"),
        name,
      );
    const huge = sequence(
      integer(0),
      encodeName([]),
      sequence(
        sequence(oid(OID.rsaEncryption), tlv(TAG.null)),
        bitString(sequence(tlv(TAG.integer, Buffer.alloc(2048, 0x7f)), integer(65537))),
      ),
    );
    const algorithm = signatureAlgorithmIdentifier("rsa-pkcs1-sha256");
    refusal(() => parseCsr(sequence(huge, algorithm, bitString(new Uint8Array(1)))), "bad_csr");
  });

  it("in BER are read", async () => {
    const [info, algorithm, signature] = readDer(await buildCsr(full)).children;
    const ber = Buffer.concat([
      Buffer.from([0x30, 0x80]),
      info!.raw,
      algorithm!.raw,
      signature!.raw,
      Buffer.from([0, 0]),
    ]);
    const csr = parseCsr(ber);
    assert.equal(csr.challengePassword, "Secret-123");
    assert.equal(verifyCsr(csr), true);
  });

  it("survive hostile bytes", async () => {
    hostile(await buildCsr(full), (bytes) => verifyCsr(parseCsr(bytes)));
  });

  it("do not depend on the order in which attributes are given", async () => {
    const der = await buildCsr(full);
    const attributes = readDer(der).children[0]!.children[3]!.children.map(({ raw }) => raw);
    assert.ok(Buffer.compare(attributes[0]!, attributes[1]!) < 0);
  });
});
