import assert from "node:assert/strict";
import { oid, printableString, sequence, setOf, tlv } from "../../plugin/pki/der-write.ts";
import {
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
} from "../../plugin/pki/extensions.ts";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { OID } from "../../plugin/pki/oids.ts";
import { csrAttribute } from "../support/scep/csr.ts";
import { enrol, enrolment, send, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isIssued, isRefused } from "../support/scep/expect.ts";
import { Lab, STATIC_SECRET } from "../support/scep/lab.ts";
import { newTransaction } from "../support/scep/message.ts";
import { blanked, checkReply, type LabReply } from "../support/scep/reply.ts";

const commonName = (text: string): Uint8Array =>
  sequence(setOf(sequence(oid(OID.commonName), printableString(text))));
const longName = (length: number): Uint8Array => commonName("x".repeat(length));
const HOUR = 3_600_000;

describe("SCEP challenges and requests", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    await lab.addEndpoint("other", {
      policies: [
        {
          kind: "static",
          templateId: "device",
          secret: "the other endpoint's",
          unknownDevice: "unmanaged",
        },
        { kind: "dynamic" },
      ],
    });
    await lab.addEndpoint("strict", {
      policies: [{ kind: "static", templateId: "device", secret: STATIC_SECRET }],
    });
  });
  after(() => lab.end());

  const burned = async (): Promise<string> => {
    const { secret, deviceId } = await lab.mint();
    await lab.api("POST", `/devices/${deviceId}/wipe`);
    return secret;
  };
  const spent = async (): Promise<string> => {
    const { secret } = await lab.mint();
    const reply = await enrol(lab, { challenge: secret });
    isIssued(lab, reply, reply.sent);
    return secret;
  };
  const expired = async (): Promise<string> => {
    const { secret } = await lab.mint();
    lab.time.ahead += 2 * HOUR;
    return secret;
  };

  const transaction = newTransaction();
  let first: string | undefined;
  const released: { readonly what: string; readonly elapsed: number; readonly phase: number }[] =
    [];
  const challenges: Readonly<
    Record<string, () => Promise<string | undefined> | string | undefined>
  > = {
    wrong: () => "not the secret",
    "wrong by its last character": () => `${STATIC_SECRET.slice(0, -1)}f`,
    "right with something after it": () => `${STATIC_SECRET} `,
    missing: () => undefined,
    empty: () => "",
    "shaped like a one-time challenge": () => "0123456789ABCDEF0123456789ABCDEF",
    "the other endpoint's static secret": () => "the other endpoint's",
    "a one-time challenge of the other endpoint": async () =>
      (await lab.mint(undefined, "other")).secret,
    "burned by a wipe": burned,
    "spent by another key": spent,
    expired,
    "in lower case": async () => (await lab.mint()).secret.toLowerCase(),
  };
  for (const [what, challenge] of Object.entries(challenges))
    it(`case 61 challenge ${what}: badRequest with one text for all`, async () => {
      const value = await challenge();
      const sent = enrolment(lab, {
        challenge: value,
        devicename: "sixty-one",
        message: transaction,
      });
      const answer = await lab.post(sent.message);
      released.push({ what, elapsed: answer.elapsed, phase: answer.at % 50 });
      const reply = checkReply(answer, sent.asked);
      isRefused(reply, "2");
      const seen = blanked(reply);
      assert.equal(seen, (first ??= seen), `differs from the others: ${reply.text}`);
    });
  it("case 61 known or unknown, spent or run out: every refusal leaves on the schedule of OPAQUE replies", () => {
    assert.equal(released.length, Object.keys(challenges).length);
    for (const { what, elapsed } of released)
      assert.ok(elapsed >= 99, `${what} came back after ${elapsed} ms`);
    const late = released.filter(({ phase }) => phase > 20);
    assert.ok(late.length < released.length / 3, JSON.stringify(late));
  });
  it("case 61 static secret without a device that fits: the same text", async () => {
    const devicename = "nobody-knows-it";
    const reply = await enrol(lab, { devicename, message: transaction }, "strict");
    isRefused(reply, "2");
    assert.equal(blanked(reply), first);
  });
  it("case 61 static secret with names outside the template: the same text", async () => {
    const reply = await enrol(lab, { csr: { subject: "CN=x,O=Evil" }, message: transaction });
    isRefused(reply, "2");
    assert.equal(blanked(reply), first);
  });
  it("case 61 a refused challenge is in the ledger by its cause, not by its value", async () => {
    const { items } = await lab.api("GET", "/ledger?event=certificate.refused&limit=100");
    assert.ok(items.length > 0);
    const text = JSON.stringify(items);
    assert.match(text, /challenge_refused/);
    assert.ok(!text.includes("not the secret") && !text.includes(STATIC_SECRET));
  });

  const sane = (reply: LabReply): void => {
    if (reply.status !== "0") {
      isRefused(reply, "2");
      return;
    }
    const certificate = parseCertificate(reply.certificates[0] ?? new Uint8Array());
    assert.ok(certificate.basicConstraints?.cA !== true);
    assert.deepEqual([...(certificate.keyUsages ?? [])].sort(), [
      "digitalSignature",
      "keyEncipherment",
    ]);
    assert.deepEqual(certificate.extendedKeyUsages, [OID.clientAuth]);
    assert.ok(!certificate.extensions.some(({ oid: type }) => type.startsWith("1.2.3")));
  };
  const many = (count: number) =>
    subjectAltName(
      Array.from({ length: count }, (_, i) => ({ type: "dns" as const, value: `a${i}.b` })),
    );
  const hostile: Readonly<Record<string, EnrolmentShape["csr"]>> = {
    "CA:TRUE": { extensions: [basicConstraints({ cA: true })] },
    "CA:TRUE with a path length": { extensions: [basicConstraints({ cA: true, pathLen: 0 })] },
    keyCertSign: { extensions: [keyUsage(["keyCertSign"])] },
    cRLSign: { extensions: [keyUsage(["digitalSignature", "cRLSign"])] },
    "an EKU that is not allowed": { extensions: [extendedKeyUsage([OID.ocspSigning])] },
    anyExtendedKeyUsage: { extensions: [extendedKeyUsage([OID.anyExtendedKeyUsage])] },
    "a wildcard": { sans: [{ type: "dns", value: "*.example.test" }] },
    "another host's name": { sans: [{ type: "dns", value: "www.example.com" }] },
    "1 000 names": { extensions: [many(1000)] },
    "2 500 names": { extensions: [many(2500)] },
    "NUL in the subject": { subject: commonName("a\0b") },
    "NUL in a DNS name": {
      extensions: [
        {
          oid: OID.subjectAltName,
          critical: false,
          value: sequence(tlv(0x82, Buffer.from("a\0b.example.test"))),
        },
      ],
    },
    "an extension twice": {
      extensions: [keyUsage(["digitalSignature"]), keyUsage(["digitalSignature"])],
    },
    "two challengePasswords": {
      attributes: [csrAttribute(OID.challengePassword, printableString(STATIC_SECRET))],
    },
    "a challengePassword with two values": {
      challenge: undefined,
      attributes: [
        sequence(
          oid(OID.challengePassword),
          setOf(printableString(STATIC_SECRET), printableString("another")),
        ),
      ],
    },
    "an unknown critical extension": {
      extensions: [{ oid: "1.2.3.4.5", critical: true, value: Buffer.from([5, 0]) }],
    },
    "a subject of 20 KiB": { subject: longName(20_000) },
    "60 RDNs": { subject: Array.from({ length: 60 }, (_, i) => `OU=u${i}`).join(",") },
  };
  for (const [what, csr] of Object.entries(hostile))
    it(`case 62 request with ${what}: badRequest or sanitised`, async () => {
      sane(await enrol(lab, { csr: csr ?? {} }));
    });
  it("case 62 a 64 KiB subject and 10 000 names do not even get in", async () => {
    for (const csr of [{ subject: longName(65_536) }, { extensions: [many(10_000)] }])
      assert.equal((await lab.post(enrolment(lab, { csr }).message)).status, 413);
  });
  it("case 62 what the template allows besides is issued: a name of the device", async () => {
    const sent = enrolment(lab, {
      devicename: "sixtytwo",
      csr: { sans: [{ type: "dns", value: "sixtytwo.example.test" }] },
    });
    const reply = await send(lab, sent);
    isIssued(lab, reply, sent);
    const certificate = lab.checkIssued(reply.certificates[0], sent.key.spki);
    assert.equal(certificate.subjectAltName, "DNS:sixtytwo.example.test");
  });
});
