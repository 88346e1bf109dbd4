import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { encodeName } from "../../plugin/pki/name.ts";
import { parseDn } from "../../plugin/domain/distinguished-name.ts";
import { sequence } from "../../plugin/pki/der-write.ts";
import {
  enrol,
  enrolment,
  send,
  type Enrolment,
  type EnrolmentShape,
} from "../support/scep/enrolment.ts";
import { isIssued, isOpaque, isRefused } from "../support/scep/expect.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { Lab } from "../support/scep/lab.ts";
import { newTransaction } from "../support/scep/message.ts";
import type { LabReply } from "../support/scep/reply.ts";

const MINUTE = 60_000;

describe("SCEP replay and state", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    await lab.addEndpoint("manual", { approval: "manual" });
    await lab.addEndpoint("proxy", { clientProfile: "ndes-proxy" });
  });
  after(() => lab.end());

  const hex = (reply: LabReply): string => Buffer.from(reply.certificates[0] ?? []).toString("hex");
  const issued = async (sent: Enrolment): Promise<LabReply> => {
    const reply = await send(lab, sent);
    isIssued(lab, reply, sent);
    return reply;
  };
  /** How many certificates there are. */
  const count = async (): Promise<number> =>
    (await lab.api("GET", "/certificates?limit=200")).items.length as number;

  it("case 35 a byte-identical resend gets the same certificate, a fresh nonce, no second issue", async () => {
    const { secret } = await lab.mint();
    const sent = enrolment(lab, { challenge: secret });
    const first = await issued(sent);
    const before = await count();
    const refused = async () =>
      (await lab.api("GET", "/ledger?event=certificate.refused&limit=200")).items.length as number;
    const refusedBefore = await refused();
    for (let i = 0; i < 3; i++) {
      const again = await issued(sent);
      assert.equal(hex(again), hex(first));
      assert.notEqual(again.senderNonce, first.senderNonce);
    }
    assert.equal(await count(), before);
    // Nor is the challenge's second coming held against it.
    assert.equal(await refused(), refusedBefore);
  });
  it("case 35 byte-identical resends at the same time get one certificate", async () => {
    const { secret } = await lab.mint();
    const sent = enrolment(lab, { challenge: secret });
    const before = await count();
    const replies = await Promise.all(Array.from({ length: 8 }, () => issued(sent)));
    assert.equal(new Set(replies.map(hex)).size, 1);
    assert.equal(await count(), before + 1);
  });

  /** The same request wrapped anew: other content key, nonce and signing time. */
  const anew = (sent: Enrolment, key = sent.key): Enrolment => ({
    ...enrolment(lab, {
      key,
      plaintext: sent.csr,
      identity: sent.identity,
      message: {
        transactionId: sent.asked.transactionId,
        senderNonce: randomBytes(16),
        signingTime: new Date(Date.now() + 1000),
      },
    }),
    csr: sent.csr,
  });
  it("case 36 the same request wrapped anew within grace gets the same certificate", async () => {
    const { secret } = await lab.mint();
    for (const sent of [enrolment(lab, { challenge: secret }), enrolment(lab)]) {
      const first = await issued(sent);
      assert.equal(hex(await issued(anew(sent))), hex(first));
    }
  });
  it("case 36 after grace a one-time challenge is refused, a static secret gets a new certificate", async () => {
    const { secret } = await lab.mint();
    const once = enrolment(lab, { challenge: secret });
    const always = enrolment(lab);
    const first = await issued(always);
    await issued(once);
    lab.time.ahead += 90 * MINUTE;
    isRefused(await send(lab, anew(once)), "2");
    assert.notEqual(hex(await issued(anew(always))), hex(first));
  });

  it("case 37 the same one-time challenge with another key is badRequest, and the ledger says so", async () => {
    const { secret } = await lab.mint();
    await issued(enrolment(lab, { challenge: secret }));
    const other = enrolment(lab, { challenge: secret, key: rsaKey("other") });
    isRefused(await send(lab, other), "2");
    const { items } = await lab.api("GET", "/ledger?event=certificate.refused&limit=1");
    const row = JSON.stringify(items[0]);
    assert.match(row, /challenge_refused/);
    assert.match(row, new RegExp(other.asked.transactionId));
    assert.match(row, /"source":"127\.0\./);
  });

  it("case 38 the same transaction id with another key is judged on its own", async () => {
    const { transactionId } = newTransaction();
    const first = enrolment(lab, { message: { transactionId } });
    const second = enrolment(lab, { message: { transactionId }, key: rsaKey("other") });
    const replies = [await issued(first), await issued(second)];
    assert.equal(new Set(replies.map(hex)).size, 2);
    const wrong = enrolment(lab, { message: { transactionId }, challenge: "wrong secret" });
    isRefused(await send(lab, wrong), "2");
  });

  it("case 39 an envelope re-signed by another self-signed certificate is OPAQUE and spends nothing", async () => {
    const { secret } = await lab.mint();
    const victim = enrolment(lab, { challenge: secret });
    const thief = enrolment(lab, { content: victim.envelope, key: rsaKey("other") });
    isOpaque(await send(lab, thief));
    await issued(victim);
    isOpaque(await send(lab, enrolment(lab, { content: victim.envelope, key: rsaKey("other") })));
  });
  it("case 39 an envelope re-signed by a certificate of ours does not spend its challenge", async () => {
    const key = rsaKey("other");
    const own = await issued(enrolment(lab, { key }));
    const identity = { key, certificate: own.certificates[0] ?? new Uint8Array() };
    for (const scepRenewal of ["off", "any-time"]) {
      await lab.api("PATCH", "/templates/device", { scepRenewal });
      lab.time.ahead += 2000; // what an endpoint needs is kept for a second
      const { secret } = await lab.mint();
      const victim = enrolment(lab, { challenge: secret });
      for (const messageType of ["19", "17"]) {
        const thief = enrolment(lab, {
          content: victim.envelope,
          identity,
          message: { messageType },
        });
        const reply = await send(lab, thief);
        if (scepRenewal === "off" && messageType === "19") isOpaque(reply);
        else isRefused(reply, "2");
      }
      await issued(victim);
    }
  });
  it("case 39 with a proxy profile the signer may be another, and the challenge decides", async () => {
    const key = rsaKey("other");
    const { secret } = await lab.mint(undefined, "proxy");
    const sent = enrolment(lab, { challenge: secret, csr: { key: rsaKey() }, key });
    isIssued(lab, await send(lab, sent, "proxy"), { key: rsaKey() });
    const wrong = enrolment(lab, { challenge: "wrong secret", csr: { key: rsaKey() }, key });
    isRefused(await send(lab, wrong, "proxy"), "2");
  });

  /** A request in an envelope whose content key the test knows. */
  const reusable = (shape: Parameters<typeof enrolment>[1] = {}) => {
    const contentKey = randomBytes(16);
    let encryptedKey: Uint8Array = new Uint8Array(0);
    const sent = enrolment(lab, {
      ...shape,
      envelope: { contentKey, bendEncryptedKey: (octets) => (encryptedKey = octets) },
    });
    return { sent, envelope: { contentKey, bendEncryptedKey: () => encryptedKey } };
  };
  it("case 40 an encrypted key seen before with other content is OPAQUE without RSA work", async () => {
    const { sent, envelope } = reusable();
    await issued(sent);
    const before = lab.keys.unwraps;
    isOpaque(await enrol(lab, { envelope }));
    isOpaque(
      await enrol(lab, { envelope: { ...envelope, bendCiphertext: (text) => text.subarray(16) } }),
    );
    assert.equal(lab.keys.unwraps, before);
  });
  it("case 40 an encrypted key seen before with another signer is OPAQUE without RSA work", async () => {
    const { sent } = reusable();
    await issued(sent);
    const before = lab.keys.unwraps;
    for (const messageType of ["19", "17", "20", "21", "22"]) {
      const thief = enrolment(lab, {
        content: sent.envelope,
        key: rsaKey("other"),
        message: { messageType },
      });
      isOpaque(await send(lab, thief));
    }
    assert.equal(lab.keys.unwraps, before);
  });
  it("case 40 also where its challenge was refused, and again when memory has forgotten", async () => {
    const { sent, envelope } = reusable({ challenge: "wrong secret" });
    isRefused(await send(lab, sent), "2");
    const before = lab.keys.unwraps;
    isOpaque(await enrol(lab, { envelope }));
    assert.equal(lab.keys.unwraps, before);
    const good = reusable();
    await issued(good.sent);
    lab.time.ahead += 120 * MINUTE;
    isOpaque(await enrol(lab, { envelope: good.envelope }));
  });
  it("case 40 the same envelope signed anew by the same key is answered", async () => {
    const { sent } = reusable();
    const first = await issued(sent);
    const again = enrolment(lab, {
      content: sent.envelope,
      identity: sent.identity,
      message: { transactionId: sent.asked.transactionId },
    });
    assert.equal(hex(await issued({ ...again, csr: sent.csr })), hex(first));
  });

  /** CertPoll's IssuerAndSubject. */
  const subjectAndIssuer = (): Uint8Array =>
    sequence(encodeName(parseDn("CN=Lab Issuing CA,O=Countersign")), encodeName(parseDn("CN=x")));
  const poll = (sent: Enrolment, changes: EnrolmentShape = {}) =>
    enrolment(lab, {
      plaintext: subjectAndIssuer(),
      identity: sent.identity,
      ...changes,
      message: { transactionId: sent.asked.transactionId, messageType: "20", ...changes.message },
    });
  it("case 41 CertPoll of an unknown transaction is badCertId", async () => {
    const sent = enrolment(lab);
    isRefused(await send(lab, poll(sent)), "4");
    isRefused(await send(lab, poll(sent), "manual"), "4");
  });
  it("case 41 CertPoll by another key is badCertId; after issue the same certificate", async () => {
    const sent = enrolment(lab);
    assert.equal((await send(lab, sent, "manual")).status, "3");
    const stranger = enrolment(lab, { key: rsaKey("other") });
    const foreign = poll(sent, { identity: stranger.identity });
    isRefused(await send(lab, foreign, "manual"), "4");
    const { items } = await lab.api("GET", "/approvals?state=pending");
    await lab.api("POST", `/approvals/${items[0].id}/approve`);
    const first = await send(lab, poll(sent), "manual");
    isIssued(lab, first, sent);
    assert.equal(hex(await send(lab, poll(sent), "manual")), hex(first));
    isRefused(await send(lab, foreign, "manual"), "4");
  });

  it("case 37 a second key sets off an alarm of its own; the same key does not", async () => {
    const alarms = async () => (await lab.api("GET", "/ledger?event=challenge.alarm")).items;
    const before = (await alarms()).length as number;
    const { secret, deviceId } = await lab.mint();
    await issued(enrolment(lab, { challenge: secret }));
    isRefused(await send(lab, enrolment(lab, { challenge: secret })), "2");
    assert.equal((await alarms()).length, before);
    const other = enrolment(lab, { challenge: secret, key: rsaKey("other") });
    isRefused(await send(lab, other), "2");
    const [row, ...rest] = await alarms();
    assert.equal(rest.length, before);
    assert.equal(row.data.device, deviceId);
    assert.equal(row.data.transactionId, other.asked.transactionId);
    assert.match(row.data.source, /^127\./);
    assert.ok(!JSON.stringify(row).includes(secret));
  });

  it("case 37 the same while the first key waits for approval, and after", async () => {
    const alarms = async () =>
      (await lab.api("GET", "/ledger?event=challenge.alarm&limit=200")).items;
    const before = (await alarms()).length as number;
    const { secret, deviceId } = await lab.mint(undefined, "manual");
    const first = enrolment(lab, { challenge: secret });
    assert.equal((await send(lab, first, "manual")).status, "3");
    assert.equal((await send(lab, first, "manual")).status, "3");
    isRefused(await send(lab, enrolment(lab, { challenge: secret }), "manual"), "2");
    assert.equal((await alarms()).length, before, "the same key is no stranger");
    const stranger = () => enrolment(lab, { challenge: secret, key: rsaKey("other") });
    isRefused(await send(lab, stranger(), "manual"), "2");
    const [row] = await alarms();
    assert.equal((await alarms()).length, before + 1);
    assert.equal(row.data.device, deviceId);
    assert.equal(row.data.endpoint, "manual");
    const { items } = await lab.api("GET", "/approvals?state=pending&limit=200");
    const waiting = (items as { id: string; transactionId: string }[]).find(
      ({ transactionId }) => transactionId === first.asked.transactionId,
    );
    await lab.api("POST", `/approvals/${waiting?.id ?? ""}/approve`);
    isIssued(lab, await send(lab, poll(first), "manual"), first);
    isRefused(await send(lab, stranger(), "manual"), "2");
    assert.equal((await alarms()).length, before + 2);
  });

  it("case 42 signingTime far off is badTime where the endpoint looks at it", async () => {
    await lab.addEndpoint("timed", { signingTimeTolerance: "PT10M" });
    const at = (minutes: number | undefined): Enrolment =>
      enrolment(lab, {
        message: {
          signingTime:
            minutes === undefined
              ? undefined
              : new Date(Date.now() + lab.time.ahead + minutes * MINUTE),
        },
      });
    for (const minutes of [-9, 0, 9]) {
      const sent = at(minutes);
      isIssued(lab, await send(lab, sent, "timed"), sent);
    }
    const unwraps = lab.keys.unwraps;
    for (const minutes of [-11, 11, -100_000, undefined])
      isRefused(await send(lab, at(minutes), "timed"), "3");
    assert.equal(lab.keys.unwraps, unwraps, "the RA key was used");
    await lab.api("PATCH", "/endpoints/timed", { signingTimeTolerance: "off" });
    const late = at(-100_000);
    isIssued(lab, await send(lab, late, "timed"), late);
    await assert.rejects(
      lab.api("PATCH", "/endpoints/timed", { signingTimeTolerance: "an hour" }),
      /400/,
    );
  });
  it("case 42 signingTime far off is ignored by default", async () => {
    for (const year of [1970, 2049, 2090])
      await issued(enrolment(lab, { message: { signingTime: new Date(Date.UTC(year, 1, 1)) } }));
  });
});
