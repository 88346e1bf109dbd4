import assert from "node:assert/strict";
import fc from "fast-check";
import {
  AuthorityKeyIdentifierExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import type { SubjectAltName } from "../../../plugin/domain/san.ts";
import { KEY_USAGES } from "../../../plugin/domain/template.ts";
import { readDer, TAG } from "../../../plugin/pki/der-read.ts";
import { boolean, octetString, oid, sequence, tlv } from "../../../plugin/pki/der-write.ts";
import { ExtensionReader, readExtensions } from "../../../plugin/pki/extension-read.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  certificateExtensions,
  certificatePolicies,
  encodeExtension,
  encodeExtensions,
  extendedKeyUsage,
  issuingDistributionPoint,
  keyUsage,
  subjectAltName,
  type Extension,
} from "../../../plugin/pki/extensions.ts";
import { decodeGeneralName, encodeGeneralName } from "../../../plugin/pki/general-name.ts";
import { ipOctets, ipText } from "../../../plugin/domain/ip-address.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { hostile, refusal } from "./pki-fixture.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const read = (...extensions: Extension[]): ExtensionReader =>
  new ExtensionReader(readExtensions(readDer(encodeExtensions(extensions))));
const SID = "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1004336348-1177238915-682003330-512";

describe("IP addresses", () => {
  it("go from text to octets and back in the form of RFC 5952", () => {
    for (const [text, canonical = text] of [
      ["192.0.2.1"],
      ["::"],
      ["::1"],
      ["2001:db8::1"],
      ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
      ["2001:db8:0:1:1:1:1:1"],
      ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
      ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
      ["1:2:3:4:5:6:7:8"],
      ["1::", "1::"],
      ["::ffff:192.0.2.1", "::ffff:c000:201"],
      ["10:0:0:1::", "10:0:0:1::"],
    ] as const)
      assert.equal(ipText(ipOctets(text)!), canonical);
  });

  it("refuse other text", () => {
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4/8",
      ":",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7::8:9",
      "1.2.3.4::",
      "fe80::1%eth0",
      "g::",
      "12345::",
    ])
      assert.equal(ipOctets(text), undefined, text);
    assert.equal(ipText(new Uint8Array(8)), undefined);
  });

  it("go round from any octets", () => {
    const octets = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const sparse = octets.map((bytes) => bytes.map((byte) => (byte > 60 ? 0 : byte)));
    fc.assert(
      fc.property(fc.oneof(octets, sparse), (bytes) => {
        assert.deepEqual(ipOctets(ipText(bytes)!), Uint8Array.from(bytes));
      }),
    );
  });
});

describe("GeneralName", () => {
  const names: SubjectAltName[] = [
    { type: "rfc822", value: "ann@example.com" },
    { type: "dns", value: "host.example.com" },
    { type: "uri", value: SID },
    { type: "upn", value: "ann@EXÄMPLE.com" },
    { type: "ip", value: "192.0.2.7" },
    { type: "ip", value: "2001:db8::7" },
  ];

  it("goes round, URIs byte by byte", () => {
    for (const name of names)
      assert.deepEqual(decodeGeneralName(readDer(encodeGeneralName(name))), name);
    assert.ok(hex(encodeGeneralName(names[2]!)).endsWith(Buffer.from(SID).toString("hex")));
  });

  it("is read by @peculiar/x509", () => {
    const { names: found } = new SubjectAlternativeNameExtension(
      encodeExtension(subjectAltName(names)),
    );
    assert.deepEqual(
      found.items.map(({ type, value }) => [type, value]),
      [
        ["email", "ann@example.com"],
        ["dns", "host.example.com"],
        ["url", SID],
        ["upn", "ann@EXÄMPLE.com"],
        ["ip", "192.0.2.7"],
        ["ip", "2001:db8::7"],
      ],
    );
  });

  it("refuses values that cannot be encoded", () => {
    for (const name of [
      { type: "dns", value: "exämple.com" },
      { type: "rfc822", value: "" },
      { type: "uri", value: "http://ä" },
      { type: "ip", value: "1.2.3" },
      { type: "upn", value: "\udc00" },
    ] as const)
      refusal(() => encodeGeneralName(name), "invalid_input");
  });

  it("leaves kinds out that we never issue, and refuses what is none", () => {
    const decode = (der: Uint8Array): unknown => decodeGeneralName(readDer(der));
    assert.equal(decode(tlv(0xa4, sequence())), undefined);
    assert.equal(decode(tlv(0x88, Buffer.from([0x2a]))), undefined);
    assert.equal(decode(tlv(0x87, new Uint8Array(5))), undefined);
    assert.equal(decode(tlv(0x82, Buffer.from([0xe4]))), undefined);
    assert.equal(
      decode(tlv(0xa0, oid("1.2.3"), tlv(0xa0, tlv(TAG.utf8, Buffer.from("x"))))),
      undefined,
    );
    refusal(() => decode(tlv(0xa0, oid(OID.upn))), "bad_message");
    refusal(() => decode(tlv(0x0c, Buffer.from("x"))), "bad_message");
    refusal(() => decode(tlv(0x89, Buffer.from("x"))), "bad_message");
  });
});

