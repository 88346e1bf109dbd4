import {
  beside,
  type CaServerModel,
  challengeSecret,
  type ConsoleDialect,
  type ConsoleShape,
  keySize,
  pick,
  renewalDays,
  slashSubject,
  type TemplateModel,
  text,
} from "../../plugin/sdk.ts";
import {
  ASKED_ONCE,
  choicesOf,
  input,
  issuedBy,
  keyDelivery,
  NOT_KEPT,
  ONE_TIME,
  profilePick,
  scepUrl,
  WEB_SERVICE_URL,
} from "./fields.ts";

const dialect: ConsoleDialect = {
  open: "%",
  close: "%",
  ignoresCase: true,
  caseMark: "inferred",
  free: false,
  variables: [
    { name: "udid", variable: "udid", mark: "documented" },
    { name: "csn", variable: "serialnumber", mark: "documented" },
    { name: "uname", variable: "username", mark: "documented" },
    { name: "domain", variable: "domainname", mark: "documented" },
    { name: "email", variable: "email", mark: "documented" },
    { name: "imei", variable: "imei", mark: "documented" },
    { name: "model", variable: "model", mark: "documented" },
    { name: "sim", variable: "attr.sim", mark: "documented" },
    { name: "phnumber", variable: "attr.phone", mark: "documented" },
    { name: "ou", variable: "attr.ou", mark: "documented" },
    { name: "cn", variable: "attr.cn", mark: "documented" },
    { name: "dc", variable: "attr.dc", mark: "documented" },
    { name: "dn", variable: "attr.dn", mark: "documented" },
    { name: "upn", variable: "upn", mark: "documented" },
    { name: "user", variable: "username", mark: "documented" },
    { name: "username", variable: "username", mark: "documented" },
    { name: "deviceid", variable: "deviceid", mark: "documented" },
  ],
};

const ENTRUST = { when: { field: "enterpriseCa", is: ["Entrust"] } };
const SCEP = { when: { field: "enterpriseCa", is: ["SCEP/NDES"] } };

const REPLACED = {
  expression: "(?!.*%REPLACE%).*",
  message: "put a value in the place of %REPLACE%",
};

