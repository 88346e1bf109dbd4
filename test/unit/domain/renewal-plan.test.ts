import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DueRenewal,
  type PlannedRenewal,
  planRenewals,
} from "../../../plugin/domain/renewal-plan.ts";
import { quietReader } from "../../../plugin/domain/quiet-hours.ts";
import type { RenewalRules } from "../../../plugin/domain/renewal-rules.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 10, 17, 3);

const hours = (most: number) =>
  fc.integer({ min: 0, max: most * 60 }).map((minutes) => minutes * 60_000);
/** Due from a day ago to ten days ahead, lives on from 20 minutes to ten days; some have ended. */
const aRenewal: fc.Arbitrary<DueRenewal> = fc
  .record({ due: hours(264), left: hours(240), byHand: fc.integer({ min: 0, max: 19 }) })
  .map(({ due, left, byHand }) => ({
    renewAt: NOW - DAY + due,
    urgentAt: NOW - DAY + due + left,
    expiresAt: NOW - DAY + due + left + 20 * 60_000 + left / 3,
    byHand: byHand === 0,
  }));
const renewals = fc.array(aRenewal, { maxLength: 120 });
const cap = (most: number) =>
  fc.oneof(fc.constant("off" as const), fc.integer({ min: 1, max: most }));
const quiet = fc.option(
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 20 }))
    .map(([from, length]) => ({
      from: `${String(from).padStart(2, "0")}:00`,
      to: `${String((from + length) % 24).padStart(2, "0")}:30`,
      timeZone: "Europe/Berlin",
    })),
  { nil: undefined },
);
const rules: fc.Arbitrary<RenewalRules> = fc.record({
  perHour: cap(12),
  perDay: cap(40),
  quietHours: quiet,
});

const planned = (
  items: readonly DueRenewal[],
  given: RenewalRules,
  now = NOW,
  usage = { thisHour: 0, today: 0 },
): PlannedRenewal<DueRenewal>[] => [...planRenewals(items, { now, rules: given, usage })];
const countBy = (plan: readonly PlannedRenewal<unknown>[], span: number): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const { at } of plan) {
    const key = Math.floor(at / span);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};
const within = (limit: number | "off"): number => (limit === "off" ? Infinity : limit);

