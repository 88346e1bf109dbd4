import assert from "node:assert/strict";
import { DEFAULT_ATTEMPTS } from "../../../plugin/domain/attempt-policy.ts";
import {
  templateNotes,
  templateProblems,
  type TemplateDraft,
} from "../../../plugin/domain/template-check.ts";

const sound: TemplateDraft = {
  subject: "CN=%username%,C=US",
  sans: [{ type: "upn", pattern: "%email%" }],
  keyAlgorithms: ["rsa-2048"],
  keyUsages: ["digitalSignature", "keyEncipherment"],
  extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
  allowedExtendedKeyUsages: [],
  validity: "P1Y",
  maxValidity: "P1Y",
  beyondAuthority: "refuse",
  backdate: "PT30M",
  delivery: "scep",
  pkcs12Encoding: "by-platform",
  challengeMode: "dynamic",
  challengeLifetime: "PT1H",
  pushedChallengeLifetime: "P1D",
  attempts: DEFAULT_ATTEMPTS,
  keyStorage: "tpm-else-software",
  renewalWindow: "P30D",
  scepRenewal: "any-time",
  renewalGrace: "PT0S",
  autoRenewal: true,
  renewalSpread: "50%",
  oldCertificate: "keep",
  policies: [{ oid: "2.16.840.1.101.2.1", cps: "https://example.com/cps" }],
  allowDuplicates: true,
};
const now = new Date("2025-06-01T00:00:00Z");
const authority = { now, notAfter: new Date("2026-01-01T00:00:00Z") };

