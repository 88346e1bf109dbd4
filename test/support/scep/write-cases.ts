import { readFileSync, writeFileSync } from "node:fs";
import { conformanceWith, listCases, missingCases } from "./list-cases.ts";

const path = new URL("../../../docs/scep-conformance.md", import.meta.url);
const cases = listCases();
writeFileSync(path, conformanceWith(readFileSync(path, "utf8"), cases));
const missing = missingCases(cases);
for (const [number, tests] of [...cases].sort(([a], [b]) => a - b))
  console.log(`case ${number.toString().padStart(2, "0")}: ${tests.length} tests`);
if (missing.length > 0) {
  console.error(`no test for case ${missing.join(", ")}`);
  process.exitCode = 1;
}