describe("Extensions", () => {
  it("are encoded as in RFC 5280", () => {
    const usage = (...usages: (typeof KEY_USAGES)[number][]): string => hex(keyUsage(usages).value);
    assert.equal(usage("digitalSignature", "keyEncipherment"), "030205a0");
    assert.equal(usage("digitalSignature", "keyCertSign", "cRLSign"), "03020186");
    assert.equal(hex(basicConstraints({ cA: false }).value), "3000");
    assert.equal(hex(basicConstraints({ cA: true, pathLen: 0 }).value), "30060101ff020100");
    assert.equal(hex(authorityKeyIdentifier("0102").value), "300480020102");
    assert.equal(
      hex(issuingDistributionPoint("http://a").value),
      "300ea00ca00a8608" + Buffer.from("http://a").toString("hex"),
    );
    assert.equal(
      hex(encodeExtension(basicConstraints({ cA: false }))),
      "300c0603551d130101ff04023000",
    );
  });

  it("agree with @peculiar/x509", () => {
    const encoded = (extension: Extension): Uint8Array => encodeExtension(extension);
    assert.equal(
      new KeyUsagesExtension(encoded(keyUsage(["digitalSignature", "keyAgreement"]))).usages,
      1 | 16,
    );
    assert.deepEqual(
      [
        ...new ExtendedKeyUsageExtension(encoded(extendedKeyUsage([OID.clientAuth, "1.2.3.4"])))
          .usages,
      ],
      [OID.clientAuth, "1.2.3.4"],
    );
    assert.equal(
      new AuthorityKeyIdentifierExtension(encoded(authorityKeyIdentifier("aabb"))).keyId,
      "aabb",
    );
    assert.deepEqual(
      [
        ...new CertificatePolicyExtension(
          encoded(certificatePolicies([{ oid: "1.2.3" }, { oid: "2.5.29.32.0", cps: "http://c" }])),
        ).policies,
      ],
      ["1.2.3", "2.5.29.32.0"],
    );
  });

  it("are read back as they were wanted", () => {
    const wanted = {
      basicConstraints: { cA: true, pathLen: 3 },
      keyUsages: [...KEY_USAGES],
      extendedKeyUsages: [OID.clientAuth, OID.emailProtection],
      sans: [{ type: "dns", value: "a.example" }],
      crlUrls: ["http://crl/1", "http://crl/2"],
      ocspUrls: ["http://ocsp"],
      caIssuersUrls: ["http://ca.cer"],
      policies: [{ oid: "1.2.3", cps: "http://cps" }, { oid: "1.2.4" }],
      ocspNoCheck: true,
      other: [{ oid: "1.2.840.113549.1.9.15", critical: false, value: Uint8Array.of(0x30, 0) }],
    } as const;
    const reader = read(
      ...certificateExtensions(wanted, { subjectKeyId: "01", authorityKeyId: "02" }, false),
    );
    const { basicConstraints: bc, keyUsages, extendedKeyUsages, sans, crlUrls } = reader;
    const {
      ocspUrls,
      caIssuersUrls,
      policies,
      subjectKeyIdentifier,
      authorityKeyIdentifier: aki,
    } = reader;
    assert.deepEqual(
      {
        basicConstraints: bc,
        keyUsages,
        extendedKeyUsages,
        sans,
        crlUrls,
        ocspUrls,
        caIssuersUrls,
      },
      {
        basicConstraints: wanted.basicConstraints,
        keyUsages: wanted.keyUsages,
        extendedKeyUsages: wanted.extendedKeyUsages,
        sans: wanted.sans,
        crlUrls: wanted.crlUrls,
        ocspUrls: wanted.ocspUrls,
        caIssuersUrls: wanted.caIssuersUrls,
      },
    );
    assert.deepEqual([policies, subjectKeyIdentifier, aki], [wanted.policies, "01", "02"]);
    assert.deepEqual(
      reader.extensions.filter(({ critical }) => critical).map((extension) => extension.oid),
      [OID.basicConstraints, OID.keyUsage],
    );
    assert.ok(reader.find(OID.ocspNoCheck));
    assert.deepEqual([...reader.find("1.2.840.113549.1.9.15")!.value], [0x30, 0]);
  });

  it("make subjectAltName critical when the subject is empty", () => {
    const wanted = {
      basicConstraints: { cA: false },
      keyUsages: ["digitalSignature"],
      sans: [{ type: "dns", value: "a" }],
    } as const;
    const keys = { subjectKeyId: "01", authorityKeyId: "02" };
    const critical = (empty: boolean): boolean | undefined =>
      certificateExtensions(wanted, keys, empty).find(
        ({ oid: type }) => type === OID.subjectAltName,
      )?.critical;
    assert.equal(critical(true), true);
    assert.equal(critical(false), false);
  });

  it("answer undefined where they are absent", () => {
    const { basicConstraints: bc, keyUsages, extendedKeyUsages, sans, crlUrls, ocspUrls } = read();
    assert.deepEqual(
      [bc, keyUsages, extendedKeyUsages, crlUrls, ocspUrls],
      new Array(5).fill(undefined),
    );
    assert.deepEqual(sans, []);
  });

  it("accept explicit defaults and refuse other shapes", () => {
    const list = (...parts: Uint8Array[]): readonly Extension[] =>
      readExtensions(readDer(sequence(sequence(...parts))));
    const value = octetString(Uint8Array.of(0x30, 3, 1, 1, 0));
    const [explicit] = list(oid(OID.basicConstraints), boolean(false), value);
    assert.equal(explicit?.critical, false);
    assert.deepEqual(new ExtensionReader([explicit]).basicConstraints, { cA: false });
    refusal(() => list(oid("1.2.3")), "bad_message");
    refusal(() => list(oid("1.2.3"), tlv(TAG.boolean, Uint8Array.of(1)), value), "bad_message");
    refusal(() => list(oid("1.2.3"), boolean(true), value, value), "bad_message");
    refusal(() => extendedKeyUsage(["clientAuth"]), "invalid_input");
    refusal(() => certificatePolicies([{ oid: "1.2", cps: "http://ä" }]), "invalid_input");
  });

  it("survive hostile bytes", () => {
    const all = encodeExtensions(
      certificateExtensions(
        {
          basicConstraints: { cA: true, pathLen: 1 },
          keyUsages: ["digitalSignature"],
          extendedKeyUsages: [OID.clientAuth],
          sans: [
            { type: "upn", value: "u" },
            { type: "ip", value: "1.2.3.4" },
          ],
          crlUrls: ["http://c"],
          ocspUrls: ["http://o"],
          policies: [{ oid: "1.2.3", cps: "http://p" }],
        },
        { subjectKeyId: "01", authorityKeyId: "02" },
        false,
      ),
    );
    hostile(all, (bytes) => {
      const reader = new ExtensionReader(readExtensions(readDer(bytes)));
      return [
        reader.basicConstraints,
        reader.keyUsages,
        reader.extendedKeyUsages,
        reader.sans,
        reader.subjectKeyIdentifier,
        reader.authorityKeyIdentifier,
        reader.crlUrls,
        reader.ocspUrls,
        reader.policies,
      ];
    });
  });
});
