import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { X509Certificate } from "node:crypto";
import { enrol, enrolment, send, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isIssued, isProblem } from "../support/scep/expect.ts";
import { askRaw, type HttpAnswer } from "../support/scep/http.ts";
import { Lab } from "../support/scep/lab.ts";
import { OPAQUE_SET } from "../support/scep/opaque-set.ts";
import { checkReply } from "../support/scep/reply.ts";

describe("SCEP over HTTP", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start({ config: { limits: { bodySeconds: 1 } } });
  });
  after(() => lab.end());
  afterEach(() => {
    lab.keys.down = false;
    lab.keys.lost.clear();
  });

  it("case 64 a body of over 64 KiB is 413, one of exactly 64 KiB is read", async () => {
    isProblem(await lab.post(new Uint8Array(65_537)), 413);
    isProblem(await lab.post(new Uint8Array(65_536)), 400);
  });
  it("case 64 a chunked body of over 64 KiB is 413", async () => {
    const chunk = "8000\r\n" + "0".repeat(0x8000) + "\r\n";
    const { text } = await askRaw(lab.port, [
      "POST /scep/std HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      chunk,
      chunk,
      chunk,
    ]);
    assert.match(text, /^HTTP\/1\.1 413 /);
  });
  it("case 64 a body that does not arrive in time is 408", async () => {
    const { text } = await askRaw(lab.port, [
      "POST /scep/std HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
      "0",
    ]);
    assert.match(text, /^HTTP\/1\.1 408 /);
  });
  it("case 64 a GET message of 24 KiB is read; beyond the limit it is 414, beyond the server's 431", async () => {
    const get = (length: number): Promise<HttpAnswer> =>
      lab.scep({ path: `?operation=PKIOperation&message=${"A".repeat(length)}` });
    isProblem(await get(24 * 1024), 400);
    isProblem(await get(33 * 1024), 414);
    assert.equal((await get(80 * 1024)).status, 431);
  });
  it("case 64 a Content-Length that promises too much or too little harms nobody", async () => {
    const { message, asked, key } = enrolment(lab);
    const head = (length: number): string =>
      `POST /scep/std HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
    const more = await askRaw(lab.port, [head(message.length + 10), message]);
    assert.match(more.text, /^HTTP\/1\.1 408 /);
    const less = await askRaw(lab.port, [head(message.length - 10), message]);
    assert.match(less.text, /^HTTP\/1\.1 400 /);
    isIssued(lab, checkReply(await lab.post(message), asked), { key });
  });
  it("case 64 a chunked POST is issued", async () => {
    const { message, asked, key } = enrolment(lab);
    const answer = await new Promise<HttpAnswer>((resolve, reject) => {
      const request = httpRequest(
        { port: lab.port, host: "127.0.0.1", method: "POST", path: "/scep/std", agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as HttpAnswer["headers"],
              body: Buffer.concat(chunks),
              elapsed: 0,
              at: 0,
            });
          });
        },
      );
      request.on("error", reject);
      for (let at = 0; at < message.length; at += 500)
        request.write(message.subarray(at, at + 500));
      request.end();
    });
    isIssued(lab, checkReply(answer, asked), { key });
  });
  it("case 64 a compressed body is 400, unread", async () => {
    const body = gzipSync(enrolment(lab).message);
    const headers = { "content-encoding": "gzip" };
    isProblem(await lab.scep({ method: "POST", path: "", headers, body }), 400, 415);
  });
  it("case 64 1 000 bad posts at once: those over the limit are 429, and the keys are spared", async () => {
    const limited = await Lab.start({ config: { limits: { sourcePerMinute: 50 } } });
    try {
      // The lab itself has used some of this minute.
      limited.time.ahead += 60_000;
      const { message } = enrolment(limited, OPAQUE_SET["no_separator"]?.());
      const before = limited.keys.unwraps;
      const answers = await Promise.all(
        Array.from({ length: 1000 }, () => limited.post(message, "std", "127.0.0.9")),
      );
      const refused = answers.filter(({ status }) => status === 429);
      assert.ok(refused.length >= 900, `${refused.length} of 1000 were refused`);
      for (const answer of refused) {
        isProblem(answer, 429);
        const wait = Number(answer.headers["retry-after"]);
        assert.ok(wait >= 1 && wait <= 60, `Retry-After ${wait}`);
      }
      assert.ok(limited.keys.unwraps - before <= 50);
      limited.time.ahead += 60_000;
      const sent = enrolment(limited);
      isIssued(limited, await send(limited, sent), sent);
    } finally {
      await limited.end();
    }
  });

  it("case 65 while the keys are away it is 503 with Retry-After, and the challenge is not spent", async () => {
    const { secret } = await lab.mint();
    const sent = enrolment(lab, { challenge: secret });
    lab.keys.down = true;
    const answer = await lab.post(sent.message);
    isProblem(answer, 503);
    assert.ok(Number(answer.headers["retry-after"]) >= 1);
    lab.keys.down = false;
    isIssued(lab, await send(lab, sent), sent);
  });
  it("case 65 while the keys' queue is full it is 503 with the queue's Retry-After, and nothing is consumed", async () => {
    const { secret } = await lab.mint();
    const sent = enrolment(lab, { challenge: secret });
    lab.keys.full = true;
    try {
      const answer = await lab.post(sent.message);
      isProblem(answer, 503);
      assert.equal(answer.headers["retry-after"], "1");
    } finally {
      lab.keys.full = false;
    }
    isIssued(lab, await send(lab, sent), sent);
  });
  it("case 65 while the CA key alone is away, the same", async () => {
    const ca = new X509Certificate(lab.chain[0] ?? new Uint8Array());
    lab.keys.lost.add(ca.publicKey.export({ type: "spki", format: "der" }).toString("hex"));
    const { secret } = await lab.mint();
    const sent = enrolment(lab, { challenge: secret });
    for (let i = 0; i < 3; i++) {
      const answer = await lab.post(sent.message);
      isProblem(answer, 503);
      assert.ok(Number(answer.headers["retry-after"]) >= 1);
    }
    lab.keys.lost.clear();
    isIssued(lab, await send(lab, sent), sent);
  });
  it("case 65 while the RA key fails to sign, no certificate is lost: the resend gets it", async () => {
    const { secret } = await lab.mint();
    const sent = enrolment(lab, { challenge: secret });
    const before = lab.keys.unwraps;
    const ra = new X509Certificate(lab.ra);
    const spki = ra.publicKey.export({ type: "spki", format: "der" }).toString("hex");
    const pending = lab.post(sent.message);
    while (lab.keys.unwraps === before) await new Promise((resolve) => setImmediate(resolve));
    lab.keys.lost.add(spki);
    isProblem(await pending, 503);
    lab.keys.lost.clear();
    isIssued(lab, await send(lab, sent), sent);
    const { items } = await lab.api("GET", "/certificates?limit=200");
    const { status } = await enrol(lab, { challenge: secret });
    assert.equal(status, "2");
    assert.ok(items.length > 0);
  });

  const INSIDE =
    /node_modules|\.ts\b|\bat \w+ \(|asn\.?1|openssl|ERR_|Error: |sqlite|\/tmp\/|stack/i;
  const faults: Readonly<Record<string, EnrolmentShape>> = {
    "another digest": { message: { hash: "md5" } },
    "a wrong signature": { message: { bendSignature: true } },
    "a wrong challenge": { challenge: "wrong secret" },
    "an unknown type": { message: { messageType: "99" } },
    "no envelope": { content: Buffer.from("garbage") },
    "an unknown cipher": { envelope: { cipherOid: "1.2.3" } },
    "a broken request": { csr: { bendSignature: true } },
    "names that do not fit": { csr: { subject: "C=NZ" } },
    "a renewal by nobody": { message: { messageType: "17" } },
    "a poll for nothing": { message: { messageType: "20" } },
    "an MD5 request": { csr: { hash: "md5" } },
  };
  for (const [what, shape] of Object.entries(faults))
    it(`case 66 a failure by ${what} tells nothing from inside`, async () => {
      const { message, asked } = enrolment(lab, shape);
      const answer = await lab.post(message);
      if (answer.status === 200) {
        const reply = checkReply(answer, asked);
        assert.equal(reply.status, "2");
        assert.doesNotMatch(reply.text ?? "", INSIDE);
      } else {
        isProblem(answer, 400);
        assert.doesNotMatch(answer.body.toString(), INSIDE);
      }
    });
  it("case 66 HTTP failures tell nothing from inside", async () => {
    lab.keys.down = true;
    const away = await lab.post(enrolment(lab).message);
    lab.keys.down = false;
    for (const answer of [
      away,
      await lab.post(new Uint8Array([0x30, 0x84])),
      await lab.scep({ path: "?operation=PKIOperation&message=%" }),
      await lab.scep({ path: "?operation=x" }, "../../etc/passwd"),
      await lab.post(new Uint8Array(70_000)),
    ])
      assert.doesNotMatch(answer.body.toString(), INSIDE);
  });
});
