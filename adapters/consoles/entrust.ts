import {
  beside,
  type CaServerModel,
  type ConsoleDialect,
  type ConsoleShape,
  flag,
  keySize,
  member,
  pick,
  rdnFormat,
  reading,
  type TemplateModel,
  text,
  texts,
} from "../../plugin/sdk.ts";
import {
  ASKED_ONCE,
  choicesOf,
  GUID,
  input,
  issuedBy,
  keyDelivery,
  NOT_KEPT,
  scepUrl,
} from "./fields.ts";
import { signingKey } from "./signing-key.ts";

const dialect: ConsoleDialect = {
  open: "<",
  close: ">",
  ignoresCase: true,
  caseMark: "inferred",
  // Every name in angle brackets is a variable that the console gives a value for.
  free: true,
  variables: [
    { name: "igusername", variable: "username", mark: "documented" },
    { name: "iggroup", variable: "attr.iggroup", mark: "documented" },
    { name: "devicetype", variable: "attr.devicetype", mark: "documented" },
    { name: "profileid", variable: "attr.profile_identifier", mark: "documented" },
    { name: "idprofile", variable: "attr.profile_identifier", mark: "documented" },
  ],
};

const N2 = {
  expression: "[a-z0-9_-]{2,18}",
  message: "2 to 18 lower-case letters, digits, hyphens and underscores",
};
const NO_ACME = "Countersign answers SCEP and has no ACME server: choose the MDM that asks";
const SUBORDINATE = { when: { field: "type", is: ["intermediate", "issuing"] } };
const OWN_KEY = { when: { field: "type", is: ["root", "intermediate", "issuing"] } };
const INTUNE = { section: "Protocol configuration", when: { field: "configType", is: ["intune"] } };
const CONFIG = { section: "Protocol configuration" };
const DIGITAL_ID = { section: "Digital ID" };

