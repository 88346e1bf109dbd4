import {
  beside,
  type CaServerModel,
  challengeSecret,
  type ConsoleDialect,
  type ConsoleShape,
  type ConsoleVariable,
  EXTENDED_KEY_USAGES,
  extendedUsageRows,
  keySize,
  life,
  type Mark,
  pick,
  renewalShare,
  sanRows,
  subjectText,
  type TemplateModel,
  text,
  usage,
} from "../../plugin/sdk.ts";
import {
  choicesOf,
  input,
  issuedBy,
  keyDelivery,
  RSA_1024,
  profilePick,
  scepUrl,
} from "./fields.ts";

const variable = (name: string, ours: string, mark: Mark = "documented"): ConsoleVariable => ({
  name,
  variable: ours,
  mark,
});

const dialect: ConsoleDialect = {
  open: "{{",
  close: "}}",
  ignoresCase: true,
  caseMark: "documented",
  free: false,
  variables: [
    variable("AAD_Device_ID", "attr.aad_device_id"),
    variable("AzureADDeviceId", "attr.aad_device_id", "inferred"),
    variable("DeviceId", "deviceid", "inferred"),
    variable("Device_Serial", "serialnumber", "inferred"),
    variable("SerialNumber", "serialnumber", "inferred"),
    variable("DeviceName", "devicename", "inferred"),
    variable("UserName", "username", "inferred"),
    variable("UserPrincipalName", "upn", "inferred"),
    variable("EmailAddress", "email", "inferred"),
    variable("OnPrem_Distinguished_Name", "attr.dn", "inferred"),
    variable("OnPremisesSecurityIdentifier", "sid", "inferred"),
    variable("IMEINumber", "imei", "inferred"),
    variable("MEID", "meid", "inferred"),
  ],
};

const WINDOWS = { when: { field: "platform", is: ["windows10"] } };
const ASSIGNMENT = { section: "Assignments" };
const TRUSTED = { section: "Trusted certificate" };

