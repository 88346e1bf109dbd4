import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  NULL,
  context,
  integer,
  octetString,
  oid,
  sequence,
  tlv,
} from "../../plugin/pki/der-write.ts";
import { GCM_CIPHERS } from "../../plugin/pki/algorithms.ts";
import { buildEnvelope } from "../../plugin/pki/cms-envelope-build.ts";
import { importPublicKey } from "../../plugin/pki/public-key.ts";
import { transientCertificate } from "../../plugin/pki/transient-certificate.ts";
import { OID } from "../../plugin/pki/oids.ts";
import { flipLast } from "../support/scep/csr.ts";
import { enrol, enrolment, type EnrolmentShape, send } from "../support/scep/enrolment.ts";
import { keyTransport } from "../support/scep/envelope.ts";
import { isIssued, isOpaque, isProblem, isRefused } from "../support/scep/expect.ts";
import { ecKey, rsaKey } from "../support/scep/keys.ts";
import { Lab } from "../support/scep/lab.ts";
import { oddRsaKey, rocaKey } from "../support/scep/odd-keys.ts";
import { leastCpuOf } from "../support/scep/cost.ts";
import { checkReply } from "../support/scep/reply.ts";
import { signatureAlgorithm } from "../support/scep/signature.ts";
import { signerCertificate } from "../support/scep/signer-certificate.ts";