/** Entrust PKI as a Service: authorities, protocol configurations and digital IDs. */
export const entrust: ConsoleShape = {
  id: "entrust",
  name: "Entrust PKIaaS",
  version: 1,
  dialect,
  caServer: {
    title: "Create authority",
    editTitle: "Edit authority",
    place: "Certificate Authorities > Create",
    parts: [
      pick<CaServerModel>(
        input.choice("type", "Authority type", "Which kind of CA it is.", {
          required: true,
          default: "issuing",
          choices: choicesOf(
            ["root", "Root Authority"],
            ["external", "External Root Authority"],
            ["intermediate", "Intermediate Subordinate Authority"],
            ["issuing", "Subordinate Authority"],
          ),
        }),
        "kind",
        [],
      ),
      text<CaServerModel>(
        input.text("identifier", "CA Identifier", "Unique, in every URL, never changed.", {
          required: true,
          format: N2,
        }),
        "id",
      ),
      text<CaServerModel>(
        input.text("friendlyName", "Friendly Name", "The name in lists.", { required: true }),
        "name",
      ),
      text<CaServerModel>(
        input.choice(
          "parent",
          "Parent Authority Identifier",
          "The root or intermediate CA above.",
          {
            ...SUBORDINATE,
            required: true,
            from: "authorities",
          },
        ),
        "parentId",
      ),
      signingKey(
        input.choice(
          "signingKey",
          "Signing Key Details",
          "Key and hash that the CA signs with. Apple's devices refuse chains that are signed with PSS.",
          { ...OWN_KEY, required: true, default: "rsa-2048" },
        ),
      ),
      text<CaServerModel>(
        input.choice("keyStore", "Key store", "File or HSM that holds the key.", {
          ...OWN_KEY,
          from: "key-stores",
          mark: "ours",
        }),
        "keyStore",
      ),
      member<CaServerModel, "notAfter">(
        input.date(
          "expiryDate",
          "Expiry Date",
          "20 years for a root, 10 for others unless given.",
          {
            ...OWN_KEY,
            note: "Entrust insists on a date. Here an empty one is the better answer: the life that fits the kind of CA, and never past the CA above.",
          },
        ),
        "notAfter",
        (value) => (value === "" ? null : value),
        (value) => (typeof value === "string" ? value : ""),
      ),
      flag<CaServerModel>(
        input.yesNo("enableCrl", "Enable CRL", "Certificates name the CRL.", {
          ...SUBORDINATE,
          default: true,
        }),
        "crlEnabled",
      ),
      flag<CaServerModel>(
        input.yesNo(
          "enableOcsp",
          "Enable OCSP",
          "Certificates name the responder; cannot be switched off later.",
          {
            when: { field: "type", is: ["issuing"] },
            default: true,
          },
        ),
        "ocspEnabled",
      ),
      texts<CaServerModel>(
        input.choices(
          "profiles",
          "Certificate Profiles",
          "The profiles that the CA may issue with; none: all.",
          {
            ...OWN_KEY,
            note: "Entrust insists on one at least. Here none means that the CA is not restricted, which is what a first CA wants.",
            from: "certificate-profiles",
          },
        ),
        "profiles",
      ),
      text<CaServerModel>(
        input.text(
          "subject",
          "Subject",
          "CN=MyRootCA,O=MyOrganization,C=US; the common name must be there.",
          {
            ...OWN_KEY,
            required: true,
          },
        ),
        "subject",
      ),
      text<CaServerModel>(
        input.file(
          "rootCertificate",
          "Root CA Certificate",
          "The outside root's certificate, without its key.",
          {
            required: true,
            when: { field: "type", is: ["external"] },
          },
        ),
        "certificate",
      ),
      reading<CaServerModel>(
        input.text("status", "Status", "What the authority is doing."),
        ({ readings }) => readings.status,
      ),
    ],
  },
  template: {
    title: "Create protocol configuration and digital ID",
    editTitle: "Edit protocol configuration and digital ID",
    place: "Protocol Configurations > Create",
    notes: ["A request that lacks a value for any variable of the RDN format is refused."],
    parts: [
      beside<TemplateModel>(
        input.choice("configType", "Type", "Which kind of client asks.", {
          ...CONFIG,
          required: true,
          default: "jamf",
          choices: [
            { value: "acme", label: "ACME", refused: NO_ACME },
            ...choicesOf(
              ["intune", "MDM Intune"],
              ["jamf", "MDM Jamf"],
              ["workspace-one", "MDM Workspace ONE"],
              ["ivanti", "MDM Ivanti"],
              ["maas360", "MDM IBM MaaS360"],
            ),
          ],
        }),
        input.text("configId", "Protocol Configuration Identifier", "Unique.", {
          ...CONFIG,
          required: true,
          format: N2,
        }),
        input.text("intuneTenant", "Intune Tenant ID", "The tenant's GUID in Entra ID.", {
          ...INTUNE,
          required: true,
          format: GUID,
        }),
        input.text("intuneApp", "Intune App ID", "The application's GUID in Entra ID.", {
          ...INTUNE,
          required: true,
          format: GUID,
        }),
        input.secret("intuneKey", "Intune App key", NOT_KEPT, { ...INTUNE, ...ASKED_ONCE }),
        input.text("description", "Description", "For admins.", CONFIG),
      ),
      text<TemplateModel>(
        input.text("digitalId", "Digital ID", "A unique name.", { ...DIGITAL_ID, required: true }),
        "name",
      ),
      rdnFormat(
        input.pattern("rdnFormat", "RDN Format", "CN=<var1> <var2> SampleStaticText.", {
          ...DIGITAL_ID,
          required: true,
        }),
        input.text(
          "parentDn",
          "Parent DN",
          "Appended after the RDN format: O=Example,C=US. Without it the subject is the RDN format alone.",
          {
            ...DIGITAL_ID,
            note: "Entrust insists on one. A template whose subject has no such tail could not be saved in this form without another subject, and every device would get a new certificate.",
          },
        ),
        dialect,
      ),
      issuedBy({ name: "caId", label: "CA Identifier", mark: "documented", ...DIGITAL_ID }),
      text<TemplateModel>(
        input.choice("profileId", "Profile ID", "The certificate profile of the requests.", {
          ...DIGITAL_ID,
          required: true,
          from: "certificate-profiles",
        }),
        "profileId",
      ),
      keySize(
        input.choice("keySize", "Key size", "Bits of the device's RSA key.", {
          section: "Countersign",
          required: true,
          default: "2048",
          choices: choicesOf("2048", "3072", "4096"),
          mark: "ours",
        }),
      ),
      beside<TemplateModel>(
        input.text(
          "userName",
          "User Name",
          "Kept as typed. Countersign has no web service that takes a password: it mints a challenge for each device.",
          { section: "Credentials", required: true, default: "countersign", format: N2 },
        ),
      ),
      scepUrl<TemplateModel>({ label: "SCEP URL", mark: "documented", section: "Digital ID" }),
      ...keyDelivery,
    ],
  },
};
