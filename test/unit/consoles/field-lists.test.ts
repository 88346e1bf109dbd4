import assert from "node:assert/strict";
import { consoleShapes } from "../../../adapters/consoles/consoles.ts";
import { type ConsoleField, fieldsOf } from "../../../plugin/sdk.ts";

type Form = "caServer" | "template";

/**
 * Area F of the requirements: the fields of each console's forms in its own words; `*` where that console insists on one, `†` where it does
 * and we do not, which the field's note says; in brackets a button.
 */
const LISTS: readonly (readonly [
  id: string,
  shape: string,
  form: Form,
  fields: readonly string[],
])[] = [
  [
    "F-01",
    "manageengine",
    "caServer",
    ["Server Type*", "Certificate Authority Name*", "Server URL*", "Add CA Certificate"],
  ],
  [
    "F-02",
    "manageengine",
    "template",
    [
      "CA server*",
      "Certificate Template Name*",
      "Subject*",
      "Subject Alternative Name Type",
      "Subject Alternative Name Value*",
    ],
  ],
  [
    "F-03",
    "manageengine",
    "template",
    [
      "NT Principal Name",
      "Wipe device after specified number of failed attempts",
      "Time interval between attempts",
      "Enrollment Challenge Password*",
    ],
  ],
  [
    "F-04",
    "manageengine",
    "template",
    [
      "Key Size",
      "Use as Digital Signature",
      "Use for Key Encipherment",
      "Certificate Auto Renewal",
      "Certificate Automatic Renewal Before",
    ],
  ],
  ["F-05", "manageengine", "template", ["Profile for", "Certificate template*", "Groups"]],
  [
    "F-06",
    "digicert-one",
    "template",
    [
      "Base template",
      "Template Name*",
      "Business Unit*",
      "Issuing CA*",
      "Enrollment Method",
      "Authentication Method",
      "Global Enrollment Code*",
      "Validity Period",
      "Signing Algorithm",
      "Key Size",
      "Allow duplicate certificates",
      "Subject DN and SAN fields",
    ],
  ],
  [
    "F-07",
    "digicert-one",
    "template",
    [
      "Key Usage: Digital signature",
      "Key Usage: Key encipherment",
      "Extended Key Usage",
      "Seat ID Mapping",
      "Server URL",
    ],
  ],
  [
    "F-08",
    "jamf",
    "template",
    [
      "Name*",
      "Description",
      "Category",
      "Level*",
      "Distribution Method*",
      "Certificate Name*",
      "Select certificate option*",
      "Certificate*",
    ],
  ],
  [
    "F-09",
    "jamf",
    "template",
    [
      "URL*",
      "Name*",
      "Redistribute Profile*",
      "Subject*",
      "Subject Alternative Name Type",
      "Subject Alternative Name Value",
      "Retries",
      "Retry Delay",
      "Challenge Type*",
    ],
  ],
  [
    "F-10",
    "jamf",
    "template",
    [
      "Entrust Web Service URL*",
      "Administrator Username*",
      "Administrator Password*",
      "Verify Password*",
      "Digital ID Configuration Name*",
      "Group Name†",
      "RDN Variables*",
    ],
  ],
  [
    "F-11",
    "jamf",
    "template",
    [
      "Key Size*",
      "Use as digital signature",
      "Use for key encipherment",
      "Fingerprint*",
      "Target Mobile Devices*",
      "Target Users*",
    ],
  ],
  [
    "F-12",
    "intune",
    "template",
    [
      "Name*",
      "Description",
      "Platform",
      "Profile type",
      "Certificate type",
      "Subject name format",
      "Subject alternative name",
    ],
  ],
  [
    "F-13",
    "intune",
    "template",
    [
      "Certificate validity period",
      "Unit",
      "Key storage provider (KSP)",
      "Key usage: Digital signature",
      "Key usage: Key encipherment",
      "Key size (bits)",
      "Hash algorithm",
    ],
  ],
  [
    "F-14",
    "intune",
    "template",
    ["Root certificate", "Extended key usage", "Renewal threshold (%)", "SCEP Server URLs"],
  ],
  [
    "F-15",
    "intune",
    "template",
    ["Included groups", "Excluded groups", "Filter", "Filter mode", "Applicability Rules"],
  ],
  [
    "F-15",
    "intune",
    "caServer",
    ["Name*", "Description", "Certificate file†", "Destination store"],
  ],
  [
    "F-16",
    "jellyfish",
    "caServer",
    [
      "Entra Application ID*",
      "Entra Tenant ID*",
      "Entra App Key (Secret Value)*",
      "[Validate Configuration]",
    ],
  ],
  [
    "F-17",
    "jellyfish",
    "caServer",
    [
      "Configuration name*",
      "CA†",
      "Template†",
      "Certificate chain*",
      "Issue Enrollment Agent Certificate",
      "Enable SCEP configuration",
    ],
  ],
  [
    "F-18",
    "jellyfish",
    "template",
    ["Subject*", "Subject Alternative Names", "Contact email*", "Ignore signature validation"],
  ],
  [
    "F-19",
    "workspace-one",
    "caServer",
    [
      "Name*",
      "Description",
      "Authority Type*",
      "Protocol*",
      "Server URL*",
      "Username*",
      "Password*",
      "SCEP Endpoint URL",
      "[TEST CONNECTION]",
    ],
  ],
  [
    "F-20",
    "workspace-one",
    "template",
    [
      "Name*",
      "Description",
      "Certificate Authority*",
      "Managed CA*",
      "Profile name*",
      "RDN variables*",
    ],
  ],
  [
    "F-21",
    "workspace-one",
    "template",
    ["Name*", "Smart Group*", "Credential Source*", "Certificate*", "Certificate Store"],
  ],
  [
    "F-22",
    "workspace-one",
    "template",
    ["Credential Source*", "Certificate Authority*", "Key Location*", "Certificate Store"],
  ],
  [
    "F-23",
    "ivanti",
    "caServer",
    [
      "Name*",
      "Select Cloud CA*",
      "Description",
      "Enter URL*",
      "Enter Username*",
      "Enter Password*",
      "Group",
      "Cache Identities on Ivanti Neurons for MDM",
      "Certificate Name*",
      "CA certificate†",
      "Devices, users or groups",
    ],
  ],
  [
    "F-24",
    "ivanti",
    "template",
    [
      "Name*",
      "Description",
      "Certificate Distribution*",
      "Source*",
      "Profile ID*",
      "Profile description",
      "Application description",
      "Subject Alternate Name*",
    ],
  ],
  [
    "F-25",
    "ivanti",
    "template",
    [
      "Allow All Apps to access Private Key",
      "Create configuration without issuing test certificate",
      "Target Certificate Store*",
    ],
  ],
  [
    "F-26",
    "maas360",
    "template",
    [
      "Enterprise CA*",
      "Purpose*",
      "Template Name*",
      "Web Service URL*",
      "Administrator Username*",
      "Administrator Password*",
      "Managed CA Name*",
      "Digital ID*",
      "RDN Format",
      "RDN Variables",
    ],
  ],
  [
    "F-27",
    "maas360",
    "template",
    [
      "Revocation check-box 1 of 4",
      "Revocation check-box 4 of 4",
      "Certificate Name (csn)",
      "Substitutions",
      "Renewal Period",
      "[Save and Test]",
    ],
  ],
  [
    "F-28",
    "entrust",
    "caServer",
    [
      "CA Identifier*",
      "Friendly Name*",
      "Signing Key Details*",
      "Expiry Date†",
      "Certificate Profiles†",
      "Subject*",
      "Root CA Certificate*",
    ],
  ],
  ["F-29", "entrust", "caServer", ["Parent Authority Identifier*", "Enable CRL", "Enable OCSP"]],
  [
    "F-30",
    "entrust",
    "template",
    [
      "Type*",
      "Protocol Configuration Identifier*",
      "Description",
      "Digital ID*",
      "Parent DN†",
      "RDN Format*",
      "CA Identifier*",
      "Profile ID*",
      "User Name*",
    ],
  ],
  [
    "F-31",
    "entrust",
    "template",
    ["Intune Tenant ID*", "Intune App ID*", "Intune App key*", "SCEP URL"],
  ],
];