/** Microsoft Intune: a SCEP certificate profile and its trusted certificate. */
export const intune: ConsoleShape = {
  id: "intune",
  name: "Microsoft Intune",
  version: 1,
  dialect,
  caServer: {
    title: "Trusted certificate",
    place: "Devices > Configuration profiles > Create > Trusted certificate",
    parts: [
      text<CaServerModel>(
        input.text("name", "Name", "The name of the profile, and of the CA here.", {
          required: true,
        }),
        "name",
      ),
      beside<CaServerModel>(input.text("description", "Description", "For admins.")),
      text<CaServerModel>(
        input.file(
          "certificate",
          "Certificate file",
          "The CA's certificate (.cer). Leave it empty to make a new CA.",
          {
            note: "Intune insists on the file: a CA that is made here has it on its page.",
          },
        ),
        "certificate",
      ),
      beside<CaServerModel>(
        input.choice(
          "destinationStore",
          "Destination store",
          "For Windows: root or intermediate.",
          {
            default: "Computer certificate store - Root",
            choices: choicesOf(
              "Computer certificate store - Root",
              "Computer certificate store - Intermediate",
            ),
          },
        ),
      ),
      scepUrl<CaServerModel>({ label: "SCEP Server URL", mark: "documented" }),
    ],
  },
  template: {
    title: "SCEP certificate",
    place: "Devices > Configuration profiles > Create > SCEP certificate",
    notes: [
      "What Intune itself validates is what is issued: a challenge of Intune brings its own names.",
    ],
    parts: [
      issuedBy(),
      text<TemplateModel>(
        input.text("name", "Name", "The name of the profile.", { required: true }),
        "name",
      ),
      beside<TemplateModel>(
        input.text("description", "Description", "For admins."),
        input.choice("platform", "Platform", "The kind of devices.", {
          required: true,
          default: "windows10",
          choices: choicesOf(
            ["windows10", "Windows 10 and later"],
            ["androidEnterprise", "Android Enterprise"],
            ["macOS", "macOS"],
            ["iOS", "iOS/iPadOS"],
          ),
        }),
        input.text("profileType", "Profile type", "SCEP certificate.", {
          default: "SCEP certificate",
        }),
        input.choice("certificateType", "Certificate type", "Whom it stands for.", {
          required: true,
          default: "Device",
          choices: choicesOf("User", "Device"),
        }),
      ),
      subjectText(
        input.pattern("subjectNameFormat", "Subject name format", "The subject, with variables.", {
          required: true,
          default: "CN={{AAD_Device_ID}}",
        }),
        dialect,
      ),
      sanRows(
        input.rows(
          "subjectAlternativeName",
          "Subject alternative name",
          "An attribute and a value each.",
          {
            columns: [
              {
                name: "type",
                label: "Attribute",
                type: "choice",
                required: true,
                choices: choicesOf(
                  "DNS",
                  ["Email address", "Email address (RFC 822)"],
                  "User principal name (UPN)",
                  "Uniform Resource Identifier (URI)",
                ),
              },
              { name: "value", label: "Value", type: "pattern" },
            ],
            default: [{ type: "DNS", value: "{{AAD_Device_ID}}" }],
          },
        ),
        [
          ["DNS", "dns"],
          ["Email address", "rfc822"],
          ["User principal name (UPN)", "upn"],
          ["Uniform Resource Identifier (URI)", "uri"],
        ],
        dialect,
      ),
      life(
        input.integer("validity", "Certificate validity period", "How long it lives.", {
          required: true,
          minimum: 1,
          maximum: 36_500,
          default: 1,
        }),
        input.choice("validityUnit", "Unit", "Days, months or years.", {
          required: true,
          default: "Years",
          choices: choicesOf("Days", "Months", "Years"),
        }),
      ),
      pick<TemplateModel>(
        input.choice(
          "keyStorageProvider",
          "Key storage provider (KSP)",
          "Where Windows keeps the key.",
          {
            ...WINDOWS,
            required: true,
            default: "tpm-else-software",
            choices: choicesOf(
              ["tpm", "Enroll to Trusted Platform Module (TPM) KSP, otherwise fail"],
              [
                "tpm-else-software",
                "Enroll to Trusted Platform Module (TPM) KSP if present, otherwise Software KSP",
              ],
              ["software", "Enroll to Software KSP"],
              ["windows-hello", "Enroll to Windows Hello for Business, otherwise fail"],
            ),
          },
        ),
        "keyStorage",
        [],
      ),
      usage(
        input.yesNo("digitalSignature", "Key usage: Digital signature", "May be used to sign.", {
          default: true,
        }),
        "digitalSignature",
      ),
      usage(
        input.yesNo("keyEncipherment", "Key usage: Key encipherment", "May receive keys.", {
          default: true,
        }),
        "keyEncipherment",
      ),
      keySize(
        input.choice("keySize", "Key size (bits)", "Bits of the RSA key.", {
          required: true,
          default: "2048",
          choices: [RSA_1024, ...choicesOf("2048", "4096")],
        }),
      ),
      beside<TemplateModel>(
        input.choices("hashAlgorithm", "Hash algorithm", "Of the request.", {
          choices: choicesOf("SHA-1", "SHA-2"),
          default: ["SHA-2"],
        }),
        input.list(
          "rootCertificate",
          "Root certificate",
          "Trusted-certificate profiles; on Android all CAs of the chain.",
        ),
      ),
      extendedUsageRows(
        input.rows("extendedKeyUsage", "Extended key usage", "Name and object identifier each.", {
          columns: [
            { name: "name", label: "Name", type: "text" },
            { name: "oid", label: "Object Identifier", type: "text" },
            {
              name: "predefined",
              label: "Predefined values",
              type: "choice",
              choices: choicesOf(...EXTENDED_KEY_USAGES.map(([name]) => name)),
            },
          ],
          default: [
            {
              name: "Client Authentication",
              oid: "1.3.6.1.5.5.7.3.2",
              predefined: "Client Authentication",
            },
          ],
        }),
        EXTENDED_KEY_USAGES,
      ),
      renewalShare(
        input.integer(
          "renewalThreshold",
          "Renewal threshold (%)",
          "Share of the life left at which the device renews.",
          {
            required: true,
            minimum: 1,
            maximum: 99,
            default: 20,
          },
        ),
      ),
      scepUrl<TemplateModel>({
        name: "scepServerUrls",
        label: "SCEP Server URLs",
        mark: "documented",
      }),
      pick<TemplateModel>(
        input.choice("challenge", "Challenge", "How a device proves that it may ask.", {
          required: true,
          default: "dynamic",
          section: "Countersign",
          choices: choicesOf(["static", "Static"], ["dynamic", "Dynamic"]),
          mark: "ours",
        }),
        "challengeMode",
        [],
      ),
      challengeSecret(
        input.secret(
          "challengePassword",
          "Challenge password",
          "An Intune endpoint keeps a static secret too.",
          {
            section: "Countersign",
            when: { field: "challenge", is: ["static"] },
            mark: "ours",
          },
        ),
      ),
      beside<TemplateModel>(
        input.list("includedGroups", "Included groups", "Who gets the profile.", ASSIGNMENT),
        input.list("excludedGroups", "Excluded groups", "Who does not.", ASSIGNMENT),
        input.text("filter", "Filter", "Of the assignment.", ASSIGNMENT),
        input.choice("filterMode", "Filter mode", "Of the assignment.", {
          ...ASSIGNMENT,
          choices: choicesOf("Include", "Exclude"),
        }),
        input.text("applicabilityRules", "Applicability Rules", "For Windows.", {
          ...ASSIGNMENT,
          ...WINDOWS,
        }),
        input.text("trustedName", "Name", "The trusted-certificate profile beside it.", TRUSTED),
      ),
      profilePick,
      ...keyDelivery,
    ],
  },
};
