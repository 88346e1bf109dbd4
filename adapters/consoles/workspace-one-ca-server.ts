import { beside, type CaServerModel, type ConsoleForm, text } from "../../plugin/sdk.ts";
import {
  ASKED_ONCE,
  choicesOf,
  input,
  NOT_KEPT,
  ONE_TIME,
  scepUrl,
  WEB_SERVICE_URL,
} from "./fields.ts";

/** What Workspace ONE knows of CAs. */
export const AUTHORITY_TYPES = [
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

/** System, Enterprise Integration, Certificate Authorities. */
export const workspaceOneCaServer: ConsoleForm<CaServerModel> = {
  title: "Certificate Authority - Add",
  actions: [
    {
      name: "test",
      label: "TEST CONNECTION",
      help: "Looks at what is typed, and asks for all that devices get of this CA from its public addresses.",
      fields: ["webServiceUrl", "username", "password"],
      asks: "public-addresses",
      untried: [
        {
          what: "Signing in at the Server URL",
          why: "Countersign has no MDM web service, and does not call anybody else's. Press TEST CONNECTION in Workspace ONE itself.",
          when: ENTRUST_FORM.when,
        },
      ],
    },
  ],
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
      input.choice(
        "protocol",
        "Protocol",
        "SCEP: the device makes its key; what Countersign answers. PKI: the CA does, with Entrust. ADCS: Microsoft's own.",
        {
          required: true,
          default: "SCEP",
          choices: choicesOf("PKI", "SCEP", "ADCS"),
        },
      ),
      input.text(
        "webServiceUrl",
        "Server URL",
        "The MDM web service; revocation needs an address that ends in /AdminServiceV9.",
        { ...ENTRUST_FORM, required: true, format: WEB_SERVICE_URL },
      ),
      input.text("username", "Username", "A credential of the web service.", {
        ...ENTRUST_FORM,
        required: true,
      }),
      input.secret("password", "Password", NOT_KEPT, { ...ENTRUST_FORM, ...ASKED_ONCE }),
    ),
    scepUrl<CaServerModel>({
      name: "scepEndpointUrl",
      label: "SCEP Endpoint URL",
      mark: "documented",
      when: { field: "protocol", is: ["SCEP"] },
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
};
