import assert from "node:assert/strict";
import { enrol, enrolment } from "../support/scep/enrolment.ts";
import { isIssued, isOpaque } from "../support/scep/expect.ts";
import { Lab } from "../support/scep/lab.ts";
import { newTransaction } from "../support/scep/message.ts";
import { OPAQUE_SET } from "../support/scep/opaque-set.ts";
import { blanked, checkReply } from "../support/scep/reply.ts";

describe("SCEP: no oracle", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.end());
  const transaction = newTransaction();
  let first: string | undefined;
  const released: { readonly what: string; readonly elapsed: number; readonly phase: number }[] =
    [];

  for (const [what, shape] of Object.entries(OPAQUE_SET))
    it(`case 60 OPAQUE: ${what}`, async () => {
      const { message, asked } = enrolment(lab, { ...shape(), message: transaction });
      const before = lab.keys.unwraps;
      const answer = await lab.post(message);
      assert.equal(lab.keys.unwraps - before, 1, "not one RSA operation");
      const reply = checkReply(answer, asked);
      isOpaque(reply);
      const seen = blanked(reply);
      assert.equal(seen, (first ??= seen), "differs from the others");
      released.push({ what, elapsed: answer.elapsed, phase: answer.at % 50 });
    });

  it("case 60 OPAQUE: every reply has the same headers", async () => {
    const headers = new Set<string>();
    const some = ["header_only", "cbc_padding_wrong", "plaintext_not_der", "for_another_key"];
    for (const what of some) {
      const { message } = enrolment(lab, { ...OPAQUE_SET[what]?.(), message: transaction });
      const answer = await lab.post(message);
      headers.add(JSON.stringify({ ...answer.headers, date: undefined }));
    }
    assert.equal(headers.size, 1);
  });

  it("case 60 OPAQUE: released 100 ms after arrival at the earliest, on a multiple of 50 ms", () => {
    assert.equal(released.length, Object.keys(OPAQUE_SET).length);
    for (const { what, elapsed } of released)
      assert.ok(elapsed >= 99, `${what} came back after ${elapsed} ms`);
    const late = released.filter(({ phase }) => phase > 20);
    assert.ok(late.length < released.length / 4, JSON.stringify(late));
  });

  it("case 60 OPAQUE: a right request is not held back", async () => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const { message, asked, key } = enrolment(lab);
      const answer = await lab.post(message);
      isIssued(lab, checkReply(answer, asked), { key });
      times.push(answer.elapsed);
    }
    assert.ok(Math.min(...times) < 100, `took ${times.join(", ")} ms`);
  });

  it("case 60 OPAQUE: nothing of it spends a one-time challenge", async () => {
    const { secret } = await lab.mint();
    isOpaque(await enrol(lab, { challenge: secret, csr: { bendSignature: true } }));
    const reply = await enrol(lab, { challenge: secret });
    isIssued(lab, reply, reply.sent);
  });
});
