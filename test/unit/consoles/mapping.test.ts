import assert from "node:assert/strict";
import { consoleShapes } from "../../../adapters/consoles/consoles.ts";
import { GUID } from "../../../adapters/consoles/fields.ts";
import { formProblems } from "../../../plugin/domain/console/check.ts";
import { fromPattern, toPattern } from "../../../plugin/domain/console/dialect.ts";
import {
  type ConsoleField,
  type FieldValues,
  isShown,
} from "../../../plugin/domain/console/form.ts";
import { BLANK_CA_SERVER, BLANK_TEMPLATE } from "../../../plugin/domain/console/model.ts";
import { noExtra, readForm, writeForm } from "../../../plugin/domain/console/shape.ts";
import { CountersignError } from "../../../plugin/errors.ts";
import { fieldsOf } from "../../../plugin/sdk.ts";

const shapeOf = (id: string) => consoleShapes().find((shape) => shape.id === id)!;

/** The template that a console's form means. */
const meant = (id: string, values: FieldValues) => {
  const { template } = shapeOf(id);
  return writeForm(template, 1, { model: BLANK_TEMPLATE, extra: noExtra(1) }, values).model;
};

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (thrown) {
    assert.ok(thrown instanceof CountersignError && thrown.code === "invalid_input");
    return thrown.detail;
  }
  return assert.fail("nothing was refused");
};