describe("template check", () => {
  it("T-27 finds nothing in a sound template", () => {
    assert.deepEqual(templateProblems(sound), []);
    assert.deepEqual(templateProblems(sound, { now, notAfter: new Date("2030-01-01") }), []);
    assert.deepEqual(templateProblems(sound, { now, notAfter: undefined }), []);
  });

  const faults: readonly (readonly [string, Partial<TemplateDraft>, string, RegExp])[] = [
    ["an unreadable subject", { subject: "CN=" }, "subject", /no value/],
    ["an unknown attribute", { subject: "XY=a" }, "subject", /XY/],
    ["an unknown variable", { subject: "CN=%usrname%" }, "subject", /%usrname%/],
    ["a country of three letters", { subject: "CN=a,C=USA" }, "subject", /two letters/],
    ["a common name too long", { subject: `CN=${"x".repeat(65)}` }, "subject", /64 characters/],
    [
      "a common name too long whatever the variable holds",
      { subject: `CN=${"x".repeat(65)}%username%` },
      "subject",
      /64 characters/,
    ],
    ["a domain component outside ASCII", { subject: "CN=a,DC=käse" }, "subject", /DC holds ASCII/],
    ["a serial number with *", { subject: "CN=a,SERIALNUMBER=*" }, "subject", /letters, digits/],
    [
      "any extended key usage",
      { extendedKeyUsages: ["2.5.29.37.0"] },
      "extendedKeyUsages.0",
      /never issued/,
    ],
    [
      "OCSP signing for the asking",
      { allowedExtendedKeyUsages: ["1.3.6.1.5.5.7.3.9"] },
      "allowedExtendedKeyUsages.0",
      /responders alone/,
    ],
    [
      "a policy twice",
      { policies: [{ oid: "1.2.3" }, { oid: "1.2.3" }] },
      "policies.1.oid",
      /stands twice/,
    ],
    ["neither subject nor SAN", { subject: "", sans: [] }, "subject", /subject or/],
    [
      "neighbouring variables under a static challenge",
      { subject: "CN=%username%%udid%", challengeMode: "static" },
      "subject",
      /between/,
    ],
    [
      "an unknown variable in a SAN",
      { sans: [{ type: "dns", pattern: "%x%" }] },
      "sans.0.pattern",
      /%x%/,
    ],
    [
      "a static SAN that is none",
      { sans: [{ type: "dns", pattern: "a b" }] },
      "sans.0.pattern",
      /DNS/,
    ],
    ["an empty SAN", { sans: [{ type: "dns", pattern: "" }] }, "sans.0.pattern", /empty/],
    ["no key algorithm", { keyAlgorithms: [] }, "keyAlgorithms", /no key/],
    [
      "keyEncipherment with EC keys only",
      { keyAlgorithms: ["ec-p256", "ec-p384"] },
      "keyUsages.1",
      /RSA/,
    ],
    [
      "dataEncipherment with EC keys only",
      { keyAlgorithms: ["ec-p256"], keyUsages: ["dataEncipherment"] },
      "keyUsages.0",
      /RSA/,
    ],
    ["keyAgreement with RSA keys only", { keyUsages: ["keyAgreement"] }, "keyUsages.0", /EC/],
    ["no key usage", { keyUsages: [] }, "keyUsages", /at least one/],
    ["keyCertSign", { keyUsages: ["keyCertSign"] }, "keyUsages.0", /authorities/],
    ["cRLSign", { keyUsages: ["digitalSignature", "cRLSign"] }, "keyUsages.1", /authorities/],
    ["an EKU by name", { extendedKeyUsages: ["clientAuth"] }, "extendedKeyUsages.0", /clientAuth/],
    [
      "an allowed EKU that is no OID",
      { allowedExtendedKeyUsages: ["1.40.1"] },
      "allowedExtendedKeyUsages.0",
      /1\.40\.1/,
    ],
    ["a policy that is no OID", { policies: [{ oid: "x" }] }, "policies.0.oid", /x/],
    [
      "a CPS that is no URI",
      { policies: [{ oid: "1.2.3", cps: "here" }] },
      "policies.0.cps",
      /URI/,
    ],
    ["an unreadable validity", { validity: "1y" }, "validity", /ISO 8601/],
    ["an empty validity", { validity: "PT0S" }, "validity", /empty/],
    ["a life past the year 9999", { maxValidity: "P9999Y" }, "maxValidity", /9999/],
    ["a validity above the maximum", { validity: "P2Y" }, "validity", /maxValidity/],
    ["a window as long as the life", { renewalWindow: "P12M" }, "renewalWindow", /not less/],
    ["an unreadable window", { renewalWindow: "often" }, "renewalWindow", /often/],
    ["an unreadable backdate", { backdate: "-PT1M" }, "backdate", /ISO 8601/],
    ["a backdate of a month", { backdate: "P1M" }, "backdate", /7 days/],
    ["a challenge of a second", { challengeLifetime: "PT1S" }, "challengeLifetime", /1 minute/],
    ["a challenge of a year", { challengeLifetime: "P1Y" }, "challengeLifetime", /90 days/],
  ];
  for (const [name, change, path, message] of faults) {
    it(`T-27 refuses ${name} and names the field`, () => {
      const problems = templateProblems({ ...sound, ...change });
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problems[0]?.message ?? "", message);
    });
  }

  it("T-27 refuses a validity beyond the CA unless it may be shortened", () => {
    assert.deepEqual(
      templateProblems(sound, authority).map(({ path }) => path),
      ["validity"],
    );
    assert.deepEqual(templateProblems({ ...sound, beyondAuthority: "shorten" }, authority), []);
  });

  it("T-16 usage conflicts count only when every allowed key has them", () => {
    const both: TemplateDraft = { ...sound, keyAlgorithms: ["rsa-2048", "ec-p256"] };
    assert.deepEqual(templateProblems(both), []);
    assert.deepEqual(templateProblems({ ...both, keyUsages: ["keyAgreement"] }), []);
  });

  it("T-27 reports every fault at once", () => {
    const problems = templateProblems({
      ...sound,
      subject: "CN=",
      keyAlgorithms: [],
      validity: "x",
    });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["subject", "keyAlgorithms", "validity"],
    );
  });

  it("P-04 P-05 says in a note, not as a fault, that EC alone serves neither Apple nor Windows over SCEP", () => {
    assert.deepEqual(
      templateNotes({ delivery: "scep", keyAlgorithms: ["ec-p256"] }).map(({ path }) => path),
      ["keyAlgorithms"],
    );
    const both = ["ec-p256", "rsa-2048"] as const;
    assert.deepEqual(templateNotes({ delivery: "scep", keyAlgorithms: both }), []);
    assert.deepEqual(templateNotes({ delivery: "pkcs12", keyAlgorithms: ["ec-p256"] }), []);
  });
});