/** Rows of area F that are no CA server and no template, and where they are instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "F-32": "ACME configurations come with the ACME server",
  "F-33": "issuing by hand and machine credentials are views of their own (Certificates, People)",
  "F-34": "Active Directory nodes come with WSTEP",
};

describe("console shapes: every field of area F", () => {
  for (const [id, shapeId, form, wanted] of LISTS) {
    it(`${id} ${shapeId}, ${form === "caServer" ? "CA server" : "template"}: ${wanted.length} fields in its own words`, () => {
      const shape = consoleShapes().find((one) => one.id === shapeId);
      assert.ok(shape, shapeId);
      const fields: readonly ConsoleField[] =
        form === "caServer" ? fieldsOf(shape.caServer) : fieldsOf(shape.template);
      const buttons = (shape[form].actions ?? []).map((action) => `[${action.label}]`);
      for (const text of wanted) {
        if (text.startsWith("[")) {
          assert.ok(buttons.includes(text), `${text} is missing`);
          continue;
        }
        const label = text.replace(/[*†]$/, "");
        const found = fields.filter((field) => field.label === label);
        assert.notEqual(found.length, 0, `${label} is missing`);
        const insists = found.some(
          ({ required, requiredWhen, readOnly }) =>
            required === true || requiredWhen !== undefined || readOnly === true,
        );
        if (text.endsWith("*")) assert.ok(insists, `${label} is neither asked for nor filled in`);
        if (text.endsWith("†"))
          assert.ok(
            !insists && found.some(({ note }) => note !== undefined),
            `${label}: no reason`,
          );
      }
    });
  }

  it("no row of area F is forgotten", () => {
    const known = new Set([...LISTS.map(([id]) => id), ...Object.keys(ELSEWHERE)]);
    const all = Array.from({ length: 34 }, (_, index) => `F-${String(index + 1).padStart(2, "0")}`);
    assert.deepEqual(
      all.filter((id) => !known.has(id)),
      [],
    );
  });
});
