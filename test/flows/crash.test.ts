import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { crash } from "./crash.ts";

describe("flows: kill -9 at random moments", function () {
  this.timeout(180_000);

  it("E-19 nothing is lost, spent for nothing or issued twice over 15 kills", async () => {
    const seed = randomInt(2 ** 31);
    const report = await crash({ kills: 15, seed });
    assert.equal(report.answeredBefore + report.answeredAfter, report.requests);
    // The kills must fall into the work, not before or behind it.
    assert.ok(report.answeredBefore > 0, `seed ${seed}`);
    assert.ok(report.answeredAfter > 0, `seed ${seed}`);
  });
});