/** IBM MaaS360 with its Cloud Extender: certificate templates. */
export const maas360: ConsoleShape = {
  id: "maas360",
  name: "IBM MaaS360",
  version: 1,
  dialect,
  caServer: {
    title: "Enterprise CA",
    place: "Cloud Extender > Certificate Integration",
    notes: ["MaaS360 has no form of its own for the CA: its values stand in each template."],
    parts: [
      text<CaServerModel>(
        input.text("name", "Name", "The name of the CA in Countersign's lists.", {
          required: true,
          mark: "ours",
        }),
        "name",
      ),
      scepUrl<CaServerModel>({ label: "Hostname of SCEP server", mark: "documented" }),
    ],
  },
  template: {
    title: "Certificate template",
    place: "Cloud Extender > Certificate Integration > Add New Template",
    parts: [
      beside<TemplateModel>(
        input.choice("enterpriseCa", "Enterprise CA", "Countersign speaks SCEP: SCEP/NDES.", {
          required: true,
          default: "SCEP/NDES",
          choices: [
            { value: "SCEP/NDES", label: "SCEP/NDES" },
            { value: "Entrust", label: "Entrust" },
            { value: "IDnomic", label: "IDnomic (OpenTrust) Mobile Guard" },
            { value: "Verizon MCS", label: "Verizon MCS" },
          ],
        }),
        input.choice("purpose", "Purpose", "Whom the certificate stands for.", {
          required: true,
          default: "device",
          choices: choicesOf(
            ["device", "Creates Device Identity Certificate"],
            ["user", "Creates User Identity Certificate"],
          ),
        }),
      ),
      text<TemplateModel>(
        input.text("templateName", "Template Name", "The name of the template.", {
          required: true,
        }),
        "name",
      ),
      issuedBy(),
      scepUrl<TemplateModel>({ label: "Hostname of SCEP server", mark: "documented", ...SCEP }),
      pick<TemplateModel>(
        input.choice(
          "challengeType",
          "SCEP Server challenge type",
          `Static: the password below. ${ONE_TIME} There is no MSCEP Admin page that MaaS360 could read challenges from.`,
          {
            required: true,
            default: "Dynamic",
            choices: choicesOf("Dynamic", "Static"),
          },
        ),
        "challengeMode",
        [
          ["Static", "static"],
          ["Dynamic", "dynamic"],
        ],
      ),
      challengeSecret(
        input.secret("challenge", "Static challenge", "The password all devices send.", {
          when: { field: "challengeType", is: ["Static"] },
        }),
      ),
      beside<TemplateModel>(
        input.text("challengeUser", "Challenge Username", "Who reads the MSCEP Admin page.", {
          when: { field: "challengeType", is: ["Dynamic"] },
        }),
        input.secret("challengePassword", "Challenge Password", NOT_KEPT, {
          when: { field: "challengeType", is: ["Dynamic"] },
        }),
      ),
      slashSubject(
        input.pattern("subjectName", "Subject Name", "Written with slashes.", {
          required: true,
          default: "/CN=%uname%/emailAddress=%email%",
        }),
        dialect,
      ),
      beside<TemplateModel>(
        input.text("webServiceUrl", "Web Service URL", "The MDM web service.", {
          ...ENTRUST,
          required: true,
          format: WEB_SERVICE_URL,
        }),
        input.text("adminName", "Administrator Username", "A credential of the web service.", {
          ...ENTRUST,
          required: true,
        }),
        input.secret("adminPassword", "Administrator Password", NOT_KEPT, {
          ...ENTRUST,
          ...ASKED_ONCE,
        }),
        input.text("groupName", "Group Name", "Older releases ask for it.", ENTRUST),
        input.text("managedCa", "Managed CA Name", "The CA's identifier; newer releases.", {
          ...ENTRUST,
          required: true,
        }),
        input.text("digitalId", "Digital ID", "One of those the web service lists.", {
          ...ENTRUST,
          required: true,
        }),
        input.text(
          "rdnFormat",
          "RDN Format",
          "Filled in with the digital ID; each %REPLACE% in it must be replaced.",
          { ...ENTRUST, format: REPLACED },
        ),
        input.rows("rdnVariables", "RDN Variables", "Replace each %REPLACE% with a value.", {
          ...ENTRUST,
          columns: [
            { name: "name", label: "Variable", type: "text", required: true },
            { name: "value", label: "Value", type: "pattern", required: true, format: REPLACED },
          ],
        }),
        ...[1, 2, 3, 4].map((n) =>
          input.yesNo(
            `revocation${n}`,
            `Revocation check-box ${n} of 4`,
            "When MaaS360 asks for revocation; all four are recommended.",
            { ...ENTRUST, default: true, note: "What each of the four says is not documented." },
          ),
        ),
        input.text(
          "testName",
          "Certificate Name (csn)",
          "For Save and Test in the Cloud Extender.",
          {
            ...ENTRUST,
            section: "Test Configuration",
          },
        ),
        input.text(
          "testSubstitutions",
          "Substitutions",
          "For Save and Test in the Cloud Extender.",
          {
            ...ENTRUST,
            section: "Test Configuration",
          },
        ),
      ),
      keySize(
        input.choice("keySize", "Key size", "Bits of the RSA key.", {
          required: true,
          default: "2048",
          choices: choicesOf("2048", "4096"),
          mark: "inferred",
          note: "That MaaS360 asks for it is inferred.",
        }),
      ),
      renewalDays(
        input.integer("renewalDays", "Renewal Period", "Days before expiry.", {
          section: "Advanced",
          minimum: 1,
          maximum: 3650,
          note: "Documented for IDnomic templates (14 by default); the Entrust dialogue is not.",
        }),
      ),
      profilePick,
      ...keyDelivery,
    ],
    actions: [
      {
        name: "test",
        label: "Save and Test",
        help: "Saves, then enrols a throw-away device with values of its own and revokes its certificate.",
        fields: ["webServiceUrl", "adminName", "adminPassword", "rdnFormat"],
        asks: "enrolment",
        saves: true,
        untried: [
          {
            what: "A test certificate over the Web Service URL",
            why: "Countersign has no MDM web service. Press Save and Test in the Cloud Extender itself.",
            when: ENTRUST.when,
          },
        ],
      },
    ],
  },
};
