import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { consolesText, fieldCount } from "../support/consoles-document.ts";
import { apiReferenceText, file, manifestText } from "../support/manifest.ts";
import { deploymentsText } from "../support/states-document.ts";

describe("generated files", () => {
  it("manifest.json is what the code makes it (npm run manifest)", () => {
    assert.equal(readFileSync(file("manifest.json"), "utf8"), manifestText());
  });

  it("docs/api.md lists the routes there are (npm run manifest)", () => {
    assert.equal(readFileSync(file("docs/api.md"), "utf8"), apiReferenceText());
  });

  it("docs/consoles.md names every field of every console (npm run manifest)", () => {
    const text = consolesText();
    assert.equal(readFileSync(file("docs/consoles.md"), "utf8"), text);
    const rows = text.split("\n").filter((line) => /^\|.*\|.*\|.*\|.*\|$/.test(line));
    assert.ok(rows.length >= fieldCount());
  });

  it("L-03 docs/deployments.md is the table of states that the code runs by (npm run manifest)", () => {
    assert.equal(readFileSync(file("docs/deployments.md"), "utf8"), deploymentsText());
  });

  it("the schema in the manifest takes no secret as plain text", () => {
    const { configSchema } = JSON.parse(manifestText());
    const { passphrase } = configSchema.properties.keys.items.anyOf[0].properties;
    assert.deepEqual(
      passphrase.anyOf.map((form: { type?: string }) => form.type ?? "never"),
      ["object", "object", "never"],
    );
  });
});