describe("SCEP algorithms and keys", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    await lab.addEndpoint("old", { legacy: true });
    await lab.addEndpoint("proxy", { clientProfile: "ndes-proxy" });
    await lab.addEndpoint("gcm", { acceptGcm: true });
    await lab.addEndpoint("sonic", { acceptMd5Csr: true });
  });
  after(() => lab.end());

  const works = async (shape: EnrolmentShape, endpoint = "std") => {
    const reply = await enrol(lab, shape, endpoint);
    isIssued(lab, reply, reply.sent);
    return reply;
  };
  /** Refused with this failInfo without an RSA operation on the envelope. */
  const refusedUnopened = async (shape: EnrolmentShape, failInfo: "0" | "2", endpoint = "std") => {
    const before = lab.keys.unwraps;
    const reply = await enrol(lab, shape, endpoint);
    isRefused(reply, failInfo);
    assert.equal(lab.keys.unwraps, before, "the RA key was used");
    return reply;
  };

  const GCM = sequence(octetString(new Uint8Array(12)), integer(16));
  for (const [what, envelope] of Object.entries({
    "single DES (1.3.14.3.2.7)": {
      cipher: "des-ede3-cbc",
      cipherOid: "1.3.14.3.2.7",
      contentKey: new Uint8Array(24).fill(8),
    },
    RC2: { cipher: "des-ede3-cbc", cipherOid: "1.2.840.113549.3.2" },
    "AES-128-GCM in EnvelopedData": {
      cipherOid: "2.16.840.1.101.3.4.1.6",
      cipherParameters: GCM,
    },
    "AES-256-GCM in EnvelopedData": {
      cipherOid: "2.16.840.1.101.3.4.1.46",
      cipherParameters: GCM,
    },
    AuthEnvelopedData: { outerType: "1.2.840.113549.1.9.16.1.23" },
    "an unknown cipher": { cipherOid: "1.2.3.4" },
  } satisfies Record<string, EnrolmentShape["envelope"]>))
    it(`case 43 ${what} is badAlg before any RSA operation, legacy or not`, async () => {
      await refusedUnopened({ envelope }, "0");
      await refusedUnopened({ envelope }, "0", "old");
    });
  for (const cipher of Object.values(GCM_CIPHERS))
    it(`E-18 ${cipher.name} is opened and answered in kind where the endpoint takes it, else badAlg`, async () => {
      const recipient = transientCertificate(lab.ra);
      const request = (bend: (der: Uint8Array) => Uint8Array = (der) => der) => {
        const { csr } = enrolment(lab);
        const content = buildEnvelope(
          csr,
          { ...recipient, publicKey: importPublicKey(recipient.spki) },
          cipher,
          randomBytes,
        );
        return enrolment(lab, { content: bend(content) });
      };
      const sent = request();
      const reply = await send(lab, sent, "gcm");
      isIssued(lab, reply, sent);
      assert.equal(reply.cipher, cipher.oid);
      // The tag is last: a wrong one is as OPAQUE as wrong padding.
      isOpaque(await send(lab, request(flipLast), "gcm"));
      const unwraps = lab.keys.unwraps;
      isRefused(await send(lab, request()), "0");
      assert.equal(lab.keys.unwraps, unwraps, "the RA key was used");
    });
  it("case 43 the failInfoText of single DES tells an administrator what to do", async () => {
    const envelope = { cipher: "des-ede3-cbc", cipherOid: "1.3.14.3.2.7" } as const;
    const { text } = await refusedUnopened({ envelope }, "0");
    assert.match(text ?? "", /algorithm/i);
  });

  it("case 44 3DES with legacy off is badAlg before any RSA operation", async () => {
    await refusedUnopened({ envelope: { cipher: "des-ede3-cbc" } }, "0");
  });
  it("case 44 SHA-1 with legacy off is badAlg before any RSA operation", async () => {
    await refusedUnopened({ message: { hash: "sha1" } }, "0");
    await refusedUnopened({ message: { hash: "sha1", label: "combined" } }, "0");
  });
  it("case 44 3DES and SHA-1 with legacy on are issued and answered in kind", async () => {
    const reply = await works(
      {
        envelope: { cipher: "des-ede3-cbc" },
        message: { hash: "sha1" },
        csr: { hash: "sha1" },
        signer: { hash: "sha1" },
      },
      "old",
    );
    assert.equal(reply.cipher, OID.desEde3Cbc);
    assert.equal(reply.hash, "sha1");
    const caps = (await lab.scep({ path: "?operation=GetCACaps" }, "old")).body.toString();
    assert.match(caps, /^DES3$/m);
    assert.match(caps, /^SHA-1$/m);
  });
  it("case 44 AES and SHA-256 with legacy on are answered with AES and SHA-256", async () => {
    const reply = await works({}, "old");
    assert.equal(reply.cipher, OID.aes128Cbc);
    assert.equal(reply.hash, "sha256");
  });

  for (const label of ["plain", "combined"] as const)
    for (const endpoint of ["std", "old"])
      it(`case 45 MD5 outer digest, labelled ${label}, is badAlg at ${endpoint}`, async () => {
        await refusedUnopened({ message: { hash: "md5", label } }, "0", endpoint);
      });

  for (const signatureHash of ["md5", "sha1"] as const)
    it(`a signature with ${signatureHash} under a digest of SHA-256 is badAlg, legacy or not`, async () => {
      const label = signatureAlgorithm(rsaKey().privateKey, signatureHash);
      for (const endpoint of ["std", "old"])
        await refusedUnopened({ message: { signatureHash, label } }, "0", endpoint);
    });

  for (const hash of ["md5", "sha1"] as const)
    it(`case 46 PKCS#10 signed with ${hash} is badAlg after the gate`, async () => {
      isRefused(await enrol(lab, { csr: { hash } }), "0");
      isOpaque(await enrol(lab, { csr: { hash, bendSignature: true } }));
    });
  it("case 46 MD5-signed PKCS#10 with the SonicWall switch is issued only if it verifies", async () => {
    await works({ csr: { hash: "md5" } }, "sonic");
    isOpaque(await enrol(lab, { csr: { hash: "md5", bendSignature: true } }, "sonic"));
    isRefused(await enrol(lab, { csr: { hash: "sha1" } }, "sonic"), "0");
  });

  for (const hash of ["sha256", "sha384", "sha512"] as const)
    it(`case 47 RSA-PSS SignerInfo and PKCS#10 with ${hash} are issued`, async () => {
      await works({ message: { hash, padding: "pss" }, csr: { hash, padding: "pss" } });
    });
  const pss = (hash: string, mask: string, salt: number): Uint8Array =>
    sequence(
      oid(OID.rsassaPss),
      sequence(
        context(0, sequence(oid(hash), NULL)),
        context(1, sequence(oid(OID.mgf1), sequence(oid(mask), NULL))),
        context(2, integer(salt)),
      ),
    );
  for (const [what, label, saltLength] of [
    ["a salt of 0", pss(OID.sha256, OID.sha256, 0), 0],
    ["another hash in MGF1", pss(OID.sha256, OID.sha1, 32), 32],
    ["default parameters (SHA-1)", sequence(oid(OID.rsassaPss), sequence()), 20],
    ["no parameters", sequence(oid(OID.rsassaPss)), 32],
    ["another hash than the digest's", pss(OID.sha512, OID.sha512, 64), 32],
    ["MD5", pss(OID.md5, OID.md5, 32), 32],
  ] as const)
    it(`case 47 RSA-PSS with ${what} is badAlg`, async () => {
      await refusedUnopened({ message: { padding: "pss", label, saltLength } }, "0");
    });

  it("case 47 RSA-PSS in PKCS#10 with parameters that are not taken does not open (docs/scep.md)", async () => {
    for (const algorithm of [pss(OID.sha256, OID.sha1, 32), sequence(oid(OID.rsassaPss))])
      isOpaque(await enrol(lab, { csr: { padding: "pss", algorithm } }));
  });

  it("case 48 RSA-1024 is badRequest, by name", async () => {
    const reply = await enrol(lab, { key: rsaKey("small", 1024) });
    isRefused(reply, "2");
    assert.match(reply.text ?? "", /1024/);
  });
  for (const [what, key] of [
    ["exponent 1", () => oddRsaKey(1)],
    ["an even exponent", () => oddRsaKey(4)],
    ["8193 bits", () => oddRsaKey(65537, 8193)],
    ["12000 bits", () => oddRsaKey(65537, 12_000)],
    ["16383 bits", () => oddRsaKey(65537, 16_383)],
    ["16384 bits", () => oddRsaKey(65537, 16384)],
  ] as const)
    it(`case 48 RSA key with ${what} is badRequest`, async () => {
      // Nobody can sign with such a key; it is refused before its signature would be looked at.
      const before = lab.keys.unwraps;
      const { message, asked } = enrolment(lab, { key: key() });
      const reply = checkReply(await lab.post(message), asked);
      isRefused(reply, "2");
      assert.equal(lab.keys.unwraps, before);
    });
  it("case 48 RSA keys of 8193 to 16383 bits cost next to nothing, as signer and in a request that another signs", async () => {
    for (const bits of [8193, 10_000, 16_383]) {
      const key = oddRsaKey(65537, bits);
      const signing = enrolment(lab, { key });
      // Its proof of possession cannot be checked, so what is in the envelope stays unproven.
      const signed = enrolment(lab, { csr: { key } });
      for (const [endpoint, sent, failInfo] of [
        ["std", signing, "2"],
        ["proxy", signed, "1"],
      ] as const) {
        const cost = await leastCpuOf(async () => {
          isRefused(checkReply(await lab.post(sent.message, endpoint), sent.asked), failInfo);
        }, 50);
        assert.ok(cost <= 50, `${bits} bits at ${endpoint}: ${cost} ms of CPU`);
      }
    }
  });
  it("case 48 an RSA key of a size that is never issued for is refused by name", async () => {
    const reply = await enrol(
      lab,
      { signer: { key: rsaKey() }, csr: { key: rsaKey("odd size", 2304) } },
      "proxy",
    );
    isRefused(reply, "2");
    assert.match(reply.text ?? "", /2304 bits is not allowed/);
  });
  it("case 48 a ROCA key is badRequest, by name", async () => {
    const reply = await enrol(lab, { key: rocaKey() });
    isRefused(reply, "2");
    assert.match(reply.text ?? "", /ROCA/);
  });

  it("case 49 EC signer is badAlg: the reply could not be encrypted to it", async () => {
    const key = ecKey();
    const before = lab.keys.unwraps;
    const { message, asked } = enrolment(lab, { key });
    isRefused(checkReply(await lab.post(message), asked), "0");
    assert.equal(lab.keys.unwraps, before);
  });
  it("case 49 EC request under a proxy's RSA signer is issued, encrypted to the proxy", async () => {
    await lab.api("PATCH", "/templates/device", {
      keyAlgorithms: ["rsa-2048", "ec-p256", "ec-p384"],
    });
    lab.time.ahead += 2000;
    for (const curve of ["P-256", "P-384"]) {
      const key = ecKey(curve);
      const reply = await enrol(lab, { csr: { key } }, "proxy");
      isIssued(lab, reply, { key });
    }
  });
  it("case 49 EC request under a transient RSA signer does not pass the gate", async () => {
    isOpaque(await enrol(lab, { csr: { key: ecKey() } }));
  });

  const other = () =>
    keyTransport(
      signerCertificate({ key: rsaKey("other"), subject: "CN=Somebody Else" }),
      new Uint8Array(256).fill(7),
    );
  it("case 50 two RecipientInfos, ours second, is issued", async () => {
    await works({ envelope: { recipients: (ours) => [other(), ours] } });
  });
  it("case 50 eight RecipientInfos, ours last, is issued", async () => {
    await works({
      envelope: { recipients: (ours) => [...Array.from({ length: 7 }, other), ours] },
    });
  });
  it("case 50 a RecipientInfo by subjectKeyIdentifier is issued", async () => {
    await works({ envelope: { byKeyId: true } });
  });
  it("case 50 none of them ours is OPAQUE", async () => {
    isOpaque(await enrol(lab, { envelope: { recipients: () => [other(), other()] } }));
  });
  for (const count of [0, 9, 500])
    it(`case 50 ${count} RecipientInfos is 400`, async () => {
      const { message } = enrolment(lab, {
        envelope: { recipients: (ours) => Array.from({ length: count }, () => ours.subarray(0)) },
      });
      isProblem(await lab.post(message), count > 100 ? 413 : 400, 400);
    });
  const kek = context(
    2,
    integer(4),
    sequence(octetString(new Uint8Array(8))),
    sequence(oid("2.16.840.1.101.3.4.1.5")),
    octetString(new Uint8Array(24)),
  );
  const password = context(
    3,
    integer(0),
    sequence(oid("1.2.840.113549.1.9.16.3.9"), sequence(oid(OID.aes128Cbc))),
    octetString(new Uint8Array(32)),
  );
  for (const [what, info] of [
    ["KEKRecipientInfo", kek],
    ["PasswordRecipientInfo", password],
  ] as const)
    it(`case 50 E-22 ${what} alone is badAlg, unopened; beside ours it is passed over`, async () => {
      await refusedUnopened({ envelope: { recipients: () => [info] } }, "0");
      await works({ envelope: { recipients: (ours) => [info, ours] } });
    });
  it("case 50 key transport parameters may be NULL or ABSENT (RFC 3370 wants NULL, micromdm sends none)", async () => {
    for (const keyAlgorithm of [
      sequence(oid(OID.rsaEncryption), NULL),
      sequence(oid(OID.rsaEncryption)),
    ])
      await works({ envelope: { keyAlgorithm } });
  });
  it("case 50 originatorInfo and unprotectedAttrs are ignored", async () => {
    await works({ envelope: { originatorInfo: true } });
    await works({ envelope: { unprotectedAttributes: true } });
    await works({ envelope: { originatorInfo: true, unprotectedAttributes: true, ber: true } });
  });
  it("case 50 a key transport that is not RSA is badAlg", async () => {
    await refusedUnopened({ envelope: { keyAlgorithm: sequence(oid("1.2.3.4")) } }, "0");
    await refusedUnopened(
      { envelope: { keyAlgorithm: sequence(oid(OID.rsaesOaep), tlv(0x31)) } },
      "0",
    );
  });
});
