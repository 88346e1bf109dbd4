import assert from "node:assert/strict";
import type { CountersignError } from "../../../plugin/errors.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import type { EndpointRuntime } from "../../../plugin/services/endpoints/endpoint-runtimes.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { OpaqueBudget } from "../../../plugin/scep/opaque-budget.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import { anEndpoint } from "../../contract/store/samples.ts";
import { sqliteDatabase } from "../../support/databases.ts";
import { silentLogger } from "../../support/installation.ts";

const REFUSED = { code: "too_many_requests" };

describe("the budget of OPAQUE answers", () => {
  let first: Awaited<ReturnType<typeof sqliteDatabase>>;
  let second: Database;
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  const errors: object[] = [];
  const logger = { ...silentLogger, error: (fields: object) => errors.push(fields) };
  beforeEach(async () => {
    ahead = 0;
    errors.length = 0;
    first = await sqliteDatabase();
    await first.database.migrate();
    second = await openDatabase({ client: "sqlite3", file: first.file, clock });
  });
  afterEach(async () => {
    await second.close();
    await first.close();
  });
  const runtimeOn = (database: Database): EndpointRuntime =>
    ({
      store: database.directory.open("acme"),
      endpoint: anEndpoint({ limits: { perSource: "off" } }),
    }) as unknown as EndpointRuntime;
  const budgetOf = (most?: { perSource: number; perKey: number }): OpaqueBudget =>
    new OpaqueBudget(clock, logger, new PrometheusMetrics(), most);
  const alarms = async () =>
    (await first.database.directory.open("acme").ledger.list({ event: "ra.alarm" }, { limit: 9 }))
      .items;

  it("of one source is twenty a minute, whatever the endpoint's limits say", async () => {
    const budget = budgetOf();
    const runtime = runtimeOn(first.database);
    for (let n = 0; n < 20; n += 1) {
      await budget.admit("ra", "192.0.2.1");
      await budget.spend(runtime, "ra", "192.0.2.1");
    }
    await assert.rejects(budget.admit("ra", "192.0.2.1"), (error: CountersignError) => {
      assert.equal(error.code, "too_many_requests");
      return Number(error.retryAfter) > 0 && Number(error.retryAfter) <= 60;
    });
    await assert.rejects(budget.admit("another", "::ffff:192.0.2.1"), REFUSED);
    await budget.admit("ra", "192.0.2.2");
  });

  it("of one RA key is shared by all nodes: one alarm, then known sources only, until the hour is over", async () => {
    const most = { perSource: 1000, perKey: 30 };
    const nodes = [first.database, second].map((database) => ({
      budget: budgetOf(most),
      runtime: runtimeOn(database),
    }));
    for (const { budget } of nodes) budget.trust("ra", "198.51.100.7");
    const spend = (n: number) => {
      const { budget, runtime } = nodes[n % 2]!;
      return budget.spend(runtime, "ra", `192.0.2.${n}`);
    };
    for (let n = 0; n < 30; n += 1) await spend(n);
    assert.deepEqual(await alarms(), []);
    for (const { budget } of nodes) await budget.admit("ra", "203.0.113.1");
    await Promise.all(Array.from({ length: 10 }, (_, n) => spend(n)));
    const [alarm, ...more] = await alarms();
    assert.equal(alarm?.subjectId, "ra");
    assert.deepEqual(more, []);
    assert.equal(errors.length, 1);
    for (const { budget } of nodes) {
      await assert.rejects(budget.admit("ra", "203.0.113.1"), REFUSED);
      await budget.admit("ra", "198.51.100.7");
      await budget.admit("another-ra", "203.0.113.1");
    }
    ahead = 3_600_000;
    for (const { budget } of nodes) await budget.admit("ra", "203.0.113.1");
  });

  it("is kept by a node that cannot reach the database", async () => {
    const budget = budgetOf({ perSource: 1000, perKey: 3 });
    const runtime = runtimeOn(second);
    const { store } = runtime;
    store.limits.count = () => Promise.reject(new Error("gone"));
    for (let n = 0; n < 4; n += 1) await budget.spend(runtime, "ra", "192.0.2.1");
    await assert.rejects(budget.admit("ra", "203.0.113.1"), REFUSED);
  });
});
