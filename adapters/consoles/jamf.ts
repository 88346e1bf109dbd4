import {
  beside,
  type CaServerModel,
  type ConsoleShape,
  fixed,
  keySize,
  oneSan,
  subjectText,
  type TemplateModel,
  text,
  usage,
} from "../../plugin/sdk.ts";
import {
  keyDelivery,
  choicesOf,
  input,
  issuedBy,
  profilePick,
  rootFingerprint,
  RSA_1024,
  scepUrl,
} from "./fields.ts";
import { jamfChallenge } from "./jamf-challenge.ts";
import { JAMF_DIALECT } from "./jamf-dialect.ts";

const dialect = JAMF_DIALECT;
const SCEP = { section: "SCEP" };

/** Jamf Pro: a configuration profile with a Certificate and a SCEP payload. */
export const jamf: ConsoleShape = {
  id: "jamf",
  name: "Jamf Pro",
  version: 1,
  dialect,
  caServer: {
    title: "External CA",
    place: "Settings > PKI certificates > External CA",
    notes: [
      "Jamf asks for this only where it proxies SCEP; otherwise the values stand in each profile's SCEP payload.",
    ],
    parts: [
      text<CaServerModel>(
        input.text("name", "Name", "The name of the CA in Countersign's lists.", {
          required: true,
          mark: "ours",
        }),
        "name",
      ),
      scepUrl<CaServerModel>({ label: "URL", mark: "observed" }),
      beside<CaServerModel>(
        input.yesNo(
          "scepProxy",
          "Enable Jamf Pro as SCEP Proxy for configuration profiles",
          "Devices talk to Jamf, and Jamf to Countersign: lift the endpoint's limit by address then.",
          { default: false, mark: "observed" },
        ),
      ),
      rootFingerprint<CaServerModel>({ label: "Fingerprint", mark: "documented" }),
    ],
  },
  template: {
    title: "SCEP payload",
    place: "Configuration Profiles > SCEP",
    notes: [
      "A profile that Jamf redistributes adds $PROFILE_IDENTIFIER to the subject as a further CN: it is kept.",
    ],
    parts: [
      issuedBy(),
      text<TemplateModel>(
        input.text("profileName", "Name", "The name of the configuration profile.", {
          required: true,
          section: "General",
        }),
        "name",
      ),
      beside<TemplateModel>(
        input.text("description", "Description", "For admins.", { section: "General" }),
        input.text("category", "Category", "Jamf's category of the profile.", {
          section: "General",
        }),
        input.choice("level", "Level", "What the profile is installed for.", {
          section: "General",
          required: true,
          choices: choicesOf("Device Level"),
        }),
        input.choice("distributionMethod", "Distribution Method", "How it reaches devices.", {
          section: "General",
          required: true,
          choices: choicesOf("Install Automatically"),
        }),
        input.text("certificateName", "Certificate Name", "The issuing CA's certificate payload.", {
          section: "Certificate",
          required: true,
          default: "Issuing CA",
        }),
      ),
      fixed<TemplateModel>(
        {
          name: "certificateOption",
          label: "Select certificate option",
          help: "Upload the issuing CA's certificate from the CA server's page.",
          section: "Certificate",
          mark: "documented",
        },
        "Upload",
      ),
      fixed<TemplateModel>(
        {
          name: "certificateFile",
          label: "Certificate",
          help: "The file of the issuing CA, PEM or DER.",
          section: "Certificate",
          mark: "documented",
        },
        "downloaded from the CA server's page",
      ),
      scepUrl<TemplateModel>({ name: "url", label: "URL", mark: "documented", ...SCEP }),
      beside<TemplateModel>(
        input.text("caIdent", "Name", "CA-IDENT: the message of GetCACert. Any text will do.", {
          ...SCEP,
          required: true,
          default: "Countersign",
        }),
        input.choice(
          "redistributeProfile",
          "Redistribute Profile",
          "Never, or how many days before expiry Jamf sends the profile again. Countersign renews by itself: Never.",
          {
            ...SCEP,
            required: true,
            default: "Never",
            choices: [
              { value: "Never", label: "Never" },
              { value: "14", label: "14 days", mark: "observed" },
              { value: "30", label: "30 days", mark: "observed" },
            ],
          },
        ),
      ),
      subjectText(
        input.pattern(
          "subject",
          "Subject",
          "The certificate's subject: O=Company,CN=$SERIALNUMBER. Only a dummy with Dynamic-Entrust.",
          { ...SCEP, required: true },
        ),
        dialect,
      ),
      oneSan(
        input.choice("sanType", "Subject Alternative Name Type", "The kind of name.", {
          ...SCEP,
          required: true,
          default: "None",
          choices: [
            { value: "None", label: "None" },
            { value: "RFC 822 Name", label: "RFC 822 Name" },
            { value: "DNS Name", label: "DNS Name" },
            { value: "Uniform Resource Identifier", label: "Uniform Resource Identifier" },
            { value: "NT Principal Name", label: "NT Principal Name" },
          ],
        }),
        input.pattern("sanValue", "Subject Alternative Name Value", "The name itself.", {
          ...SCEP,
          required: true,
          when: {
            field: "sanType",
            is: ["RFC 822 Name", "DNS Name", "Uniform Resource Identifier", "NT Principal Name"],
          },
        }),
        "None",
        [
          ["RFC 822 Name", "rfc822"],
          ["DNS Name", "dns"],
          ["Uniform Resource Identifier", "uri"],
          ["NT Principal Name", "upn"],
        ],
        dialect,
      ),
      beside<TemplateModel>(
        input.integer("retries", "Retries", "How often the device asks again while it waits.", {
          ...SCEP,
          default: 3,
          minimum: 0,
          maximum: 1000,
        }),
        input.integer("retryDelay", "Retry Delay", "Seconds between these tries.", {
          ...SCEP,
          default: 10,
          minimum: 0,
          maximum: 86_400,
        }),
      ),
      ...jamfChallenge,
      beside<TemplateModel>(
        input.integer(
          "expirationThreshold",
          "Certificate Expiration Notification Threshold",
          "Days before expiry at which Jamf shows a notification.",
          { ...SCEP, minimum: 0, maximum: 3650, default: 14, mark: "observed" },
        ),
      ),
      keySize(
        input.choice("keySize", "Key Size", "Bits of the RSA key that the device makes.", {
          ...SCEP,
          required: true,
          default: "2048",
          choices: [RSA_1024, ...choicesOf("2048", "4096")],
        }),
      ),
      usage(
        input.yesNo("digitalSignature", "Use as digital signature", "Key usage bit 1.", {
          ...SCEP,
          default: true,
        }),
        "digitalSignature",
      ),
      usage(
        input.yesNo("keyEncipherment", "Use for key encipherment", "Key usage bit 4.", {
          ...SCEP,
          default: true,
        }),
        "keyEncipherment",
      ),
      beside<TemplateModel>(
        input.yesNo("allowExport", "Allow export from keychain", "KeyIsExtractable; better off.", {
          ...SCEP,
          default: false,
          mark: "observed",
        }),
        input.yesNo("allowAllApps", "Allow all apps access", "AllowAllAppsAccess (macOS).", {
          ...SCEP,
          default: false,
          mark: "observed",
        }),
        input.yesNo(
          "scepProxy",
          "Use the External Certificate Authority settings to enable Jamf Pro as SCEP proxy for this configuration profile",
          "URL and challenge are then taken from the External CA settings.",
          { ...SCEP, default: false, mark: "observed" },
        ),
      ),
      rootFingerprint<TemplateModel>({ label: "Fingerprint", mark: "documented", ...SCEP }),
      beside<TemplateModel>(
        input.text("targetDevices", "Target Mobile Devices", "Which devices get the profile.", {
          section: "Scope",
          required: true,
          default: "Specific Mobile Devices",
          note: "What Jamf offers here is inferred.",
        }),
        input.text("targetUsers", "Target Users", "Which users get the profile.", {
          section: "Scope",
          required: true,
          default: "Specific Users",
          note: "What Jamf offers here is inferred.",
        }),
      ),
      profilePick,
      ...keyDelivery,
    ],
  },
};
