import assert from "node:assert/strict";
import { CLIENT_RULES } from "../../plugin/domain/client-detection.ts";
import { CLIENT_PROFILES } from "../../plugin/domain/endpoint.ts";
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
  it("docs/scep.md names every profile, every client that is detected, and every setting for them", () => {
    const text = readFileSync(new URL("../../docs/scep.md", import.meta.url), "utf8");
    for (const profile of CLIENT_PROFILES) assert.ok(text.includes(`\`${profile}\``), profile);
    for (const { name } of CLIENT_RULES)
      assert.match(text, new RegExp(`^\\| (?:micromdm )?${name}`, "im"), name);
    for (const setting of ["acceptGcm", "signingTimeTolerance", "foreignRenewal", "ndesEndpoint"])
      assert.ok(text.includes(`\`${setting}\``), setting);
  });
});
