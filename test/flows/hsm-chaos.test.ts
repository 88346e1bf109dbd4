import assert from "node:assert/strict";

import { hsmChaos } from "./hsm-chaos.ts";
import { leftOut } from "../support/left-out.ts";

describe("flows: a token that fails under load", function () {
  this.timeout(180_000);

  it("loses no certificate and makes none twice (npm run chaos:hsm has more rounds)", async function () {
    const result = await hsmChaos({ rounds: 5, clients: 2 });
    if (result === undefined) return leftOut(this, "SoftHSM or gcc is missing");
    assert.equal(result.rounds, 5);
    assert.ok(result.enrolled >= 5);
    for (const recovery of result.recoveries) assert.ok(recovery < 5_000, `${recovery} ms`);
  });
});
