import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { conformanceWith, listCases, missingCases } from "../support/scep/list-cases.ts";

describe("SCEP conformance list", () => {
  it("has a test for each of the 67 cases", () => {
    assert.deepEqual(missingCases(listCases()), []);
  });
  it("stands in docs/scep-conformance.md as the tests are (npm run cases writes it)", () => {
    const path = new URL("../../docs/scep-conformance.md", import.meta.url);
    const document = readFileSync(path, "utf8");
    assert.equal(document, conformanceWith(document, listCases()));
  });
});
