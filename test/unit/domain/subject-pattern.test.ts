import assert from "node:assert/strict";
import fc from "fast-check";
import { KNOWN_VARIABLES, variablesOf } from "../../../plugin/domain/device-variables.ts";
import {
  patternVariables,
  renderSan,
  renderSubject,
} from "../../../plugin/domain/subject-pattern.ts";
import { refuses } from "./refuses.ts";

const CN = "2.5.4.3";
const O = "2.5.4.10";

describe("subject patterns", () => {
  it("T-19 mixes static text and variables, regardless of case", () => {
    assert.deepEqual(
      renderSubject("C=US,O=Zylker,CN=%FirstName% (%serial%) 100%%", {
        firstname: "Ada",
        serialnumber: "F2L",
      }),
      [[["2.5.4.6", "US"]], [[O, "Zylker"]], [[CN, "Ada (F2L) 100%"]]],
    );
  });

  it("T-19 lists what a pattern needs, each once", () => {
    assert.deepEqual(
      patternVariables("CN=%username%,SERIALNUMBER=%serial%,OU=%attr.Team%,O=%USERNAME%"),
      ["username", "serialnumber", "team"],
    );
    assert.deepEqual(patternVariables("CN=100%%"), []);
  });

  it("T-19 a value with separators, quotes or escapes never becomes a second attribute", () => {
    const value = fc
      .string({
        unit: fc.constantFrom(...Array.from(',+=\\"; #%CNOx')),
        minLength: 1,
        maxLength: 20,
      })
      .filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(value, (username) => {
        assert.deepEqual(renderSubject("CN=%username%,O=Example", { username }), [
          [[CN, username.trim()]],
          [[O, "Example"]],
        ]);
      }),
    );
  });

  it("T-19 a variable in a value is not looked up again", () => {
    assert.deepEqual(renderSubject("CN=%username%", { username: "%email%", email: "x" }), [
      [[CN, "%email%"]],
    ]);
  });

  for (const attributes of [{}, { username: "" }, { username: "  " }] as Record<string, string>[]) {
    it(`T-19 names the variable without a value for ${JSON.stringify(attributes)}`, () => {
      refuses("variable_without_value", /%username%/, () =>
        renderSubject("CN=%username%", attributes),
      );
      refuses("variable_without_value", /%username%/, () =>
        renderSan({ type: "upn", pattern: "%username%@example.com" }, attributes),
      );
    });
  }

  it("T-19 attributes are own ones only", () => {
    refuses("variable_without_value", /%constructor%/, () =>
      renderSubject("CN=%attr.constructor%", {}),
    );
  });

  for (const bad of ["a\u0000b", "a\nb", "a\u0085b", "\ud800", "x".repeat(1025)]) {
    it(`T-19 refuses the value ${JSON.stringify(bad.slice(0, 8))} and names the variable`, () => {
      refuses("invalid_input", /%username%/, () =>
        renderSubject("CN=%username%", { username: bad }),
      );
    });
  }

  it("T-27 refuses unknown and unfinished variables", () => {
    refuses("invalid_input", /%usrname%/, () => patternVariables("CN=%usrname%"));
    refuses("invalid_input", /CN=100 %.*no partner/, () => patternVariables("CN=100 %"));
    refuses("invalid_input", /%attr\.%/, () => patternVariables("%attr.%"));
    refuses("invalid_input", /%a b%/, () => patternVariables("%a b%"));
    for (const known of KNOWN_VARIABLES) assert.deepEqual(patternVariables(`%${known}%`), [known]);
  });

  it("T-20 renders and normalises alternative names", () => {
    const device = { email: "Ada@Example.COM", devicename: "WKS-7", sid: "S-1-5-21" };
    assert.deepEqual(renderSan({ type: "rfc822", pattern: "%email%" }, device), {
      type: "rfc822",
      value: "Ada@example.com",
    });
    assert.equal(
      renderSan({ type: "dns", pattern: "%devicename%.example.com" }, device).value,
      "wks-7.example.com",
    );
    assert.equal(
      renderSan({ type: "uri", pattern: "tag:microsoft.com,2022-09-14:sid:%sid%" }, device).value,
      "tag:microsoft.com,2022-09-14:sid:S-1-5-21",
    );
    refuses("invalid_input", /not a valid DNS name/, () =>
      renderSan({ type: "dns", pattern: "%devicename%" }, { devicename: "a b" }),
    );
  });

  it("T-19 offers platform and host id beside the attributes", () => {
    const values = variablesOf({
      platform: "apple",
      hostDeviceId: "42",
      attributes: { username: "ada", deviceid: "forged" },
    });
    assert.deepEqual(values, { platform: "apple", username: "ada", deviceid: "42" });
  });
});
