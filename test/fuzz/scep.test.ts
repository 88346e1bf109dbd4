import assert from "node:assert/strict";
import fc from "fast-check";
import { Lab } from "../support/scep/lab.ts";
import { fuzzCase, FuzzMessages } from "./case.ts";
import { fuzz, judge } from "./run.ts";

describe("SCEP fuzz", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start({ endpoint: { legacy: true, clientProfile: "ndes-proxy" } });
  });
  after(() => lab.end());

  it("case 52 mutated messages of every client's manner: never 5xx, never dear (fast-check)", async () => {
    const made = new FuzzMessages(lab);
    await fc.assert(
      fc.asyncProperty(fuzzCase, async (input) => {
        const fault = judge(await lab.post(made.of(input)));
        assert.equal(fault, undefined);
      }),
      { numRuns: 30, endOnFailure: false, interruptAfterTimeLimit: 10_000 },
    );
  });
  it("case 52 a slice of the long run (npm run fuzz): answers, cost and memory", async function () {
    this.timeout(60_000);
    const seed = Date.now() % 1_000_000_000;
    const { findings, statuses } = await fuzz(lab, { messages: 1024, seed });
    const told = findings.map(
      ({ index, what, input }) => `${index}: ${what} ${JSON.stringify(input)}`,
    );
    assert.deepEqual(told, [], `seed ${seed}`);
    assert.ok((statuses["200"] ?? 0) > 50 && (statuses["400"] ?? 0) > 50, JSON.stringify(statuses));
  });
});
