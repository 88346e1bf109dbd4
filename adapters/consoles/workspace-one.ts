import {
  beside,
  type CaServerModel,
  challengeSecret,
  type ConsoleShape,
  flag,
  keySize,
  pick,
  renewalDays,
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
  NOT_KEPT,
  ONE_TIME,
  profilePick,
  scepUrl,
} from "./fields.ts";
import { WORKSPACE_ONE_DIALECT as dialect } from "./workspace-one-dialect.ts";

const AUTHORITY_TYPES = [
  "Entrust",
  "Generic SCEP",
  "Microsoft ADCS",
  "EJBCA",
  "GlobalSign",
  "JCCH Gleas",
  "SecureAuth",
  "Symantec MPKI",
] as const;
const SCEP_FORM = { when: { field: "authorityType", is: ["Generic SCEP", "Microsoft ADCS"] } };
const ENTRUST_FORM = { when: { field: "authorityType", is: ["Entrust"] } };
const DYNAMIC = { when: { field: "challengeType", is: ["Dynamic"] } };
const PROFILE = { section: "Profile" };

/** VMware/Omnissa Workspace ONE UEM: Certificate Authorities and Request Templates. */
export const workspaceOne: ConsoleShape = {
  id: "workspace-one",
  name: "Workspace ONE UEM",
  version: 2,
  dialect,
  caServer: {
    title: "Certificate Authority - Add",
    editTitle: "Certificate Authority - Edit",
    place: "System > Enterprise Integration > Certificate Authorities",
    notes: [
      "Where Workspace ONE proxies SCEP all devices come from one address: lift the endpoint's limit by address then.",
    ],
    parts: [
      text<CaServerModel>(
        input.text("name", "Name", "The name of the CA in pick lists.", { required: true }),
        "name",
      ),
      beside<CaServerModel>(
        input.text("description", "Description", "For admins."),
        input.choice("authorityType", "Authority Type", "Countersign speaks SCEP: Generic SCEP.", {
          required: true,
          default: "Generic SCEP",
          choices: choicesOf(...AUTHORITY_TYPES),
        }),
        input.choice("protocol", "Protocol", "PKI: the CA makes the key. SCEP: the device does.", {
          ...ENTRUST_FORM,
          required: true,
          default: "SCEP",
          choices: choicesOf("PKI", "SCEP"),
        }),
        input.text(
          "webServiceUrl",
          "Server URL",
          "The MDM web service; for revocation its address ends in AdminServiceV9.",
          { ...ENTRUST_FORM, required: true },
        ),
        input.text("username", "Username", "A credential of the web service.", {
          ...ENTRUST_FORM,
          required: true,
        }),
        input.secret("password", "Password", NOT_KEPT, ENTRUST_FORM),
      ),
      scepUrl<CaServerModel>({
        name: "scepEndpointUrl",
        label: "SCEP Endpoint URL",
        mark: "documented",
      }),
      beside<CaServerModel>(
        input.choice("version", "Version", "What the CA is taken for.", {
          ...SCEP_FORM,
          choices: choicesOf("NDES 2008/2012", "SCEP 2003"),
        }),
        input.choice(
          "challengeType",
          "Challenge Type",
          `Static: the challenge phrase of the request template. ${ONE_TIME} There is no page that Workspace ONE could read challenges from.`,
          {
            ...SCEP_FORM,
            required: true,
            default: "Static",
            choices: choicesOf("Static", "Dynamic", ["none", "None"]),
          },
        ),
        input.text(
          "challengeUrl",
          "SCEP Challenge URL",
          "The page challenges are read from.",
          DYNAMIC,
        ),
        input.text("challengeUser", "Challenge Username", "Who signs in there.", DYNAMIC),
        input.secret("challengePassword", "Challenge Password", NOT_KEPT, DYNAMIC),
        input.integer("challengeLength", "SCEP Challenge Length", "Characters of a challenge.", {
          ...DYNAMIC,
          minimum: 1,
          maximum: 1000,
        }),
        input.text(
          "challengeCertificate",
          "Challenge Client Certificate",
          "Where that page wants a certificate of its reader.",
          DYNAMIC,
        ),
        input.integer("retryTimeout", "Retry Timeout", "Between tries while a request waits.", {
          ...SCEP_FORM,
          minimum: 0,
          maximum: 86_400,
        }),
        input.integer("maxRetries", "Max Retries When Pending", "How often it is tried.", {
          ...SCEP_FORM,
          minimum: 0,
          maximum: 1000,
        }),
        input.yesNo("scepProxy", "SCEP proxy", "Workspace ONE passes requests on to the CA.", {
          ...SCEP_FORM,
          default: false,
          mark: "inferred",
          note: "That it can is documented; the name of the switch is not.",
        }),
      ),
    ],
  },
  template: {
    title: "Request Template - Add",
    editTitle: "Request Template - Edit",
    place: "System > Enterprise Integration > Certificate Authorities > Request Templates",
    parts: [
      text<TemplateModel>(
        input.text("name", "Name", "The name of the request template.", { required: true }),
        "name",
      ),
      beside<TemplateModel>(input.text("description", "Description", "For admins.")),
      issuedBy({ label: "Certificate Authority", mark: "documented" }),
      beside<TemplateModel>(
        input.text("issuingTemplate", "Issuing Template", "The template's name at the CA."),
        input.text(
          "managedCa",
          "Managed CA",
          "Asked for with Entrust: one of the web service's CAs.",
        ),
        input.text("profileName", "Profile name", "With Entrust: one of the CA's profiles."),
      ),
      subjectText(
        input.pattern("subjectName", "Subject Name", "The subject, with lookup values.", {
          required: true,
        }),
        dialect,
      ),
      sanRows(
        input.rows("sans", "SAN Type", "A kind and a value each.", {
          columns: [
            {
              name: "type",
              label: "SAN Type",
              type: "choice",
              required: true,
              choices: [
                { value: "Email Address", label: "Email Address", mark: "inferred" },
                { value: "User Principal Name", label: "User Principal Name", mark: "inferred" },
                { value: "DNS Name", label: "DNS Name", mark: "inferred" },
                { value: "URI", label: "URI", mark: "inferred" },
              ],
            },
            { name: "value", label: "Value", type: "pattern" },
          ],
          note: "The words of the list are inferred.",
        }),
        [
          ["Email Address", "rfc822"],
          ["User Principal Name", "upn"],
          ["DNS Name", "dns"],
          ["URI", "uri"],
        ],
        dialect,
      ),
      beside<TemplateModel>(
        input.rows(
          "rdnVariables",
          "RDN variables",
          "With Entrust: a value for each variable of the RDN format; text or a lookup value, without & and =.",
          {
            columns: [
              { name: "name", label: "Variable", type: "text" },
              {
                name: "value",
                label: "Value",
                type: "pattern",
                format: { expression: "[^&=]*", message: "the characters & and = are not allowed" },
              },
            ],
          },
        ),
      ),
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
          "challengePhrase",
          "Challenge phrase",
          "In Workspace ONE it stands in the CA's form.",
          {
            section: "Countersign",
            when: { field: "challenge", is: ["static"] },
          },
        ),
      ),
      keySize(
        input.choice("keyLength", "Private Key Length", "Bits of the RSA key.", {
          required: true,
          default: "2048",
          choices: choicesOf("2048", "3072", "4096"),
          mark: "inferred",
          note: "Name and choices are inferred.",
        }),
      ),
      usage(
        input.yesNo("signing", "Private Key Type: Signing", "digitalSignature.", {
          default: true,
          mark: "inferred",
          note: "Name and choices are inferred.",
        }),
        "digitalSignature",
      ),
      usage(
        input.yesNo("encryption", "Private Key Type: Encryption", "keyEncipherment.", {
          default: true,
          mark: "inferred",
          note: "Name and choices are inferred.",
        }),
        "keyEncipherment",
      ),
      flag<TemplateModel>(
        input.yesNo(
          "autoRenewal",
          "Automatic Certificate Renewal",
          "A new certificate is asked for in time.",
          {
            default: true,
            mark: "inferred",
            note: "The name is inferred.",
          },
        ),
        "autoRenewal",
      ),
      renewalDays(
        input.integer("renewalDays", "Auto Renewal Period (days)", "Days before expiry.", {
          minimum: 1,
          maximum: 3650,
          when: { field: "autoRenewal", is: [true] },
          mark: "inferred",
          note: "The name is inferred.",
        }),
      ),
      beside<TemplateModel>(
        input.yesNo("revocation", "Enable Certificate Revocation", "Workspace ONE asks for it.", {
          default: true,
          mark: "inferred",
          note: "The name is inferred. Countersign revokes on wipe and unenrolment in any case.",
        }),
        input.text("smartGroup", "Smart Group", "Who gets the profiles.", PROFILE),
        input.text("certificate", "Certificate", "Root and issuing CA, uploaded one by one.", {
          ...PROFILE,
          note: "Both are downloaded from the CA server's page.",
        }),
        input.choice("credentialSource", "Credential Source", "Of the Credentials payload.", {
          ...PROFILE,
          required: true,
          choices: choicesOf("Defined Certificate Authority"),
        }),
        input.choice("certificateStore", "Certificate Store", "Where Windows keeps it.", {
          ...PROFILE,
          choices: choicesOf("Personal", "Intermediate", "Trusted Root"),
        }),
      ),
      pick<TemplateModel>(
        input.choice("keyLocation", "Key Location", "Where the device keeps the key.", {
          ...PROFILE,
          required: true,
          default: "Hardware",
          choices: [
            ...choicesOf("Software", "Hardware"),
            { value: "tpm-else-software", label: "Hardware if there is one", mark: "ours" },
            { value: "windows-hello", label: "Windows Hello", mark: "ours" },
          ],
        }),
        "keyStorage",
        [
          ["Software", "software"],
          ["Hardware", "tpm"],
        ],
      ),
      scepUrl<TemplateModel>({ label: "SCEP Endpoint URL", mark: "documented", ...PROFILE }),
      profilePick,
      ...keyDelivery,
    ],
  },
};
