import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CountersignError } from "../../../plugin/errors.ts";
import { signatureAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import { TAG } from "../../../plugin/pki/der-read.ts";
import {
  bitString,
  context,
  contextPrimitive,
  generalizedTime,
  integer,
  integerOf,
  oid,
  sequence,
  time,
  tlv,
} from "../../../plugin/pki/der-write.ts";
import {
  authorityKeyIdentifier,
  authorityInfoAccess,
  basicConstraints,
  certificatePolicies,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectAltName,
  subjectKeyIdentifier,
} from "../../../plugin/pki/extensions.ts";
import { LINT_RULES, lintCertificate } from "../../../plugin/pki/lint.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { prepareCertificate } from "../../../plugin/pki/to-be-signed.ts";
import {
  encode,
  names,
  replace,
  san,
  useKey,
  without,
  type Faulty,
  soundAuthority,
  soundLeaf,
  soundResponder,
  type Fields,
} from "./lint-fixture.ts";
import { keyOf, makeCa, NOW, refusal, specOf, years, type TestCa } from "./pki-fixture.ts";

describe("Lint", () => {
  let root: TestCa;
  let issuing: TestCa;
  let rootPathLen1: TestCa;
  const leafKey = keyOf("ec-p256", "leaf");
  const rsaKey = keyOf("rsa-2048", "leaf");

  before(async () => {
    root = await makeCa("root", keyOf("ec-p256", "root"));
    issuing = await makeCa("issuing", keyOf("ec-p256", "issuing"), root);
    rootPathLen1 = await makeCa("root", keyOf("ec-p256", "root"), undefined, (spec) => ({
      ...spec,
      extensions: { ...spec.extensions, basicConstraints: { cA: true, pathLen: 1 } },
    }));
  });

  const sound = (): Faulty => soundLeaf(issuing);
  const soundCa = (issuer = root): Faulty => soundAuthority(issuer);
  const soundOcsp = (): Faulty => soundResponder(issuing);
  const change =
    (make: (fields: Fields) => void, base = sound): (() => Faulty) =>
    () => {
      const subject = base();
      make(subject.fields);
      return subject;
    };
  const withSan = (type: "dns" | "rfc822" | "uri", value: string): (() => Faulty) =>
    change((f) => replace(f, subjectAltName([{ type, value }])));

  /** For each rule what breaks it. */
  const cases: Record<string, Record<string, () => Faulty>> = {
    versionIsThree: { v1: change((f) => (f.version = new Uint8Array(0))) },
    serialIsPositiveAndShort: {
      zero: change((f) => (f.serial = integer(0))),
      negative: change((f) => (f.serial = tlv(TAG.integer, Buffer.alloc(16, 0x90)))),
      "21 octets": change((f) => (f.serial = tlv(TAG.integer, Buffer.alloc(21, 1)))),
      "not minimal": change(
        (f) => (f.serial = tlv(TAG.integer, Buffer.alloc(10, 1).fill(0, 0, 1))),
      ),
    },
    serialIsUnpredictable: { counter: change((f) => (f.serial = integer(4711))) },
    validityIsOrdered: {
      reversed: change((f) => (f.validity = sequence(time(years(1)), time(NOW)))),
      empty: change((f) => (f.validity = sequence(time(NOW), time(NOW)))),
    },
    timesHaveTheirType: {
      "generalized before 2050": change(
        (f) => (f.validity = sequence(generalizedTime(NOW), time(years(1)))),
      ),
    },
    endsWithIssuer: {
      "a second later": change((f) => {
        const late = new Date(issuing.certificate.notAfter.getTime() + 1000);
        f.validity = sequence(time(NOW), time(late));
      }),
    },
    issuerIsTheAuthority: {
      "other name": change((f) => (f.issuer = root.certificate.subjectRaw)),
      "same name in another string type": change((f) => {
        const text = Buffer.from("Test issuing");
        const attribute = sequence(oid(OID.commonName), tlv(TAG.printable, text));
        f.issuer = sequence(tlv(TAG.set, attribute));
      }),
      empty: change((f) => (f.issuer = names())),
    },
    emptySubjectHasNames: {
      "no SAN": change((f) => (f.subject = names())),
      "SAN not critical": change((f) => {
        f.subject = names();
        replace(f, subjectAltName([{ type: "dns", value: "a.example" }]));
      }),
      CA: change((f) => (f.subject = names()), soundCa),
    },
    nameValuesFit: {
      "CN of 65": change((f) => (f.subject = names([OID.commonName, "ä".repeat(65)]))),
      "L of 129": change((f) => (f.subject = names([OID.localityName, "x".repeat(129)]))),
    },
    countryIsTwoLetters: {
      three: change((f) => (f.subject = names([OID.countryName, "DEU"]))),
      digits: change((f) => (f.subject = names([OID.countryName, "12"]))),
    },
    namesArePlainText: {
      "NUL in CN": change((f) => (f.subject = names([OID.commonName, "a\0b"]))),
      newline: change((f) => (f.subject = names([OID.commonName, "a\nb"]))),
      "NUL in SAN": withSan("dns", "a.example\0.evil.example"),
    },
    keyIsStrong: {
      "RSA-1024": change((f) => {
        const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
        useKey(f, publicKey.export({ format: "der", type: "spki" }));
      }),
      "another curve": change((f) => {
        const { publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
        f.spki = publicKey.export({ format: "der", type: "spki" });
      }),
      "even exponent": change((f) => {
        const key = sequence(integerOf(Buffer.alloc(256, 0xff)), integer(65536));
        f.spki = sequence(sequence(oid(OID.rsaEncryption), tlv(TAG.null)), bitString(key));
      }),
    },
    signatureFitsIssuer: {
      "RSA below EC": change(
        (f) => (f.algorithm = signatureAlgorithmIdentifier("rsa-pkcs1-sha256")),
      ),
      SHA1: change((f) => (f.algorithm = signatureAlgorithmIdentifier("rsa-pkcs1-sha1"))),
      unknown: change((f) => (f.algorithm = sequence(oid("1.2.3.4")))),
    },
    noExtensionTwice: {
      twice: change((f) => f.extensions.push(extendedKeyUsage([OID.emailProtection]))),
    },
    criticalOnesAreCommon: {
      EKU: change((f) => replace(f, { ...extendedKeyUsage([OID.clientAuth]), critical: true })),
    },
    authorityKeyIdIsIssuers: {
      missing: change((f) => without(f, OID.authorityKeyIdentifier)),
      other: change((f) => replace(f, authorityKeyIdentifier("00".repeat(20)))),
    },
    subjectKeyIdIsOfKey: {
      missing: change((f) => without(f, OID.subjectKeyIdentifier)),
      other: change((f) => replace(f, subjectKeyIdentifier("00".repeat(20)))),
    },
    basicConstraintsAreCritical: {
      missing: change((f) => without(f, OID.basicConstraints)),
      "not critical": change((f) =>
        replace(f, { ...basicConstraints({ cA: false }), critical: false }),
      ),
    },
    caFitsRole: {
      "subscriber with cA": change((f) => replace(f, basicConstraints({ cA: true }))),
      "CA without cA": change((f) => replace(f, basicConstraints({ cA: false })), soundCa),
      "path length without cA": change((f) =>
        replace(f, basicConstraints({ cA: false, pathLen: 0 })),
      ),
    },
    keyUsageFitsRole: {
      "subscriber with keyCertSign": change((f) => replace(f, keyUsage(["keyCertSign"]))),
      "subscriber with cRLSign": change((f) =>
        replace(f, keyUsage(["digitalSignature", "cRLSign"])),
      ),
      "CA without keyCertSign": change((f) => replace(f, keyUsage(["cRLSign"])), soundCa),
      "CA without cRLSign": change((f) => replace(f, keyUsage(["keyCertSign"])), soundCa),
    },
    keyUsageIsCritical: {
      missing: change((f) => without(f, OID.keyUsage)),
      empty: change((f) => replace(f, keyUsage([]))),
      "not critical": change((f) =>
        replace(f, { ...keyUsage(["digitalSignature"]), critical: false }),
      ),
    },
    keyUsageFitsKey: {
      "keyEncipherment with EC": change((f) => replace(f, keyUsage(["keyEncipherment"]))),
      "keyAgreement with RSA": change((f) => {
        useKey(f, rsaKey.spki);
        replace(f, keyUsage(["keyAgreement"]));
      }),
    },
    extendedKeyUsageIsNarrow: {
      any: change((f) => replace(f, extendedKeyUsage([OID.anyExtendedKeyUsage]))),
      empty: change((f) => replace(f, extendedKeyUsage([]))),
      CA: change((f) => replace(f, extendedKeyUsage([OID.clientAuth])), soundCa),
    },
    ocspSigningIsDedicated: {
      subscriber: change((f) => replace(f, extendedKeyUsage([OID.clientAuth, OID.ocspSigning]))),
      "no check": change((f) => replace(f, ocspNoCheck())),
      "responder with more": change(
        (f) => replace(f, extendedKeyUsage([OID.ocspSigning, OID.clientAuth])),
        soundOcsp,
      ),
      "responder without": change((f) => without(f, OID.extKeyUsage), soundOcsp),
    },
    policiesAreDistinct: {
      twice: change((f) => replace(f, certificatePolicies([{ oid: "1.2.3" }, { oid: "1.2.3" }]))),
    },
    statusUrlsArePlainHttp: {
      "https CDP": change((f) => replace(f, crlDistributionPoints(["https://a/c"]))),
      "ldap AIA": change((f) => replace(f, authorityInfoAccess([], ["ldap://a/c"]))),
      "space in OCSP": change((f) => replace(f, authorityInfoAccess(["http://a b/"], []))),
      "empty CDP": change((f) => replace(f, crlDistributionPoints([]))),
    },
    sansAreWellFormed: {
      empty: change((f) => replace(f, subjectAltName([]))),
      "underscore in DNS": withSan("dns", "a_b.example"),
      "dash first": withSan("dns", "-a.example"),
      "trailing dot": withSan("dns", "a.example."),
      "wildcard inside": withSan("dns", "a.*.example"),
      "wildcard alone": withSan("dns", "*.example"),
      "long label": withSan("dns", `${"a".repeat(64)}.example`),
      "mail without @": withSan("rfc822", "ann.example"),
      "mail with space": withSan("rfc822", "an n@example.com"),
      "mail with two @": withSan("rfc822", "a@b@example.com"),
      "relative URI": withSan("uri", "/path"),
      "URI with space": withSan("uri", "http://a/ b"),
      "IP of 5 octets": change((f) => replace(f, san(contextPrimitive(7, new Uint8Array(5))))),
      "directory name": change((f) => replace(f, san(context(4, names([OID.commonName, "x"]))))),
      "mail not ASCII": change((f) => replace(f, san(contextPrimitive(1, Buffer.from("ä@b.c"))))),
    },
    issuerMaySign: {
      "leaf as issuer": () => ({ ...sound(), issuer: { ...issuing, certificate: leafOf() } }),
      "path length used up": change(
        (f) => replace(f, basicConstraints({ cA: true, pathLen: 1 })),
        () => soundCa(rootPathLen1),
      ),
      "CA below path length 0": () => soundCa(issuing),
    },
    issuerKindFitsRole: {
      "subscriber below a root": () => ({ ...sound(), issuer: { ...issuing, kind: "root" } }),
      "CA below an issuing CA": () => ({ ...soundCa(), issuer: { ...root, kind: "issuing" } }),
      "external root": () => ({ ...soundCa(), issuer: { ...root, kind: "external" } }),
      "self-signed subscriber": () => ({ ...sound(), issuer: undefined }),
    },
  };
  const leafOf = (): TestCa["certificate"] => {
    const leaf = Object.create(issuing.certificate) as TestCa["certificate"];
    return Object.defineProperty(leaf, "basicConstraints", { value: { cA: false } });
  };

  it("has a failing case for every rule", () => {
    assert.deepEqual(Object.keys(cases).sort(), Object.keys(LINT_RULES).sort());
  });

  it("passes what is sound", () => {
    const full = change((f) => {
      replace(
        f,
        subjectAltName([
          { type: "dns", value: "*.a-1.example" },
          { type: "rfc822", value: "ann.o'neil+tag@example.com" },
          { type: "uri", value: "urn:uuid:0" },
          { type: "ip", value: "::1" },
          { type: "upn", value: "ä@example" },
        ]),
      );
      replace(f, crlDistributionPoints(["http://a:8080/c.crl"]));
      replace(f, authorityInfoAccess(["http://a"], ["http://a/b"]));
    });
    for (const make of [sound, soundCa, soundOcsp, full, () => soundCa(rootPathLen1)]) {
      const subject = make();
      assert.deepEqual(lintCertificate(encode(subject), subject), []);
    }
  });

  for (const [rule, faults] of Object.entries(cases))
    for (const [name, make] of Object.entries(faults))
      it(`${rule}: ${name}`, () => {
        const subject = make();
        const issues = lintCertificate(encode(subject), subject);
        assert.ok(
          issues.some(({ path, message }) => path === rule && message !== ""),
          `not found: ${JSON.stringify(issues)}`,
        );
      });

  it("never throws for bytes that are no certificate", () => {
    const subject = sound();
    const tbs = encode(subject);
    for (let length = 0; length < tbs.length; length += 3)
      assert.equal(lintCertificate(tbs.subarray(0, length), subject)[0]?.path, "readable");
    for (let at = 0; at < tbs.length; at++) {
      const flipped = Uint8Array.from(tbs);
      flipped[at] = (flipped[at] ?? 0) ^ 0x21;
      lintCertificate(flipped, subject);
    }
  });

  it("stops a certificate before it is signed, naming rule and value", () => {
    const spec = specOf("subscriber", issuing, leafKey);
    const error = refusal(
      () =>
        prepareCertificate({ ...spec, subject: [[[OID.countryName, "XYZ"]]], notAfter: years(11) }),
      "lint_failed",
    );
    assert.ok(error instanceof CountersignError);
    assert.deepEqual(error.issues.map(({ path }) => path).sort(), [
      "countryIsTwoLetters",
      "endsWithIssuer",
    ]);
    assert.match(error.detail, /countryIsTwoLetters: country XYZ/);
  });

  it("lets a root answer OCSP through a responder", () => {
    const spec = specOf("ocsp", root, leafKey);
    assert.equal(prepareCertificate(spec).tbs[0], 0x30);
  });

  it("refuses keyEncipherment in an EC certificate and takes it in an RSA one", () => {
    const usages = ["digitalSignature", "keyEncipherment"] as const;
    const spec = specOf("subscriber", issuing, leafKey);
    const extensions = { ...spec.extensions, keyUsages: usages };
    refusal(() => prepareCertificate({ ...spec, extensions }), "lint_failed");
    prepareCertificate({ ...spec, extensions, spki: rsaKey.spki });
  });
});
