import assert from "node:assert/strict";
import {
  integer,
  NULL,
  octetString,
  oid,
  printableString,
  sequence,
  tlv,
  utf8String,
} from "../../plugin/pki/der-write.ts";
import { OID } from "../../plugin/pki/oids.ts";
import { nested } from "../support/scep/ber.ts";
import { leastCpuOf } from "../support/scep/cost.ts";
import { enrol, enrolment, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isIssued, isProblem, isRefused } from "../support/scep/expect.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { Lab } from "../support/scep/lab.ts";
import { labAttribute } from "../support/scep/message.ts";
import { checkReply } from "../support/scep/reply.ts";
import { signerCertificate } from "../support/scep/signer-certificate.ts";

const CPU_LIMIT = 50;

describe("SCEP: malformed and hostile messages", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.end());

  const refused400 = async (message: Uint8Array, ...statuses: number[]): Promise<void> =>
    isProblem(await lab.post(message), ...(statuses.length === 0 ? [400] : statuses));
  const shape400 = async (shape: EnrolmentShape): Promise<void> =>
    refused400(enrolment(lab, shape).message);
  const cheap = async (message: Uint8Array): Promise<void> => {
    const cost = await leastCpuOf(() => lab.post(message), CPU_LIMIT);
    assert.ok(cost <= CPU_LIMIT, `${cost} ms of CPU`);
  };

  it("case 52 an empty body and single octets are 400", async () => {
    await refused400(new Uint8Array(0));
    for (const octet of [0x00, 0x04, 0x30, 0x31, 0x80, 0xa0, 0xff])
      await refused400(new Uint8Array([octet]));
  });
  for (const ber of [false, true])
    it(`case 52 a good ${ber ? "BER" : "DER"} message cut off at every octet is 400, cheaply`, async () => {
      const { message } = enrolment(lab, { message: { ber }, envelope: { ber } });
      const slow: number[] = [];
      for (let length = 0; length < message.length; length++) {
        const part = message.subarray(0, length);
        const started = process.cpuUsage();
        await refused400(part);
        const { user, system } = process.cpuUsage(started);
        if (user + system > CPU_LIMIT * 1000) slow.push(length);
      }
      assert.ok(slow.length < 20, `${slow.length} slow answers`);
      for (const length of slow) await cheap(message.subarray(0, length));
    }).timeout(60_000);
  it("case 52 an envelope cut off at many octets and signed anew is 400 or badMessageCheck", async () => {
    const { envelope } = enrolment(lab);
    for (let length = 0; length < envelope.length; length += 37) {
      const content = envelope.subarray(0, length);
      const { message, asked } = enrolment(lab, { content });
      const answer = await lab.post(message);
      if (answer.status === 200) isRefused(checkReply(answer, asked), length === 0 ? "2" : "1");
      else isProblem(answer, 400);
    }
  });

  const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");
  for (const [what, bytes] of Object.entries({
    "length ffffffff": hex("30 84 ff ff ff ff 30 00"),
    "length of the length 8": hex("30 88 00 00 00 00 00 00 00 02 05 00"),
    "length of the length 126": hex(`30 fe ${"00".repeat(126)}`),
    "length of the length 127": hex("30 ff 00"),
    "an unterminated indefinite length": hex("30 80 06 09 2a 86 48 86 f7 0d 01 07 02"),
    "an indefinite length ended by one zero": hex("30 80 05 00 00"),
    "a primitive of indefinite length": hex("30 04 04 80 00 00"),
    "a length beyond the end": hex("30 10 05 00"),
    "a length beyond its parent": hex("30 04 30 05 05 00"),
    "a high tag number": hex("30 05 1f 85 01 01 00"),
    "an empty OID": sequence(hex("06 00"), tlv(0xa0, NULL)),
    "an OID that does not end": sequence(hex("06 02 2a 86"), tlv(0xa0, NULL)),
    "an OID with leading zero septets": sequence(hex("06 03 2a 80 01"), tlv(0xa0, NULL)),
    "an OID arc of 4 KiB": sequence(
      tlv(0x06, Buffer.concat([new Uint8Array(4096).fill(0xff), new Uint8Array([1])])),
      tlv(0xa0, NULL),
    ),
    "4001 elements": sequence(...Array.from({ length: 4001 }, () => NULL)),
    "60 KiB of elements": tlv(0x30, ...Array.from({ length: 30_000 }, () => NULL)),
  }))
    it(`case 53 ${what} is 400, cheaply`, async () => {
      await refused400(bytes);
      await cheap(bytes);
    });

  for (const form of ["definite", "indefinite"] as const)
    for (const depth of [33, 1000, 10_000])
      it(`case 54 ${depth} SEQUENCEs inside each other, ${form}, is 400, cheaply`, async () => {
        const bytes = nested(depth, form);
        await refused400(bytes);
        await cheap(bytes);
      });
  it("case 54 nesting of 100 000 and 10 MB of NULLs are 413 before parsing, memory flat", async () => {
    const before = process.memoryUsage().rss;
    await refused400(nested(100_000, "indefinite"), 413);
    await refused400(nested(100_000, "definite"), 413);
    const nulls = Buffer.alloc(10_000_000);
    for (let i = 0; i < nulls.length; i += 2) nulls[i] = 5;
    const answer = await lab.post(nulls).catch((error: unknown) => error as Error);
    // The server may close before the client has sent everything.
    if (!(answer instanceof Error)) isProblem(answer, 413);
    assert.ok(process.memoryUsage().rss - before < 100e6);
  });

  it("case 55 anything after the ContentInfo is 400", async () => {
    const { message } = enrolment(lab);
    await refused400(Buffer.concat([message, new Uint8Array([0])]));
    await refused400(Buffer.concat([message, new Uint8Array([0, 0])]));
    await refused400(Buffer.concat([message, NULL]));
    await refused400(Buffer.concat([message, message]));
    const ber = enrolment(lab, { message: { ber: true } }).message;
    await refused400(Buffer.concat([ber, new Uint8Array([0, 0])]));
  });

  for (const [what, shape] of Object.entries({
    "eContentType that is not id-data": { message: { contentType: OID.envelopedData } },
    "eContent that is no EnvelopedData": {
      content: sequence(oid(OID.data), tlv(0xa0, octetString())),
    },
    "eContent that is a SignedData": {
      content: sequence(oid(OID.signedData), tlv(0xa0, sequence())),
    },
    "inner content type that is not id-data": { envelope: { contentType: OID.signedData } },
    "no eContent": { message: { content: undefined } },
    "an empty eContent": { content: new Uint8Array(0) },
  } satisfies Record<string, EnrolmentShape>))
    it(`case 56 ${what} is badRequest, unopened`, async () => {
      const before = lab.keys.unwraps;
      const { message, asked } = enrolment(lab, shape);
      isRefused(checkReply(await lab.post(message), asked), "2");
      assert.equal(lab.keys.unwraps, before);
    });
  it("case 56 an outer ContentInfo without content or of another type is 400", async () => {
    await refused400(sequence(oid(OID.signedData)));
    await refused400(sequence(oid(OID.signedData), tlv(0xa0)));
    await refused400(sequence(oid(OID.data), tlv(0xa0, octetString(new Uint8Array(10)))));
    await refused400(enrolment(lab).envelope);
    await refused400(enrolment(lab).csr);
  });

  it("case 57 no SignerInfo and two SignerInfos are 400", async () => {
    await shape400({ message: { signers: () => [] } });
    await shape400({ message: { signers: (ours) => [ours, ours] } });
  });
  it("case 57 SignerInfo without signed attributes is 400", async () => {
    await shape400({ message: { withoutAttributes: true } });
    await shape400({ message: { attributes: () => [] } });
  });
  it("case 57 missing messageType is badRequest", async () => {
    isRefused(await enrol(lab, { message: { messageType: undefined } }), "2");
  });
  it("case 57 missing transactionID or senderNonce is 400", async () => {
    await shape400({ message: { transactionId: undefined } });
    await shape400({ message: { senderNonce: undefined } });
  });
  const types = [
    OID.messageType,
    OID.transactionId,
    OID.senderNonce,
    OID.messageDigest,
    OID.contentType,
  ];
  for (const type of types) {
    it(`case 57 attribute ${type} with no value, with two, or twice is 400`, async () => {
      await shape400({
        message: {
          attributes: (list) => list.map((one) => (one.type === type ? labAttribute(type) : one)),
        },
      });
      await shape400({
        message: {
          attributes: (list) =>
            list.map((one) =>
              one.type === type ? labAttribute(type, ...one.values, ...one.values) : one,
            ),
        },
      });
      await shape400({
        message: { attributes: (list) => [...list, ...list.filter((one) => one.type === type)] },
      });
    });
  }
  it("case 57 nonce and transactionID of the wrong type are 400", async () => {
    await shape400({ message: { nonceValue: printableString("0123456789abcdef") } });
    await shape400({ message: { transactionId: integer(7) } });
    await shape400({ message: { transactionId: octetString(new Uint8Array(8)) } });
  });

  for (const [what, shape] of Object.entries({
    "messageDigest of other content": { message: { bendDigest: true } },
    "a signature with a bit flipped": { message: { bendSignature: true } },
    "no signer certificate": { message: { certificates: [] } },
    "another certificate only": {
      message: { certificates: [signerCertificate({ key: rsaKey(), subject: "CN=another" })] },
    },
    "a certificate of the same name and serial with another key": {
      identity: {
        key: rsaKey("other"),
        certificate: signerCertificate({ key: rsaKey() }),
      },
    },
    "no messageDigest": {
      message: { attributes: (list) => list.filter(({ type }) => type !== OID.messageDigest) },
    },
    "no contentType attribute": {
      message: { attributes: (list) => list.filter(({ type }) => type !== OID.contentType) },
    },
    "a contentType attribute that is not id-data": {
      message: {
        attributes: (list) =>
          list.map((one) =>
            one.type === OID.contentType ? labAttribute(one.type, oid(OID.signedData)) : one,
          ),
      },
    },
  } satisfies Record<string, EnrolmentShape>))
    it(`case 58 ${what} is badMessageCheck, unopened`, async () => {
      const before = lab.keys.unwraps;
      const { message, asked } = enrolment(lab, shape);
      isRefused(checkReply(await lab.post(message), asked), "1");
      assert.equal(lab.keys.unwraps, before);
    });
  it("case 58 a wrong certificate first in the bag: the signer is found by its name", async () => {
    const key = rsaKey();
    const certificate = signerCertificate({ key });
    const stranger = signerCertificate({ key: rsaKey("other"), subject: "CN=stranger" });
    const reply = await enrol(lab, {
      identity: { key, certificate },
      message: { certificates: [stranger, lab.chain[0] ?? stranger, certificate] },
    });
    isIssued(lab, reply, reply.sent);
  });

  for (const messageType of [
    "3",
    "0",
    "18",
    "99",
    "19 ",
    " 19",
    "019",
    "+19",
    "",
    "x".repeat(10_000),
  ])
    it(`case 59 messageType "${messageType.slice(0, 10)}" of ${messageType.length} is badRequest, unopened`, async () => {
      const before = lab.keys.unwraps;
      isRefused(await enrol(lab, { message: { messageType } }), "2");
      assert.equal(lab.keys.unwraps, before);
    });
  it("case 59 messageType in Arabic digits is badRequest", async () => {
    isRefused(await enrol(lab, { message: { messageType: utf8String("١٩") } }), "2");
  });
  it("case 59 messageType typed INTEGER, OCTET STRING or BOOLEAN is 400", async () => {
    await shape400({ message: { messageType: integer(19) } });
    await shape400({ message: { messageType: octetString(Buffer.from("19")) } });
    await shape400({ message: { messageType: tlv(0x01, new Uint8Array([19])) } });
  });
});
