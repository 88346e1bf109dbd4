import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { together } from "../../../plugin/http/together.ts";

describe("answers of one turn", () => {
  it("leave together at its end, in order, and what comes then waits for the next", async () => {
    const atTurnsEnd = together();
    const said: number[] = [];
    atTurnsEnd(() => {
      said.push(1);
      atTurnsEnd(() => said.push(3));
    });
    atTurnsEnd(() => said.push(2));
    assert.deepEqual(said, []);
    await turn();
    assert.deepEqual(said, [1, 2]);
    await turn();
    assert.deepEqual(said, [1, 2, 3]);
  });
});
