import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ALERT_KINDS, ALERT_MEASURES, standsAfter } from "../../../plugin/domain/alert-rule.ts";
import { badgeOf } from "../../../plugin/domain/expiry-badge.ts";
import { leftOut } from "../../support/left-out.ts";
import { findPromtool } from "../../support/promtool.ts";

const RULES = fileURLToPath(
  new URL("../../../templates/prometheus/countersign.rules.yml", import.meta.url),
);

describe("alert rules", () => {
  it("O-03 have hysteresis in both directions", () => {
    const walk = (
      id: (typeof ALERT_KINDS)[number],
      raise: number,
      clear: number,
      values: readonly number[],
    ) => {
      let stood = false;
      return values.map((value) => (stood = standsAfter({ id, raise, clear }, stood, value)));
    };
    assert.deepEqual(walk("ra-expiry", 14, 16, [20, 14.1, 14, 15.9, 14.5, 16, 15, 14, -3]), [
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    assert.deepEqual(walk("endpoint-failing", 20, 10, [0, 19, 20, 12, 10, 9, 15, 25]), [
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
    for (const kind of ALERT_KINDS) {
      const { worse, raise, clear } = ALERT_MEASURES[kind];
      assert.ok(worse === "below" ? clear >= raise : clear <= raise, kind);
    }
  });

  it("O-07 one badge for every end", () => {
    const now = new Date("2026-11-21T10:00:00Z");
    const in_ = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
    assert.deepEqual(
      [31, 30, 29.9, 7, 6.9, 0.1, 0, -1].map((days) => badgeOf(in_(days), now)),
      ["green", "green", "amber", "amber", "red", "red", "expired", "expired"],
    );
  });

  it("O-03 the shipped Prometheus rules watch every kind, and promtool accepts them", function () {
    const text = readFileSync(RULES, "utf8");
    for (const kind of ALERT_KINDS) assert.ok(text.includes(`{kind="${kind}"}`), kind);
    const promtool = findPromtool() ?? leftOut(this, "promtool missing");
    const said = execFileSync(promtool, ["check", "rules", RULES], { encoding: "utf8" });
    assert.match(said, /SUCCESS: 27 rules found/);
  });
});
