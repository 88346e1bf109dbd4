import assert from "node:assert/strict";
import { adminClient } from "../../adapters/standalone/admin-client.ts";
import { checkStatus } from "../../adapters/standalone/doctor/check-status.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import { makeSite } from "./site.ts";

describe("flows: doctor looks at lists", () => {
  let served: Served;
  const open = async (changes: Parameters<typeof serve>[0] = {}): Promise<void> => {
    served = await serve(changes);
    await makeSite(await served.api());
  };
  afterEach(() => served.end());

  /** How lists are judged so many milliseconds from now. */
  const judge = async (): Promise<(ahead: number) => Promise<readonly string[]>> => {
    const token = await served.countersign.tokens.mint({
      ...{ subject: "doctor", tenant: "default", roles: ["owner"], lifetimeSeconds: 600 },
    });
    const client = adminClient(served.url, () => Promise.resolve(token));
    // The doctor's clock alone goes on: to it the lists are those of a server that has stopped signing.
    return async (ahead) => {
      const clock = { now: () => new Date(Date.now() + ahead) };
      const findings = await checkStatus(client, clock);
      for (const { level, remedy } of findings) assert.equal(level === "ok", remedy === undefined);
      return [
        ...new Set(findings.filter(({ check }) => check === "CRL").map(({ level }) => level)),
      ];
    };
  };

  it("A-12 one in date is still a worry when the next is a day overdue, and a fault when it has ended", async () => {
    await open();
    const levels = await judge();
    assert.deepEqual(await levels(0), ["ok"]);
    assert.deepEqual(await levels(47 * HOUR), ["ok"]);
    assert.deepEqual(await levels(49 * HOUR), ["warning"]);
    assert.deepEqual(await levels(8 * DAY), ["fault"]);
  });

  it("A-12 a list made every third day is no worry on the second", async () => {
    await open({ crl: { intervalSeconds: 3 * 86_400 } });
    const levels = await judge();
    assert.deepEqual(await levels(3 * DAY), ["ok"]);
    assert.deepEqual(await levels(4 * DAY + HOUR), ["warning"]);
  });
});
