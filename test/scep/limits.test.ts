import assert from "node:assert/strict";
import { eventually } from "../flows/served.ts";
import { enrol, enrolment } from "../support/scep/enrolment.ts";
import { isIssued, isOpaque } from "../support/scep/expect.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { Lab } from "../support/scep/lab.ts";
import { OPAQUE_SET } from "../support/scep/opaque-set.ts";
import { checkReply } from "../support/scep/reply.ts";

interface Row {
  readonly event: string;
  readonly sequence?: number;
  readonly hash?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe("SCEP: limits", () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.start({
      config: { limits: { sourcePerMinute: 6 } },
      template: { allowDuplicates: true, keyAlgorithms: ["rsa-2048"] },
    });
  });
  afterEach(() => lab.end());
  const set = (limits: Readonly<Record<string, unknown>>) =>
    lab.api("PATCH", "/endpoints/std", { limits });
  const refusals = async (label: string): Promise<readonly Row[]> => {
    const { items } = await lab.api("GET", "/ledger?event=certificate.refused&limit=500");
    return (items as Row[]).filter(({ data }) => data["label"] === label);
  };
  const caps = (from: string, endpoint = "std") =>
    lab.scep({ path: "?operation=GetCACaps", from }, endpoint);

  it("case 64 a source beyond its limit is 429 with Retry-After and in the ledger; its neighbour and another endpoint are not", async () => {
    await lab.addEndpoint("beside");
    for (let n = 0; n < 6; n += 1) assert.equal((await caps("127.0.2.1")).status, 200);
    const { message } = enrolment(lab);
    const refused = await lab.post(message, "std", "127.0.2.1");
    assert.equal(refused.status, 429);
    const wait = Number(refused.headers["retry-after"]);
    assert.ok(wait > 0 && wait <= 60, String(wait));
    assert.equal((await caps("127.0.2.2")).status, 200);
    assert.equal((await caps("127.0.2.1", "beside")).status, 200);
    const [row] = await refusals("too_many_requests");
    assert.equal(row?.data["source"], "127.0.2.1");
    await set({ perSource: "off" });
    assert.equal((await caps("127.0.2.1")).status, 200);
    const { warnings } = await lab.api("GET", "/endpoints/std");
    assert.match(String(warnings), /not limited by address/);
  });

  it("case 64 a thousand bad posts at once are 429 but for a few, whatever the endpoint lifts", async () => {
    await set({ perSource: "off" });
    const { message } = enrolment(lab, OPAQUE_SET["cbc_padding_wrong"]?.());
    const unwraps = lab.keys.unwraps;
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => lab.post(message, "std", "127.0.2.3")),
    );
    const opened = lab.keys.unwraps - unwraps;
    assert.ok(opened >= 20 && opened <= 20 + 32, `${opened} were opened`);
    assert.equal(answers.filter(({ status }) => status === 429).length, 1000 - opened);
    assert.equal(answers.filter(({ status }) => status === 200).length, opened);
    assert.ok((await refusals("opaque")).length <= 6);
    // Everybody else is served, and the source may still ask for the CA's certificates.
    isIssued(lab, ...(await good("127.0.2.4")));
    assert.equal((await caps("127.0.2.3")).status, 200);
  });

  const good = async (from: string) => {
    const { message, asked, key } = enrolment(lab);
    return [checkReply(await lab.post(message, "std", from), asked), { key }] as const;
  };

  it("a device beyond its day is refused like a bad challenge, which it keeps", async () => {
    await set({ perDevicePerDay: 2 });
    const again = { devicename: "busy-one" };
    for (let n = 0; n < 2; n += 1) {
      const reply = await enrol(lab, again);
      isIssued(lab, reply, reply.sent);
    }
    const refused = await enrol(lab, again);
    const wrong = await enrol(lab, { challenge: "not the secret" });
    assert.deepEqual(
      [refused.status, refused.failInfo, refused.text],
      [wrong.status, wrong.failInfo, wrong.text],
    );
    const other = await enrol(lab);
    isIssued(lab, other, other.sent);
    const [row] = await refusals("limit_exceeded");
    assert.match(String(row?.data["source"]), /^127\.0\.1\./);
    await set({ perDevicePerDay: 3 });
    const raised = await enrol(lab, again);
    isIssued(lab, raised, raised.sent);
    lab.time.ahead += 86_400_000;
    const tomorrow = await enrol(lab, again);
    isIssued(lab, tomorrow, tomorrow.sent);
  });

  it("an endpoint beyond its minute refuses, and a one-time challenge is good in the next", async () => {
    await set({ perEndpointPerMinute: 2 });
    for (let n = 0; n < 2; n += 1) {
      const reply = await enrol(lab);
      isIssued(lab, reply, reply.sent);
    }
    const { secret } = await lab.mint();
    assert.equal((await enrol(lab, { challenge: secret })).status, "2");
    lab.time.ahead += 60_000;
    const reply = await enrol(lab, { challenge: secret });
    isIssued(lab, reply, reply.sent);
  });

  it("case 61 a one-time challenge is locked after so many failed tries, and says nothing of it", async () => {
    await set({ perChallenge: 2 });
    const { secret } = await lab.mint();
    const unwanted = { challenge: secret, key: rsaKey("large", 3072) };
    for (let n = 0; n < 2; n += 1) assert.equal((await enrol(lab, unwanted)).status, "2");
    const locked = await enrol(lab, { challenge: secret });
    const wrong = await enrol(lab, { challenge: "not the secret" });
    assert.deepEqual([locked.failInfo, locked.text], [wrong.failInfo, wrong.text]);
    assert.equal((await refusals("limit_exceeded")).length, 1);
    await set({ perChallenge: 9 });
    const reply = await enrol(lab, { challenge: secret });
    isIssued(lab, reply, reply.sent);
  });

  it("case 61 a source that guesses challenges is locked out for a while, the right one included; its neighbour is not", async () => {
    await set({ perSource: 100_000 });
    const from = "127.0.2.7";
    const { secret } = await lab.mint();
    const expired = enrolment(lab, { challenge: (await lab.mint()).secret });
    const guess = async (challenge: string) =>
      (await lab.post(enrolment(lab, { challenge }).message, "std", from)).status;
    const guesses = Array.from({ length: 100 }, (_, n) => guess(`guess ${n}`));
    assert.deepEqual([...new Set(await Promise.all(guesses))], [200]);
    const right = enrolment(lab, { challenge: secret });
    const locked = await lab.post(right.message, "std", from);
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.headers["retry-after"]) <= 60);
    assert.equal((await refusals("too_many_requests"))[0]?.data["source"], from);
    isIssued(
      lab,
      checkReply(await lab.post(right.message, "std", "127.0.2.8"), right.asked),
      right,
    );
    // One that has run out is no guess, however often it comes.
    lab.time.ahead += 2 * 3_600_000;
    for (let n = 0; n < 12; n += 1) {
      const old = await Promise.all(
        Array.from({ length: 10 }, () => lab.post(expired.message, "std", "127.0.2.9")),
      );
      assert.ok(old.every(({ status }) => status === 200));
    }
    await set({ perSource: "off" });
    assert.equal(await guess("another guess"), 200);
  });

  it("case 40 a ciphertext seen before with other content or another signer is OPAQUE without RSA work", async () => {
    const { message, asked, key, envelope } = enrolment(lab);
    isIssued(lab, checkReply(await lab.post(message), asked), { key });
    const unwraps = lab.keys.unwraps;
    const stolen = enrolment(lab, { content: envelope, key: rsaKey("other") });
    isOpaque(checkReply(await lab.post(stolen.message), stolen.asked));
    const bent = enrolment(lab, { content: Uint8Array.from(envelope, flipLastOf(envelope)), key });
    isOpaque(checkReply(await lab.post(bent.message), bent.asked));
    assert.equal(lab.keys.unwraps, unwraps);
    // The same envelope by the same signer is a retry.
    const retry = enrolment(lab, { content: envelope, key });
    assert.equal(checkReply(await lab.post(retry.message), retry.asked).status, "0");
  });

  it("every ledger row has its place within a second or two", async () => {
    await enrol(lab);
    const rows = async () =>
      ((await lab.api("GET", "/ledger?limit=500")) as { items: Row[] }).items;
    await eventually(async () => (await rows()).every(({ hash }) => hash !== undefined));
    const items = await rows();
    assert.ok(items.length > 5);
    assert.deepEqual(
      items.map(({ sequence }) => sequence).toReversed(),
      items.map((_, n) => n + 1),
    );
    assert.ok(items.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash ?? "")));
  });
});

const flipLastOf =
  (octets: Uint8Array) =>
  (octet: number, index: number): number =>
    index === octets.length - 1 ? octet ^ 1 : octet;