describe("the renewal plan", () => {
  it("L-03 starts each renewal once, in order of time, never before it is due", () =>
    fc.assert(
      fc.property(renewals, rules, (items, given) => {
        const plan = planned(items, given);
        assert.equal(plan.length, items.length);
        assert.equal(new Set(plan.map(({ renewal }) => renewal)).size, items.length);
        let last = NOW;
        for (const { renewal, at, late } of plan) {
          assert.ok(at >= renewal.renewAt && at >= last);
          assert.equal(late, at > renewal.expiresAt);
          last = at;
        }
      }),
    ));

  it("L-03 never exceeds a cap, with what was started before counted in", () =>
    fc.assert(
      fc.property(
        renewals,
        rules,
        fc.record({ thisHour: fc.nat(12), today: fc.nat(40) }),
        (items, given, usage) => {
          const plan = planned(items, given, NOW, usage);
          const hour = countBy(plan, HOUR);
          const day = countBy(plan, DAY);
          const [nowHour, nowDay] = [Math.floor(NOW / HOUR), Math.floor(NOW / DAY)];
          for (const [key, count] of hour)
            assert.ok(
              count === 0 ||
                count + (key === nowHour ? usage.thisHour : 0) <= within(given.perHour),
            );
          for (const [key, count] of day)
            assert.ok(count + (key === nowDay ? usage.today : 0) <= within(given.perDay));
        },
      ),
    ));

  it("L-03 starts one after its end only where the caps left no room for it", () =>
    fc.assert(
      fc.property(renewals, rules, (items, given) => {
        const plan = planned(items, given);
        const hour = countBy(plan, HOUR);
        const day = countBy(plan, DAY);
        const room = (at: number): boolean =>
          (hour.get(Math.floor(at / HOUR)) ?? 0) < within(given.perHour) &&
          (day.get(Math.floor(at / DAY)) ?? 0) < within(given.perDay);
        for (const { renewal, late } of plan) {
          if (!late || renewal.byHand === true) continue;
          const from = Math.max(NOW, renewal.renewAt, renewal.urgentAt);
          // Every hour in which it could have been rescued was full.
          for (let at = from; at < renewal.expiresAt; at += HOUR) assert.ok(!room(at));
        }
      }),
    ));

  it("L-03 starts the one that ends sooner first, of two that may both start", () =>
    fc.assert(
      fc.property(renewals, rules, (items, given) => {
        const plan = planned(
          items.map((item) => ({ ...item, byHand: false })),
          given,
        );
        plan.forEach(({ renewal, at }, n) => {
          for (const later of plan.slice(n + 1)) {
            const saved = later.renewal.expiresAt > at;
            const could = later.renewal.renewAt <= at && saved;
            if (could && later.renewal.expiresAt < renewal.expiresAt) {
              // It could not: it was not urgent in quiet hours or ahead of the pace, and the other was.
              assert.ok(renewal.urgentAt <= at && later.renewal.urgentAt > at);
            }
          }
        });
      }),
    ));

  it("L-03 keeps quiet hours but for what is urgent or asked for by hand", () =>
    fc.assert(
      fc.property(renewals, rules, (items, given) => {
        if (given.quietHours === undefined) return;
        const quietUntil = quietReader(given.quietHours);
        for (const { renewal, at } of planned(items, given))
          if (quietUntil(at) !== undefined)
            assert.ok(renewal.byHand === true || renewal.urgentAt <= at);
      }),
    ));

  it("L-03 is the same every time, whatever the order of what it is given", () =>
    fc.assert(
      fc.property(renewals, rules, (items, given) => {
        assert.deepEqual(planned(items, given), planned(items, given));
        const times = (list: readonly DueRenewal[]): number[] =>
          planned(list, given).map(({ at }) => at);
        const calm = items.map((item) => ({ ...item, byHand: false }));
        assert.deepEqual(times(calm), times(calm.toReversed()));
      }),
    ));

  it("L-03 has by any moment not started more after an outage than without it", () =>
    fc.assert(
      fc.property(renewals, rules, hours(100), (items, given, outage) => {
        const steady = planned(items, given);
        const delayed = planned(items, given, NOW + outage);
        steady.forEach(({ at }, n) => assert.ok(delayed[n]!.at >= at));
        assert.ok(
          delayed.filter(({ late }) => late).length >= steady.filter(({ late }) => late).length,
        );
      }),
    ));

  it("L-03 does not storm after an outage: an even pace within the hour, soonest end first", () => {
    const backlog = Array.from({ length: 5000 }, (_, n) => ({
      renewAt: NOW - 10 * DAY,
      urgentAt: NOW + 15 * DAY,
      expiresAt: NOW + 20 * DAY + ((n * 7919) % 5000) * 60_000,
    }));
    const start = NOW - (NOW % HOUR);
    const plan = planned(backlog, { perHour: 600, perDay: "off", quietHours: undefined }, start);
    const ends = plan.map(({ renewal }) => renewal.expiresAt);
    assert.deepEqual(
      ends,
      [...ends].sort((a, b) => a - b),
    );
    for (const count of countBy(plan, 60_000).values()) assert.ok(count <= 10);
    assert.ok(plan.at(-1)!.at - start < (5000 / 600) * HOUR);
  });

  it("plans on through the lives that follow", () => {
    const life = 12 * HOUR;
    const one = { renewAt: NOW + HOUR, urgentAt: NOW + 2 * HOUR, expiresAt: NOW + 3 * HOUR };
    const plan = planRenewals([one], {
      now: NOW,
      rules: { perHour: "off", perDay: "off", quietHours: undefined },
      next: (_, at) => ({
        renewAt: at + life * 0.8,
        urgentAt: at + life * 0.9,
        expiresAt: at + life,
      }),
    });
    const times: number[] = [];
    for (const { at } of plan) {
      if (at > NOW + 2 * DAY) break;
      times.push((at - NOW) / HOUR);
    }
    assert.deepEqual(
      times.map((time) => Math.round(time * 10) / 10),
      [1, 10.6, 20.2, 29.8, 39.4],
    );
  });
});
