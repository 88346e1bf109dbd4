import assert from "node:assert/strict";
import { adminClient } from "../../adapters/standalone/admin-client.ts";
import { checkStatus } from "../../adapters/standalone/doctor/check-status.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeSite } from "./site.ts";

describe("flows: doctor looks at lists", () => {
  let served: Served;
  before(async () => {
    served = await serve();
    await makeSite(await served.api());
  });
  after(() => served.end());

  it("A-12 one in date is still a worry when the next is a day overdue, and a fault when it has ended", async () => {
    const token = await served.countersign.tokens.mint({
      ...{ subject: "doctor", tenant: "default", roles: ["owner"], lifetimeSeconds: 600 },
    });
    const client = adminClient(served.url, () => Promise.resolve(token));
    // The doctor's clock alone goes on: to it the lists are those of a server that has stopped signing.
    const levels = async (ahead: number): Promise<readonly string[]> => {
      const clock = { now: () => new Date(Date.now() + ahead) };
      const findings = await checkStatus(client, clock);
      for (const { level, remedy } of findings) assert.equal(level === "ok", remedy === undefined);
      return [
        ...new Set(findings.filter(({ check }) => check === "CRL").map(({ level }) => level)),
      ];
    };
    assert.deepEqual(await levels(0), ["ok"]);
    assert.deepEqual(await levels(47 * HOUR), ["ok"]);
    assert.deepEqual(await levels(49 * HOUR), ["warning"]);
    assert.deepEqual(await levels(8 * DAY), ["fault"]);
  });
});
