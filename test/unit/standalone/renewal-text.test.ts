import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { impactText } from "../../../adapters/standalone/impact-text.ts";
import { planText } from "../../../adapters/standalone/plan-text.ts";

const ROOT = join(import.meta.dirname, "../../..");
const CLI = ["--import", "./test/support/typescript.mjs", "adapters/standalone/cli.ts"];

describe("renewals on a terminal", () => {
  it("L-01 a plan is a line a week with a bar for each day, then the authorities and the warnings", () => {
    const days = Array.from({ length: 10 }, (_, n) => ({
      day: `2027-03-${String(n + 1).padStart(2, "0")}`,
      planned: n * 10,
      late: n === 9 ? 4 : 0,
      peakHour: n,
    }));
    const text = planText({
      days,
      backlog: 12,
      warnings: ["too little"],
      authorities: [
        {
          ...{ authorityId: "acme", planned: 450, late: 4, peakHour: 9 },
          rules: { perHour: 9, perDay: "off" },
        },
      ],
    });
    const lines = text.split("\n");
    assert.match(lines[0]!, /^week of +by day +renewals +busiest day +busiest hour +too late$/);
    assert.match(lines[1]!, /^2027-03-01 {3}▁▂▃▄▄▅ +210 +60 +6 +0$/);
    assert.match(lines[2]!, /^2027-03-08 {2}▆▇█ +240 +90 +9 +4$/);
    assert.match(text, /\nacme +450 +9 +4 +9 +off\n\n12 are due already\.\nWarning: too little\n$/);
  });

  it("an impact says how many, when, and who fails why", () => {
    const text = impactText({
      templateId: "wifi",
      ...{ version: 4, fields: ["subject"], deployments: 3, rekeyed: 2, failing: 1, whole: true },
      failures: [{ deviceId: "d", hostDeviceId: "h", code: "lint_failed", detail: "too long" }],
      days: [{ day: "2027-03-01", planned: 2, late: 0, peakHour: 1 }],
      warnings: ["too narrow"],
    });
    assert.match(
      text,
      /^version 4: subject\n2 of 3 devices would be re-keyed, 1 would fail\nWarning: too narrow\n/,
    );
    assert.match(text, /\n2027-03-01 +2\n/);
    assert.match(text, /\nd +h +lint_failed +too long\n$/);
  });

  it("simulate writes its chart and page, and ends with 1 when a plan does not hold", async () => {
    const folder = await mkdtemp(join(tmpdir(), "countersign-simulate-"));
    const [svg, html] = [join(folder, "year.svg"), join(folder, "year.html")];
    const run = (...more: string[]) =>
      promisify(execFile)(
        process.execPath,
        [...CLI, "simulate", "--devices", "200", "--seed", "3", ...more],
        { cwd: ROOT },
      );
    try {
      const { stdout, stderr } = await run("--svg", svg, "--html", html);
      assert.match(stdout, /expired though reachable +0 +\d+\n/);
      assert.match(stderr, /365\/365 days, cap and spread off/);
      assert.match(await readFile(svg, "utf8"), /^<svg/);
      assert.match(await readFile(html, "utf8"), /^<!doctype html>/);
      const failed = run("--no-compare", "--per-hour", "1", "--per-day", "1", "--json");
      await assert.rejects(failed, (error: { code: number; stdout: string }) => {
        assert.equal(error.code, 1);
        const [figures] = JSON.parse(error.stdout) as [{ expired: { reachable: number } }];
        assert.ok(figures.expired.reachable > 0);
        return true;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
