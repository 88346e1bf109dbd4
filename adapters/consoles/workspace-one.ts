import {
  beside,
  challengeSecret,
  type ConsoleShape,
  fixed,
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
import { choicesOf, input, issuedBy, keyDelivery, scepUrl } from "./fields.ts";
import { AUTHORITY_TYPES, workspaceOneCaServer } from "./workspace-one-ca-server.ts";
import { WORKSPACE_ONE_DIALECT as dialect } from "./workspace-one-dialect.ts";

const PROFILE = { section: "Profile" };
const AUTHORITY_TYPE = "caType";
const RDN_COLUMNS = [
  { name: "name", label: "Variable", type: "text", required: true },
  {
    name: "value",
    label: "Value",
    type: "pattern",
    required: true,
    format: { expression: "[^&=]*", message: "the characters & and = are not allowed" },
  },
] as const;
const WITH_ENTRUST = { when: { field: AUTHORITY_TYPE, is: ["Entrust"] } };

/** VMware/Omnissa Workspace ONE UEM: Certificate Authorities and Request Templates. */
export const workspaceOne: ConsoleShape = {
  id: "workspace-one",
  name: "Workspace ONE UEM",
  version: 2,
  dialect,
  caServer: workspaceOneCaServer,
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
        input.choice(
          AUTHORITY_TYPE,
          "Authority Type of that CA",
          "As its form says: it decides what Workspace ONE asks for below.",
          {
            required: true,
            default: "Generic SCEP",
            choices: choicesOf(...AUTHORITY_TYPES),
            mark: "ours",
          },
        ),
        input.text("issuingTemplate", "Issuing Template", "The template's name at the CA.", {
          when: { field: AUTHORITY_TYPE, is: AUTHORITY_TYPES.filter((type) => type !== "Entrust") },
        }),
        input.choice("managedCa", "Managed CA", "The CA behind the web service that issues.", {
          ...WITH_ENTRUST,
          required: true,
          from: "template-authorities",
        }),
      ),
      text<TemplateModel>(
        input.choice(
          "profileName",
          "Profile name",
          "The certificate profile that the template keeps to; it sets what this form does not ask for.",
          { from: "certificate-profiles", requiredWhen: WITH_ENTRUST.when },
        ),
        "profileId",
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
          "A value for each variable of the RDN format; text or a lookup value, without & and =.",
          { ...WITH_ENTRUST, required: true, columns: RDN_COLUMNS },
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
        input.text("payloadProfile", "Name", "The name of the profile with the payloads below.", {
          ...PROFILE,
          required: true,
          default: "Countersign",
        }),
        input.text(
          "smartGroup",
          "Smart Group",
          "Who gets the profile, by its name in Workspace ONE. Begin with a few devices; the name here is a suggestion.",
          { ...PROFILE, required: true, default: "Test devices" },
        ),
      ),
      fixed<TemplateModel>(
        {
          name: "certificate",
          label: "Certificate",
          help: "Root and issuing CA, uploaded one by one, in a profile for trust.",
          mark: "documented",
          ...PROFILE,
        },
        "both downloaded from the CA server's page",
      ),
      beside<TemplateModel>(
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
      ...keyDelivery,
    ],
  },
};
