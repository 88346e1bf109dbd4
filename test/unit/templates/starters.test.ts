import assert from "node:assert/strict";
import { KEY_ALGORITHMS } from "../../../plugin/domain/algorithm.ts";
import { SAN_TYPES } from "../../../plugin/domain/san.ts";
import { renderSan, renderSubject } from "../../../plugin/domain/subject-pattern.ts";
import { templateNotes, templateProblems } from "../../../plugin/domain/template-check.ts";
import { KEY_STORAGES, KEY_USAGES } from "../../../plugin/domain/template.ts";
import { starterTemplates } from "../../../templates/certificate/starters.ts";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const MEMBERS = [
  "allowDuplicates",
  "allowedExtendedKeyUsages",
  "attempts",
  "autoRenewal",
  "backdate",
  "beyondAuthority",
  "challengeLifetime",
  "challengeMode",
  "delivery",
  "description",
  "extendedKeyUsages",
  "id",
  "keyAlgorithms",
  "keyStorage",
  "keyUsages",
  "maxValidity",
  "name",
  "oldCertificate",
  "pkcs12Encoding",
  "policies",
  "pushedChallengeLifetime",
  "renewalGrace",
  "renewalSpread",
  "renewalWindow",
  "sans",
  "scepRenewal",
  "subject",
  "validity",
];
const among = <T>(values: readonly T[], known: readonly T[]): boolean =>
  values.every((value) => known.includes(value));

describe("starter templates", () => {
  it("T-26 S/MIME has a template for signing, with non-repudiation, and another one for encryption", () => {
    const [signing, encryption] = ["smime-signing", "smime-encryption"].map((id) =>
      starterTemplates().find((template) => template.id === id),
    );
    assert.deepEqual(signing?.keyUsages, ["digitalSignature", "nonRepudiation"]);
    assert.deepEqual(encryption?.keyUsages, ["keyEncipherment"]);
    for (const starter of [signing, encryption]) {
      assert.deepEqual(starter.extendedKeyUsages, ["1.3.6.1.5.5.7.3.4"]);
      assert.deepEqual(starter.sans, [{ type: "rfc822", pattern: "%email%" }]);
    }
  });

  it("T-24 Wi-Fi and VPN have clientAuth set", () => {
    for (const id of ["wifi-eap-tls", "vpn"]) {
      const starter = starterTemplates().find((template) => template.id === id);
      assert.ok(starter?.extendedKeyUsages.includes(CLIENT_AUTH), id);
    }
  });

  for (const starter of starterTemplates()) {
    it(`T-27 ${starter.id} is a whole template that can issue, also with a static challenge`, () => {
      assert.deepEqual(Object.keys(starter).sort(), MEMBERS);
      assert.match(starter.id, /^[a-z0-9-]{2,64}$/);
      assert.ok(starter.name.length > 0 && starter.description.length > 0);
      assert.ok(among(starter.keyAlgorithms, KEY_ALGORITHMS));
      assert.ok(among(starter.keyUsages, KEY_USAGES));
      assert.ok(KEY_STORAGES.includes(starter.keyStorage));
      assert.ok(
        among(
          starter.sans.map(({ type }) => type),
          SAN_TYPES,
        ),
      );
      assert.ok(["refuse", "shorten"].includes(starter.beyondAuthority));
      assert.equal(starter.allowDuplicates, true);
      assert.deepEqual(templateProblems(starter), []);
      assert.deepEqual(templateProblems({ ...starter, challengeMode: "static" }), []);
      assert.deepEqual(templateNotes(starter), []);
    });

    it(`T-19 ${starter.id} renders for a device with the usual attributes`, () => {
      const device = {
        ...{ username: "ada", firstname: "Ada", lastname: "L", serialnumber: "F2L" },
        ...{ email: "ada@example.com", upn: "ada@example.com" },
      };
      assert.notEqual(renderSubject(starter.subject, device).length, 0);
      for (const san of starter.sans) assert.equal(renderSan(san, device).value, "ada@example.com");
    });
  }
});
