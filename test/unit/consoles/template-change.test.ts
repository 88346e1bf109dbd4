import assert from "node:assert/strict";
import { templateChange } from "../../../plugin/console/views/shapes/template-change.ts";
import { BLANK_TEMPLATE } from "../../../plugin/domain/console/model.ts";
import { inputOf } from "../../../plugin/services/consoles/template-model.ts";

describe("console: what of a template's form a draft and a command carry", () => {
  const blank = {
    ...{ ...BLANK_TEMPLATE, name: "Wi-Fi", authorityId: "lab", profileId: "smime" },
    requiredDomain: "example.org",
  };
  const model = blank as unknown as Parameters<typeof templateChange>[0];

  it("P-08 is all that saving the form would save", () => {
    const saved = Object.keys(inputOf(blank, "wifi")).filter((member) => member !== "id");
    assert.deepEqual(Object.keys(templateChange({}, model)).sort(), saved.sort());
  });

  it("is what differs; an empty profile is taken away, and another empty field stays as it was", () => {
    assert.deepEqual(templateChange(model, model), {});
    const after = { ...model, profileId: "", name: "", autoRenewal: false };
    assert.deepEqual(templateChange(model, after), { profileId: null, autoRenewal: false });
    assert.deepEqual(templateChange({ ...model, profileId: "" }, { ...model, profileId: "" }), {});
    assert.equal("profileId" in templateChange({}, { ...model, profileId: "" }), false);
  });
});
