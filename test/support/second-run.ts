import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";

/**
 * Runs the files of failed tests once more: `node second-run.ts <TEST_REPORT of the first run>`.
 *
 * Real browsers, token processes and databases share a CI machine with whatever else runs there. A test that passes when its file runs alone is
 * named on the way, to be mended as a race; one that fails again, or more than `FEW` files at once, is red.
 */
const FEW = 4;

interface Outcome {
  readonly title: string;
  readonly file?: string;
  readonly outcome: "pass" | "fail" | "pending";
}

const read = (path: string): readonly Outcome[] =>
  JSON.parse(readFileSync(path, "utf8")) as readonly Outcome[];
const titles = (outcomes: readonly Outcome[], wanted: Outcome["outcome"]): readonly string[] =>
  outcomes.filter(({ outcome }) => outcome === wanted).map(({ title }) => title);

const close = (outcomes: readonly Outcome[]): never => {
  const [passed, failed, skipped] = (["pass", "fail", "pending"] as const).map(
    (wanted) => titles(outcomes, wanted).length,
  );
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return process.exit(failed === 0 ? 0 : 1);
};

const report = process.argv[2];
if (report === undefined) throw new Error("Name the report of the first run.");
const first = read(report);
const failed = first.filter(({ outcome }) => outcome === "fail");
const files = new Set(failed.map(({ file }) => file));
if (failed.length === 0 || files.size > FEW || files.has(undefined)) close(first);

process.stdout.write(`\nOnce more, each file by itself: ${[...files].join(", ")}\n`);
const again = [...files].flatMap((file) => {
  rmSync(report);
  spawnSync("npx", ["mocha", file ?? ""], { stdio: "inherit" });
  // A run that broke off has shown nothing: what failed stays failed.
  return existsSync(report) ? read(report) : first.filter((one) => one.file === file);
});
for (const title of titles(failed, "fail"))
  if (!titles(again, "fail").includes(title))
    process.stdout.write(`Failed at first, passed by itself: ${title}\n`);
close([...first.filter(({ file }) => !files.has(file)), ...again]);
