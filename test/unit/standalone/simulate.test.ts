import assert from "node:assert/strict";
import type { SimulationOptions } from "../../../adapters/standalone/simulation/options.ts";
import {
  type ShownRun,
  simulationChart,
  simulationPage,
  summaryTable,
} from "../../../adapters/standalone/simulation/report.ts";
import { peaksByDay, totalOf } from "../../../adapters/standalone/simulation/result.ts";
import { Moments } from "../../../adapters/standalone/simulation/moments.ts";
import { numbersOf } from "../../../adapters/standalone/simulation/world.ts";
import { PriorityQueue } from "../../../plugin/sdk.ts";
import { simulate } from "../../../adapters/standalone/simulation/simulate.ts";

const DAY = 86_400_000;
const OPTIONS: SimulationOptions = {
  devices: 1000,
  days: 365,
  seed: 7,
  validity: "P180D",
  renewalWindow: "20%",
  renewalSpread: "50%",
  rules: {
    perHour: 10,
    perDay: "off",
    quietHours: { from: "08:00", to: "16:00", timeZone: "Europe/Berlin" },
  },
  outages: [
    { from: 146 * DAY, to: 149 * DAY },
    { from: 240 * DAY, to: 240.5 * DAY },
  ],
  rolloutDays: 5,
  checkInHours: 4,
  failureRate: 0.02,
  reachableFrom: 6,
};

describe("moments of a simulation", () => {
  it("come out earliest first, and among equals as from the heap of objects that the planner has", () => {
    const objects = new PriorityQueue<{ readonly at: number; readonly value: number }>(
      (a, b) => a.at < b.at,
    );
    const moments = new Moments();
    assert.deepEqual([moments.next, moments.pop()], [Infinity, undefined]);
    const random = numbersOf(11);
    for (let value = 0; value < 20_000; value += 1) {
      // Few different times, so that many are equal.
      const at = Math.floor(random() * 50);
      objects.push({ at, value });
      moments.push(at, value);
      if (random() < 0.4) assert.equal(moments.pop(), objects.pop()?.value);
    }
    for (let top = objects.peek(); top !== undefined; top = objects.peek()) {
      assert.equal(moments.next, top.at);
      assert.equal(moments.pop(), objects.pop()?.value);
    }
    assert.equal(moments.pop(), undefined);
  });
});

describe("a simulated fleet", () => {
  it("L-03 no certificate ends on a device that was reachable, and no hour passes the cap", async () => {
    const result = await simulate(OPTIONS);
    assert.equal(result.expired.reachable, 0);
    assert.equal(result.hoursOverCap, 0);
    assert.ok(Math.max(...result.started) <= 10);
    // Every device renewed twice in the year, but for the few that were away.
    const issued = totalOf(result.issued);
    assert.ok(issued > 2 * 1000 * 0.97 && issued <= 2 * 1000 + 60, String(issued));
    // Absences are really played.
    assert.ok(result.expired.away > 0);
    assert.ok(result.recovered > 0);
    // Nothing starts while the server is down.
    assert.equal(totalOf(result.started.subarray(146 * 24, 149 * 24)), 0);
  });

  it("L-03 the same fleet with cap and spread off shows the storm", async () => {
    const [planned, off] = await Promise.all([
      simulate(OPTIONS),
      simulate({
        ...OPTIONS,
        renewalSpread: "0%",
        rules: { perHour: "off", perDay: "off", quietHours: undefined },
      }),
    ]);
    const [calm, storm] = [planned, off].map(({ started }) => Math.max(...peaksByDay(started)));
    assert.ok(storm! > 450 && calm! <= 10, `${storm} against ${calm}`);
    const runs: ShownRun[] = [
      { name: "planned", options: OPTIONS, result: planned },
      { name: "off", options: OPTIONS, result: off },
    ];
    assert.match(summaryTable(runs), /busiest hour, started +\d\d? +\d{3,}/);
    const chart = simulationChart(runs);
    assert.match(chart, /^<svg [^>]+>[^]+<\/svg>\n$/);
    assert.equal(chart.match(/<rect /g)!.length > 50, true);
    assert.match(simulationPage(runs), /<table>[^]+expired though reachable<\/td><td>0<\/td>/);
  });

  it("is the same year for the same seed, and another one for another", async () => {
    const small = { ...OPTIONS, devices: 200 };
    const hours = async (seed: number): Promise<string> =>
      String((await simulate({ ...small, seed })).issued);
    assert.equal(await hours(1), await hours(1));
    assert.notEqual(await hours(1), await hours(2));
  });

  it("finds a plan that does not hold", async () => {
    const { expired } = await simulate({
      ...OPTIONS,
      devices: 600,
      // Less than falls due.
      rules: { perHour: 1, perDay: 2, quietHours: undefined },
    });
    assert.ok(expired.reachable > 100, JSON.stringify(expired));
  });
});
