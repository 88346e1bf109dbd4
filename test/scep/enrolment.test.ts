import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { CONTENT_CIPHERS } from "../../plugin/pki/algorithms.ts";
import { readDer, TAG } from "../../plugin/pki/der-read.ts";
import { NULL, octetString, printableString, tlv, utf8String } from "../../plugin/pki/der-write.ts";
import { keyUsage, subjectKeyIdentifier } from "../../plugin/pki/extensions.ts";
import { OID } from "../../plugin/pki/oids.ts";
import { inBer } from "../support/scep/ber.ts";
import { enrol, enrolment, send, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isIssued, isProblem } from "../support/scep/expect.ts";
import { askRaw } from "../support/scep/http.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { Lab, STATIC_SECRET } from "../support/scep/lab.ts";
import { labAttribute } from "../support/scep/message.ts";
import { checkReply } from "../support/scep/reply.ts";

describe("SCEP enrolment", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.end());

  /** A request of this shape yields a certificate. */
  const works = async (shape: EnrolmentShape = {}) => {
    const reply = await enrol(lab, shape);
    isIssued(lab, reply, reply.sent);
    return reply;
  };

  it("case 09 POST 19 with AES-128, SHA-256 and a static challenge is issued", async () => {
    const reply = await works({ devicename: "nine" });
    assert.equal(reply.cipher, CONTENT_CIPHERS["aes-128-cbc"].oid);
    assert.equal(reply.hash, "sha256");
    const certificate = lab.checkIssued(reply.certificates[0], reply.sent.key.spki);
    assert.equal(certificate.subject, "CN=nine\nO=Lab");
    assert.ok(BigInt(`0x${certificate.serialNumber}`) > 1n << 63n);
  });

  it("case 09 POST 19 with a one-time challenge is issued, with the template's subject", async () => {
    const { secret, devicename } = await lab.mint();
    const reply = await works({ challenge: secret, devicename: "something else" });
    const certificate = lab.checkIssued(reply.certificates[0], reply.sent.key.spki);
    assert.equal(certificate.subject, `CN=${devicename}\nO=Lab`);
  });

  for (const [what, path, headers] of [
    ["without operation", "", { "content-type": "application/x-pki-message" }],
    ["with another operation", "?operation=GetCACert", {}],
    ["without Content-Type", "?operation=PKIOperation", {}],
    [
      "as application/octet-stream",
      "?operation=PKIOperation",
      { "content-type": "application/octet-stream" },
    ],
    [
      "as x-www-form-urlencoded",
      "?operation=PKIOperation",
      { "content-type": "application/x-www-form-urlencoded" },
    ],
  ] as const)
    it(`case 10 POST ${what} is issued`, async () => {
      const sent = enrolment(lab);
      const answer = await lab.scep({ method: "POST", path, headers, body: sent.message });
      isIssued(lab, checkReply(answer, sent.asked), sent);
    });

  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const folded = (text: string, separator: string): string =>
    (text.match(/.{1,64}/g) ?? []).join(separator);
  /** Requests whose base64 holds all that dialects quarrel about. */
  const awkward = () => {
    for (;;) {
      const sent = enrolment(lab);
      const text = base64(sent.message);
      if (/\+/.test(text) && text.includes("/") && text.endsWith("=")) return { sent, text };
    }
  };

  it("case 11 GET with standard base64, fully escaped, is issued", async () => {
    const { sent, text } = awkward();
    const path = `?operation=PKIOperation&message=${encodeURIComponent(text)}`;
    isIssued(lab, checkReply(await lab.scep({ path }), sent.asked), sent);
  });

  const escapePlus = (text: string): string => text.replaceAll("+", "%2B").replaceAll("=", "%3D");
  const dialects: Readonly<Record<string, (text: string) => string>> = {
    "%0A every 64 characters and at the end (strongSwan)": (text) =>
      `operation=PKIOperation&message=${escapePlus(folded(text, "%0A"))}%0A`,
    "%0D%0A every 64 characters": (text) =>
      `operation=PKIOperation&message=${escapePlus(folded(text, "%0D%0A"))}`,
    "raw + and / (macOS)": (text) =>
      `operation=PKIOperation&message=${text.replaceAll("=", "%3D")}`,
    "+ turned into an escaped space": (text) =>
      `operation=PKIOperation&message=${text.replaceAll("+", "%20")}`,
    "missing =": (text) => `operation=PKIOperation&message=${escapePlus(text.replace(/=+$/, ""))}`,
    "raw =": (text) => `operation=PKIOperation&message=${text.replaceAll("+", "%2B")}`,
    base64url: (text) =>
      `operation=PKIOperation&message=${text.replaceAll("+", "-").replaceAll("/", "_")}`,
    "base64url, message first (micromdm)": (text) =>
      `message=${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "%3D")}&operation=PKIOperation`,
    "double percent-encoding": (text) =>
      `operation=PKIOperation&message=${encodeURIComponent(encodeURIComponent(text))}`,
    "lower-case escapes": (text) =>
      `operation=PKIOperation&message=${encodeURIComponent(text).replaceAll("%2B", "%2b").replaceAll("%2F", "%2f")}`,
  };
  for (const [dialect, query] of Object.entries(dialects))
    it(`case 12 GET with ${dialect} is issued`, async () => {
      const { sent, text } = awkward();
      const answer = await lab.scep({ path: `?${query(text)}` });
      isIssued(lab, checkReply(answer, sent.asked), sent);
    });

  for (const query of ["message=%%%", "message=!!!!", "message=abcde", "message=AAAA=AAA", ""])
    it(`case 12 GET PKIOperation with "${query}" is 400`, async () => {
      isProblem(await lab.scep({ path: `?operation=PKIOperation&${query}` }), 400);
    });

  it("case 13 HTTP/1.0 GET as Cisco sends it: Content-Length, connection closed", async () => {
    const sent = enrolment(lab);
    const message = encodeURIComponent(folded(base64(sent.message), "\n") + "\n");
    const { text, closed } = await askRaw(lab.port, [
      `GET /scep/std/pkiclient.exe?operation=PKIOperation&message=${message} HTTP/1.0\r\n` +
        "User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)\r\nHost: 127.0.0.1\r\n\r\n",
    ]);
    assert.ok(closed, "the connection stayed open");
    const end = text.indexOf("\r\n\r\n");
    const head = text.slice(0, end).split("\r\n");
    assert.match(head[0] ?? "", /^HTTP\/1\.[01] 200 /);
    const headers = Object.fromEntries(
      head.slice(1).map((line) => {
        const [name = "", value = ""] = line.split(/: (.*)/, 2);
        return [name.toLowerCase(), value];
      }),
    );
    const body = Buffer.from(text.slice(end + 4), "latin1");
    const reply = checkReply({ status: 200, headers, body, elapsed: 0, at: 0 }, sent.asked);
    isIssued(lab, reply, sent);
  });

  for (const [what, shape] of Object.entries({
    "indefinite lengths and constructed strings in both layers": {
      envelope: { ber: true },
      message: { ber: true },
    },
    "a BER EnvelopedData alone": { envelope: { ber: true } },
    "a BER SignedData alone": { message: { ber: true } },
  } satisfies Record<string, EnrolmentShape>))
    it(`case 14 BER: ${what} is issued`, async () => {
      await works(shape);
    });

  for (const lengths of ["indefinite", "long"] as const)
    it(`BER throughout, ${lengths} lengths: message, signed attributes and envelope are read, names by key identifier too`, async () => {
      const identifier = randomBytes(20);
      const signer = { extensions: [subjectKeyIdentifier(identifier.toString("hex"))] };
      for (const byKeyId of [false, true]) {
        const { envelope, ...sent } = enrolment(lab, { signer, envelope: { byKeyId } });
        const { transactionId, senderNonce } = sent.asked;
        const { message } = enrolment(lab, {
          content: inBer(readDer(envelope), lengths),
          identity: sent.identity,
          message: { transactionId, senderNonce, ...(byKeyId ? { byKeyId: identifier } : {}) },
        });
        const ber = inBer(readDer(message), lengths, [sent.identity.certificate]);
        isIssued(lab, await send(lab, { ...sent, message: ber }), sent);
      }
    });

  for (const cipher of ["aes-192-cbc", "aes-256-cbc"] as const)
    it(`case 15 ${cipher} request is issued, reply in the same cipher`, async () => {
      const reply = await works({ envelope: { cipher } });
      assert.equal(reply.cipher, CONTENT_CIPHERS[cipher].oid);
    });

  for (const hash of ["sha384", "sha512"] as const)
    it(`case 16 ${hash} request is issued`, async () => {
      const reply = await works({ message: { hash }, csr: { hash }, signer: { hash } });
      assert.equal(reply.hash, "sha256");
    });

  for (const oaep of ["sha1", "sha256"] as const)
    it(`case 17 RSAES-OAEP with ${oaep} is issued, reply stays PKCS#1 v1.5`, async () => {
      await works({ envelope: { oaep } });
    });

  const year = (n: number): Date => new Date(Date.UTC(n, 0, 1));
  for (const [what, signer] of Object.entries({
    "X.509 v1": { version: 1 },
    "X.509 v1 with a life of 100 years (certmonger)": {
      version: 1,
      notBefore: year(1970),
      notAfter: year(2070),
    },
    "a serial number of 33 octets": { serial: new Uint8Array(33).fill(0x55) },
    "a negative serial number": { serial: new Uint8Array([0xff, 0x01]) },
    "a UUID as CN": { subject: "CN=6F1C0B0E-7A43-4C6A-9BE6-0C8D51F2B6AE" },
    "a critical authorityKeyIdentifier (Windows)": {
      extensions: [
        {
          oid: OID.authorityKeyIdentifier,
          critical: true,
          value: tlv(0x30, tlv(0x80, octetString())),
        },
      ],
    },
    "an unknown critical extension": {
      extensions: [{ oid: "1.2.3.4.5.6", critical: true, value: NULL }],
    },
    "no key usage": {},
    "digitalSignature only": { extensions: [keyUsage(["digitalSignature"])] },
    "an expired certificate": { notBefore: year(2001), notAfter: year(2002) },
    "a certificate not yet valid": { notBefore: year(2090), notAfter: year(2091) },
    "an empty subject": { subject: "" },
  } satisfies Record<string, EnrolmentShape["signer"]>))
    it(`case 18 transient signer with ${what} is issued`, async () => {
      await works({ signer });
    });

  it("case 19 SignerInfo by subjectKeyIdentifier is issued", async () => {
    const keyId = "0123456789abcdef0123456789abcdef01234567";
    await works({
      signer: { extensions: [subjectKeyIdentifier(keyId)] },
      message: { byKeyId: Buffer.from(keyId, "hex"), version: 3 },
    });
  });
  for (const label of ["plain", "combined"] as const)
    it(`case 19 signatureAlgorithm ${label === "plain" ? "rsaEncryption" : "sha256WithRSAEncryption"} is issued`, async () => {
      await works({ message: { label } });
    });
  it("case 19 signed attributes unsorted but signed as sent is issued", async () => {
    await works({ message: { unsorted: true, attributes: (list) => [...list].reverse() } });
  });

  for (const [what, value] of Object.entries({
    PrintableString: printableString(STATIC_SECRET),
    UTF8String: utf8String(STATIC_SECRET),
    T61String: tlv(0x14, Buffer.from(STATIC_SECRET, "latin1")),
    BMPString: tlv(0x1e, Buffer.from(STATIC_SECRET, "utf16le").swap16()),
    IA5String: tlv(0x16, Buffer.from(STATIC_SECRET, "latin1")),
  }))
    it(`case 20 challengePassword as ${what} is issued`, async () => {
      await works({ challenge: value });
    });
  it("case 20 challengePassword of 8 KiB (Intune) is issued", async () => {
    const secret = "x".repeat(8192);
    await lab.addEndpoint("long", {
      policies: [{ kind: "static", templateId: "device", secret, unknownDevice: "unmanaged" }],
    });
    const reply = await enrol(lab, { challenge: secret }, "long");
    isIssued(lab, reply, reply.sent);
  });
  it("case 20 unknown signed attributes are passed over", async () => {
    await works({
      message: {
        attributes: (list) => [
          ...list,
          labAttribute("2.16.840.1.113733.1.9.99", octetString(new Uint8Array(16))),
          labAttribute("1.2.3.4.5.6.7", tlv(0x30, NULL, tlv(0x31))),
        ],
      },
    });
  });
  it("case 20 no signingTime is issued", async () => {
    await works({ message: { signingTime: undefined } });
  });

  for (const size of [1, 8, 32, 64])
    it(`case 21 senderNonce of ${size} octets is echoed`, async () => {
      await works({ message: { senderNonce: new Uint8Array(size).fill(size) } });
    });
  for (const size of [0, 65, 4096])
    it(`case 21 senderNonce of ${size} octets is 400`, async () => {
      const { message } = enrolment(lab, { message: { senderNonce: new Uint8Array(size) } });
      isProblem(await lab.post(message), 400);
    });
  for (const id of ["7", "a+/=b", "x".repeat(255), "1".repeat(78)])
    it(`case 21 transactionID ${id.slice(0, 8)} of ${id.length} is echoed`, async () => {
      await works({ message: { transactionId: id }, key: rsaKey("other") });
    });
  it("case 21 transactionID typed UTF8String is echoed with the same characters", async () => {
    for (const id of ["AB+/=", "größe 42"]) {
      const sent = enrolment(lab, { message: { transactionId: utf8String(id) } });
      const asked = { ...sent.asked, transactionId: id };
      isIssued(lab, await send(lab, { message: sent.message, asked }), sent);
    }
  });
  for (const [what, value] of Object.entries({
    IA5String: tlv(TAG.ia5, Buffer.from("AB 12")),
    T61String: tlv(TAG.t61, Buffer.from("AB 12")),
    VisibleString: tlv(TAG.visible, Buffer.from("AB 12")),
    BMPString: tlv(TAG.bmp, Buffer.from("AB 12", "utf16le").swap16()),
  }))
    it(`transactionID typed ${what} is echoed with the same characters`, async () => {
      const sent = enrolment(lab, { message: { transactionId: value } });
      const asked = { ...sent.asked, transactionId: "AB 12" };
      isIssued(lab, await send(lab, { message: sent.message, asked }), sent);
    });
  for (const id of ["", "x".repeat(256)])
    it(`case 21 transactionID of ${id.length} characters is 400`, async () => {
      isProblem(await lab.post(enrolment(lab, { message: { transactionId: id } }).message), 400);
    });
});
