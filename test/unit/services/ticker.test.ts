import assert from "node:assert/strict";
import { mock } from "node:test";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import { Ticker } from "../../../plugin/services/background/ticker.ts";

describe("periodic work", () => {
  let metrics: PrometheusMetrics;
  let said: string[];
  const ticker = (work: () => Promise<void>): Ticker => {
    const say = (fields: object, message: string) =>
      void said.push(`${message} ${JSON.stringify(fields)}`);
    const logger = { debug: say, info: say, warn: say, error: say };
    return new Ticker("counting", 1, work, { logger, metrics });
  };
  beforeEach(() => {
    metrics = new PrometheusMetrics();
    said = [];
  });

  it("goes on after a failure, which is told, and each time is measured", async () => {
    let times = 0;
    const subject = await new Promise<Ticker>((resolve) => {
      const made = ticker(() => {
        times += 1;
        if (times === 3) resolve(made);
        return times === 1 ? Promise.reject(new Error("no luck")) : Promise.resolve();
      });
      made.start();
    });
    await subject.stop();
    assert.deepEqual(said, ['periodic work failed {"work":"counting","error":"no luck"}']);
    assert.match(
      (await metrics.expose()).body,
      new RegExp(`countersign_periodic_work_seconds_count\\{work="counting"\\} ${times}\n`),
    );
    const before = times;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(times, before, "nothing more after its end");
  });

  it("that takes longer than a minute is told of while it runs, once", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let end: (() => void) | undefined;
      const subject = ticker(() => new Promise((resolve) => (end = resolve)));
      subject.start();
      mock.timers.tick(1);
      assert.ok(end);
      mock.timers.tick(59_999);
      assert.deepEqual(said, []);
      mock.timers.tick(1);
      mock.timers.tick(600_000);
      assert.deepEqual(said, ['periodic work takes longer than a minute {"work":"counting"}']);
      end();
      await subject.stop();
    } finally {
      mock.timers.reset();
    }
  });
});