describe("console shapes, what their fields mean", () => {
  it("R-05 Entrust's six types and its identifiers, and ACME refused with the reason", () => {
    const { template } = shapeOf("entrust");
    const type = fieldsOf(template).find(({ name }) => name === "configType");
    assert.deepEqual(
      type?.choices?.map(({ label }) => label),
      ["ACME", "MDM Intune", "MDM Jamf", "MDM Workspace ONE", "MDM Ivanti", "MDM IBM MaaS360"],
    );
    const form = {
      ...{ configType: "jamf", configId: "mdm-config_01", digitalId: "id-01" },
      ...{ rdnFormat: "CN=<igusername>", parentDn: "O=Acme", caId: "sub-1" },
      ...{ profileId: "mdmws-digital-signature", keySize: "2048", userName: "user-02" },
    };
    const model = meant("entrust", form);
    assert.deepEqual([model.name, model.authorityId], ["id-01", "sub-1"]);
    for (const configType of ["intune", "workspace-one", "ivanti", "maas360"])
      assert.equal(meant("entrust", { ...form, configType }).name, "id-01");
    const problems = (change: FieldValues): string =>
      formProblems(fieldsOf(template), { ...form, ...change })
        .map(({ path, message }) => `${path}: ${message}`)
        .join("\n");
    assert.equal(problems({}), "");
    assert.match(problems({ configType: "acme" }), /^fields\.configType: .*no ACME server/);
    for (const configId of ["a", "Upper", "with space", "a".repeat(19), "dot.ted"])
      assert.match(problems({ configId }), /^fields\.configId: 2 to 18/);
  });

  it("F-02 F-03 F-04 ManageEngine's template", () => {
    const model = meant("manageengine", {
      server: "main",
      templateName: "Wi-Fi",
      subject: "C=US,O=Zylker,OU=Zylker,CN=%FirstName%",
      sanType: "rfc822",
      sanValue: "%email%",
      ntPrincipalName: "%username%@zylker.example",
      challengeType: "static",
      challengePassword: "Zylker2026",
      keySize: "2048",
      digitalSignature: true,
      keyEncipherment: false,
      failedAttempts: 3,
      attemptInterval: 10,
      autoRenewal: true,
      renewalDays: 14,
    });
    assert.deepEqual(model, {
      ...BLANK_TEMPLATE,
      authorityId: "main",
      name: "Wi-Fi",
      subject: "C=US,O=Zylker,OU=Zylker,CN=%firstname%",
      sans: [
        { type: "rfc822", pattern: "%email%" },
        { type: "upn", pattern: "%username%@zylker.example" },
      ],
      challengeMode: "static",
      secret: "Zylker2026",
      keyUsages: ["digitalSignature"],
      attempts: { ...BLANK_TEMPLATE.attempts, limit: 3, interval: "PT10M" },
      renewalWindow: "P14D",
    });
  });

  it("F-03 F-04 ManageEngine's attempts and its renewal switch are ours, not only kept", () => {
    const model = meant("manageengine", {
      ...{ failedAttempts: null, attemptInterval: null, autoRenewal: false },
    });
    assert.equal(model.autoRenewal, false);
    assert.deepEqual([model.attempts.limit, model.attempts.interval], [0, "PT0S"]);
    assert.equal(meant("workspace-one", { autoRenewal: false }).autoRenewal, false);
  });

  it("L-05 F-03 a lock and a wipe are fields, and what they say in other words stays as it was", () => {
    for (const id of ["manageengine", "countersign"]) {
      const { attempts } = meant(id, { attemptLock: 90, attemptWipe: true });
      assert.deepEqual(attempts, { ...BLANK_TEMPLATE.attempts, lock: "PT90M", wipe: true }, id);
      assert.deepEqual(meant(id, { failedAttempts: 4, attemptLimit: 4 }).attempts, {
        ...BLANK_TEMPLATE.attempts,
        limit: 4,
      });
    }
  });

  it("L-08 Countersign's own form says what each event does, and a rule that holds anyway is not written down", () => {
    const { template } = shapeOf("countersign");
    const shown = readForm(template, { model: BLANK_TEMPLATE, extra: noExtra(1) });
    assert.deepEqual(
      ["wiped", "unenrolled", "compromised", "lost", "userDisabled"].map((on) => shown[`on-${on}`]),
      [
        ...["cessationOfOperation", "cessationOfOperation", "keyCompromise"],
        ...["certificateHold", "certificateHold"],
      ],
    );
    const rules = { "on-lost": "keep", "on-wiped": "superseded" };
    const ruled = writeForm(template, 1, { model: BLANK_TEMPLATE, extra: noExtra(1) }, rules);
    assert.deepEqual(ruled.model.revocation, { wiped: "superseded", lost: "keep" });
    const back = writeForm(template, 1, ruled, { "on-lost": "certificateHold" });
    assert.deepEqual(back.model.revocation, { wiped: "superseded" });
    const refused = faults(fieldsOf(template), { "on-wiped": "keep", "on-lost": "keep" }).join();
    assert.match(refused, /on-wiped: "keep" is none of/);
    assert.doesNotMatch(refused, /on-lost/);
  });

  it("F-06 F-07 DigiCert ONE's template", () => {
    const model = meant("digicert-one", {
      templateName: "Users",
      issuingCa: "main",
      authenticationMethod: "global-enrollment-code",
      enrollmentCode: "Code12345",
      validityPeriod: 47,
      validityUnit: "Days",
      keySize: "4096",
      allowDuplicates: false,
      extendedKeyUsage: [{ name: "Server Authentication", oid: "" }],
    });
    assert.equal(model.challengeMode, "static");
    assert.equal(model.secret, "Code12345");
    assert.equal(model.validity, "P47D");
    assert.deepEqual(model.keyAlgorithms, ["rsa-4096"]);
    assert.equal(model.allowDuplicates, false);
    assert.deepEqual(model.extendedKeyUsages, ["1.3.6.1.5.5.7.3.1"]);
  });

  it("F-09 F-10 F-11 Jamf's SCEP payload, Dynamic-Entrust kept beside a dynamic challenge", () => {
    const values = {
      authority: "main",
      profileName: "Wi-Fi",
      subject: "O=Company, CN=$SERIALNUMBER, CN=$PROFILE_IDENTIFIER",
      sanType: "NT Principal Name",
      sanValue: "$EMAIL",
      challengeType: "dynamic-entrust",
      keySize: "4096",
    };
    const { template } = shapeOf("jamf");
    const shaped = writeForm(template, 1, { model: BLANK_TEMPLATE, extra: noExtra(1) }, values);
    assert.equal(
      shaped.model.subject,
      "O=Company, CN=%serialnumber%, CN=%attr.profile_identifier%",
    );
    assert.deepEqual(shaped.model.sans, [{ type: "upn", pattern: "%email%" }]);
    assert.equal(shaped.model.challengeMode, "dynamic");
    assert.equal(readForm(template, shaped)["challengeType"], "dynamic-entrust");
  });

  it("F-12 F-13 F-14 Intune's SCEP profile, variables regardless of case", () => {
    const model = meant("intune", {
      name: "Devices",
      subjectNameFormat: "CN={{aad_device_id}}",
      subjectAlternativeName: [
        { type: "DNS", value: "{{AAD_DEVICE_ID}}" },
        {
          type: "Uniform Resource Identifier (URI)",
          value: "tag:microsoft.com,2022-09-14:sid:{{OnPremisesSecurityIdentifier}}",
        },
      ],
      validity: 1,
      validityUnit: "Years",
      keyStorageProvider: "software",
      renewalThreshold: 25,
    });
    assert.equal(model.subject, "CN=%attr.aad_device_id%");
    assert.deepEqual(model.sans, [
      { type: "dns", pattern: "%attr.aad_device_id%" },
      { type: "uri", pattern: "tag:microsoft.com,2022-09-14:sid:%sid%" },
    ]);
    assert.equal(model.keyStorage, "software");
    assert.equal(model.renewalWindow, "25%");
  });

  it("F-20 F-24 Workspace ONE's and Ivanti's templates", () => {
    assert.equal(
      meant("workspace-one", { subjectName: "CN={EmailUserName},O={EmailDomain}" }).subject,
      "CN=%emailusername%,O=%emaildomain%",
    );
    assert.equal(meant("workspace-one", { keyLocation: "Hardware" }).keyStorage, "tpm");
    const ivanti = meant("ivanti", {
      profileId: "mdmws-p12-digital-signature",
      subject: "CN=${userUPN},OU=${costCentre}",
      sans: [{ type: "DNS Name", value: "${deviceSN}.example" }],
    });
    assert.equal(ivanti.profileId, "mdmws-p12-digital-signature");
    assert.equal(ivanti.subject, "CN=%upn%,OU=%attr.costcentre%");
    assert.deepEqual(ivanti.sans, [{ type: "dns", pattern: "%serialnumber%.example" }]);
  });

  it("F-26 MaaS360 writes names with slashes", () => {
    const model = meant("maas360", { subjectName: "/CN=%uname%/emailAddress=%email%" });
    assert.equal(model.subject, "CN=%username%,emailAddress=%email%");
    assert.equal(
      meant("maas360", { subjectName: "/O=A, B\\/C/CN=%csn%" }).subject,
      "O=A\\, B/C,CN=%serialnumber%",
    );
    const { template } = shapeOf("maas360");
    const shown = readForm(template, {
      model: { ...BLANK_TEMPLATE, subject: "CN=%username%,O=A\\, B/C" },
      extra: noExtra(1),
    });
    assert.equal(shown["subjectName"], "/CN=%uname%/O=A, B\\/C");
  });

  it("D-04 F-30 Entrust appends the parent DN to the RDN format", () => {
    const model = meant("entrust", {
      rdnFormat: "CN=<igusername> <var1> Static,OU=Fix",
      parentDn: "O=Example,C=DE",
      profileId: "mdmws-digital-signature",
      caId: "sub-1",
    });
    assert.equal(model.subject, "CN=%username% %attr.var1% Static,OU=Fix,O=Example,C=DE");
    const shown = readForm(shapeOf("entrust").template, {
      model: { ...BLANK_TEMPLATE, subject: "CN=%username%,O=Example\\, Inc,C=DE" },
      extra: noExtra(1),
    });
    assert.equal(shown["rdnFormat"], "CN=<igusername>");
    assert.equal(shown["parentDn"], "O=Example\\, Inc,C=DE");
  });

  it("F-28 F-29 Entrust's authority and F-17 Jellyfish's configuration", () => {
    const { caServer } = shapeOf("entrust");
    const { model } = writeForm(
      caServer,
      1,
      { model: BLANK_CA_SERVER, extra: noExtra(1) },
      {
        type: "intermediate",
        identifier: "inter-1",
        friendlyName: "Intermediate",
        parent: "root-1",
        signingKey: "ec-p384",
        expiryDate: "2036-01-01T00:00:00.000Z",
        enableCrl: false,
        subject: "CN=Intermediate,O=Example",
      },
    );
    assert.deepEqual(model, {
      ...BLANK_CA_SERVER,
      kind: "intermediate",
      id: "inter-1",
      name: "Intermediate",
      parentId: "root-1",
      keyAlgorithm: "ec-p384",
      notAfter: "2036-01-01T00:00:00.000Z",
      crlEnabled: false,
      subject: "CN=Intermediate,O=Example",
    });
    const jellyfish = shapeOf("jellyfish").caServer;
    const configured = writeForm(
      jellyfish,
      1,
      { model: BLANK_CA_SERVER, extra: noExtra(1) },
      {
        configurationName: "Intune",
        ca: "main",
        template: ["wifi"],
        enabled: true,
      },
    ).model;
    assert.deepEqual(
      [configured.id, configured.name, configured.templateIds, configured.enabled],
      ["main", "Intune", ["wifi"], true],
    );
  });

  /** What is wrong with a filled-in form, by field. */
  const faults = (fields: readonly ConsoleField[], values: FieldValues): readonly string[] =>
    formProblems(fields, values).map(({ path, message }) => `${path}: ${message}`);

  it("F-13 F-14 Intune's predefined values stand for their identifiers, and a usage without one is refused by name", () => {
    const { template } = shapeOf("intune");
    const shown = readForm(template, { model: BLANK_TEMPLATE, extra: noExtra(1) });
    assert.deepEqual(shown["extendedKeyUsage"], [
      {
        ...{ name: "Client Authentication", oid: "1.3.6.1.5.5.7.3.2" },
        predefined: "Client Authentication",
      },
    ]);
    const rows = [
      { name: "", oid: "", predefined: "Server Authentication" },
      { name: "Mine", oid: "1.2.3.4", predefined: "" },
      { name: "Nobody's", oid: "", predefined: "" },
    ];
    assert.deepEqual(meant("intune", { extendedKeyUsage: rows }).extendedKeyUsages, [
      ...["1.3.6.1.5.5.7.3.1", "1.2.3.4", "Nobody's"],
    ]);
  });

  it("F-20 Workspace ONE refuses & and = in the value of a variable, and a name without its kind is not passed over", () => {
    const fields = fieldsOf(shapeOf("workspace-one").template);
    const begun = readForm(shapeOf("workspace-one").template, {
      model: BLANK_TEMPLATE,
      extra: noExtra(1),
    });
    const form = {
      ...{ ...begun, name: "x", authority: "main", subjectName: "CN={EnrollmentUser}" },
      ...{ caType: "Entrust", managedCa: "main", profileName: "mdmws-digital-signature" },
      rdnVariables: [{ name: "var1", value: "{EmailAddress}" }],
    };
    const bad = [
      { name: "var1", value: "{EmailAddress}" },
      { name: "var2", value: "a=b" },
    ];
    assert.deepEqual(faults(fields, { ...form, rdnVariables: bad.slice(0, 1) }), []);
    assert.match(
      faults(fields, { ...form, rdnVariables: bad })[0]!,
      /^fields\.rdnVariables: line 2/,
    );
    const untyped = faults(fields, { ...form, sans: [{ type: "", value: "a.example" }] });
    assert.match(untyped[0]!, /^fields\.sans: line 1, SAN Type: must be filled in/);
    const other = faults(fields, { ...form, sans: [{ type: "Fax", value: "1" }] });
    assert.match(other[0]!, /"Fax" is none of Email Address/);
    assert.deepEqual(faults(fields, { ...form, sans: [{ type: "", value: "" }] }), []);
  });

  it("F-06 DigiCert ONE takes names from the request: what they must look like is a field, not hidden", () => {
    const made = meant("digicert-one", {
      subject: "CN=%username%,O=Example",
      sans: [{ type: "rfc822", value: "%email%" }],
    });
    assert.equal(made.subject, "CN=%username%,O=Example");
    assert.deepEqual(made.sans, [{ type: "rfc822", pattern: "%email%" }]);
  });

  it("F-28 K-01 Entrust's signing keys fix key, padding and hash under one label", () => {
    const { caServer } = shapeOf("entrust");
    const blank = { model: BLANK_CA_SERVER, extra: noExtra(1) };
    const field = fieldsOf(caServer).find(({ name }) => name === "signingKey");
    const labels = field?.choices?.map(({ label }) => label) ?? [];
    assert.deepEqual(labels.slice(0, 9), [
      ...["RSA-2048+PKCS15-SHA256", "RSA-2048+PSS-SHA256", "RSA-3072+PKCS15-SHA256"],
      ...["RSA-3072+PSS-SHA256", "RSA-4096+PKCS15-SHA512", "RSA-4096+PSS-SHA512"],
      ...["ECDSAP256+SHA256", "ECDSAP384+SHA384", "ECDSAP521+SHA512"],
    ]);
    const { model } = writeForm(caServer, 1, blank, { signingKey: "rsa-4096-pss" });
    assert.deepEqual([model.keyAlgorithm, model.signature], ["rsa-4096", "pss"]);
    assert.equal(readForm(caServer, { ...blank, model })["signingKey"], "rsa-4096-pss");
  });

  it("F-16 F-31 Intune's identifiers are asked for where they are used, and must be GUIDs", () => {
    const jellyfish = fieldsOf(shapeOf("jellyfish").caServer);
    const named = { configurationName: "Main" };
    assert.deepEqual(faults(jellyfish, named), []);
    const asked = { ...named, intuneAuthentication: true, entraTenantId: "not one" };
    assert.deepEqual(faults(jellyfish, asked), [
      "fields.entraApplicationId: must be filled in",
      `fields.entraTenantId: ${GUID.message}`,
      "fields.entraAppKey: must be filled in",
    ]);
    const entrust = fieldsOf(shapeOf("entrust").template);
    const told = faults(entrust, { configType: "intune" }).join();
    assert.match(told, /intuneTenant: must be filled in.*intuneApp: must be filled in/);
    assert.doesNotMatch(faults(entrust, { configType: "jamf" }).join(), /intune/);
  });

  it("F-19 F-20 Workspace ONE asks for what the kind of CA needs, and for nothing that hangs on a field it does not show", () => {
    const { caServer, template } = shapeOf("workspace-one");
    const server = fieldsOf(caServer);
    const generic = { name: "x", authorityType: "Generic SCEP", protocol: "SCEP" };
    const shown = (values: FieldValues, fields = server): readonly string[] =>
      fields.filter((field) => isShown(field, values, fields)).map(({ name }) => name);
    const dynamic = { ...generic, challengeType: "Dynamic" };
    assert.ok(shown(dynamic).includes("challengeUrl"));
    assert.ok(!shown({ ...dynamic, authorityType: "Entrust" }).includes("challengeUrl"));
    assert.ok(shown(generic).includes("scepEndpointUrl"));
    assert.ok(!shown({ ...generic, protocol: "PKI" }).includes("scepEndpointUrl"));
    const entrust = { ...generic, authorityType: "Entrust", webServiceUrl: "https://mdm.example/" };
    assert.deepEqual(faults(server, entrust), [
      "fields.webServiceUrl: an address that ends in /AdminServiceV9",
      "fields.username: must be filled in",
      "fields.password: must be filled in",
    ]);
    const fields = fieldsOf(template);
    const begun = readForm(template, { model: BLANK_TEMPLATE, extra: noExtra(1) });
    const form = { ...begun, name: "x", authority: "main" };
    assert.deepEqual(faults(fields, form), []);
    assert.deepEqual(
      faults(fields, { ...form, caType: "Entrust" }),
      ["managedCa", "profileName", "rdnVariables"].map(
        (name) => `fields.${name}: must be filled in`,
      ),
    );
    assert.equal(meant("workspace-one", { profileName: "mdmws-x" }).profileId, "mdmws-x");
  });

  it("F-10 F-26 the web service's password is asked for where it is shown, repeated alike, and %REPLACE% is replaced", () => {
    const jamf = fieldsOf(shapeOf("jamf").template);
    const form = {
      ...readForm(shapeOf("jamf").template, { model: BLANK_TEMPLATE, extra: noExtra(1) }),
      ...{ authority: "main", profileName: "x", challengeType: "dynamic-entrust" },
      ...{ entrustUrl: "https://mdm.example/mdm/mdmws/1/AdminServiceV9", entrustName: "user-02" },
      digitalId: "id-01",
    };
    assert.deepEqual(faults(jamf, form), [
      "fields.entrustPassword: must be filled in",
      "fields.entrustVerify: must be filled in",
    ]);
    const typed = { ...form, entrustPassword: "one", entrustVerify: "two" };
    assert.deepEqual(faults(jamf, typed), [
      "fields.entrustVerify: must be the same as Administrator Password",
    ]);
    assert.deepEqual(faults(jamf, { ...typed, entrustVerify: "one" }), []);
    const kept = new Set(["entrustPassword", "entrustVerify"]);
    assert.deepEqual(formProblems(jamf, form, kept), [], "an edit does not ask again");
    assert.equal(formProblems(jamf, { ...form, entrustPassword: "one" }, kept).length, 1);
    const maas360 = fieldsOf(shapeOf("maas360").template);
    const rdn = { enterpriseCa: "Entrust", rdnFormat: "CN=%REPLACE%" };
    const told = faults(maas360, {
      ...rdn,
      rdnVariables: [{ name: "var1", value: "x %REPLACE%" }],
    }).join();
    assert.match(told, /rdnFormat: put a value in the place of %REPLACE%/);
    assert.match(told, /rdnVariables: line 1, Value: put a value in the place of %REPLACE%/);
  });

  it("F-24 Ivanti's None stands for no alternative name, and any other type needs its value", () => {
    const { template } = shapeOf("ivanti");
    const blank = { model: BLANK_TEMPLATE, extra: noExtra(1) };
    const shown = readForm(template, blank);
    assert.deepEqual(shown["sans"], [{ type: "None", value: "" }]);
    const begun = { ...shown, name: "x", source: "main", profileId: "p" };
    assert.deepEqual(faults(fieldsOf(template), begun), []);
    assert.deepEqual(meant("ivanti", { sans: [{ type: "None", value: "" }] }).sans, []);
    assert.deepEqual(faults(fieldsOf(template), { ...begun, sans: [] }), [
      "fields.sans: must be filled in",
    ]);
    assert.match(
      faults(fieldsOf(template), { ...begun, sans: [{ type: "DNS Name", value: "" }] }).join(),
      /line 1, Subject Alternate Name Value: must be filled in/,
    );
  });

  it("T-24 Jellyfish's and our own form name the domain of a network", () => {
    for (const id of ["jellyfish", "countersign"])
      assert.equal(meant(id, { requiredDomain: "net.example" }).requiredDomain, "net.example");
  });

  it("F-18 Jellyfish's switch for SonicWall is the endpoint's", () => {
    assert.equal(meant("jellyfish", { ignoreSignature: true }).acceptMd5Csr, true);
    assert.equal(meant("jellyfish", {}).acceptMd5Csr, false);
  });

  for (const { id, template } of consoleShapes())
    it(`A-26 ${id}: a template can keep to a certificate profile`, () => {
      const field = fieldsOf(template).find(({ from }) => from === "certificate-profiles");
      assert.ok(field, "no field picks one");
      assert.equal(meant(id, { [field.name]: "smime-x" }).profileId, "smime-x");
    });

  it("T-19 a dialect's case counts where the console's does, and an unknown variable is named as it was written", () => {
    const jamf = shapeOf("jamf").dialect;
    assert.equal(
      toPattern(jamf, "CN=$JSSID,OU=$EXTENSIONATTRIBUTE_12x"),
      "CN=%attr.jssid%,OU=%attr.extensionattribute_12%x",
    );
    assert.match(
      refusal(() => toPattern(jamf, "CN=$serialnumber")),
      /\$serialnumber/,
    );
    assert.match(
      refusal(() => toPattern(shapeOf("intune").dialect, "CN={{Nothing}}")),
      /{{Nothing}}/,
    );
    assert.match(
      refusal(() => toPattern(shapeOf("manageengine").dialect, "%usrname%")),
      /%usrname%/,
    );
    assert.equal(toPattern(jamf, "CN=%SERIAL%,O=50 %% $5"), "CN=%serialnumber%,O=50 %% $5");
    assert.equal(
      fromPattern(jamf, "CN=%serialnumber%,O=%sid% 100%%"),
      "CN=$SERIALNUMBER,O=%sid% 100%%",
    );
  });

  for (const { id, template } of consoleShapes())
    it(`P-05 ${id}: who makes the key, and how its container is encrypted`, () => {
      const made = meant(id, { delivery: "pkcs12", pkcs12Encoding: "strong" });
      assert.deepEqual([made.delivery, made.pkcs12Encoding], ["pkcs12", "strong"]);
      const shown = readForm(template, { model: BLANK_TEMPLATE, extra: noExtra(1) });
      assert.deepEqual([shown["delivery"], shown["pkcs12Encoding"]], ["scep", "by-platform"]);
    });
});
