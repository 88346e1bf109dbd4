import {
  beside,
  type CaServerModel,
  challengeSecret,
  type ConsoleShape,
  fixed,
  flag,
  keySize,
  life,
  pick,
  reading,
  sanRows,
  subjectText,
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
  OWN_DIALECT,
  profilePick,
  requiredDomain,
  scepUrl,
} from "./fields.ts";

const REQUEST = { section: "Request SCEP Certificate" };
const INTUNE = { section: "Intune Authentication" };
const AUTHENTICATED = { ...INTUNE, when: { field: "intuneAuthentication", is: [true] } };

/** Cogito Jellyfish: Configuration, SCEP Configuration. */
export const jellyfish: ConsoleShape = {
  id: "jellyfish",
  name: "Jellyfish",
  version: 1,
  dialect: OWN_DIALECT,
  caServer: {
    title: "Add SCEP Configuration",
    editTitle: "Edit SCEP Configuration",
    place: "Configuration > SCEP Configuration",
    parts: [
      text<CaServerModel>(
        input.text("configurationName", "Configuration name", "The name in lists.", {
          required: true,
        }),
        "name",
      ),
      text<CaServerModel>(
        input.choice("ca", "CA", "The CA that issues; a new one is made unless you choose.", {
          from: "issuing-authorities",
          note: "Jellyfish insists on a CA that is there. Here the form makes the first one: nobody could fill it in before.",
        }),
        "id",
      ),
      texts<CaServerModel>(
        input.choices(
          "template",
          "Template",
          "What it issues by. It may follow later: the configuration is enabled with its first template.",
          {
            from: "templates",
            note: "Jellyfish insists on one. Here a template names its CA, so the CA comes first.",
          },
        ),
        "templateIds",
      ),
      fixed<CaServerModel>(
        {
          name: "certificateChain",
          label: "Certificate chain",
          help: "The CA and its parents; Countersign puts the enrolment agent's certificate before them, as SonicWall needs it too.",
          mark: "documented",
        },
        "sent by Countersign itself",
      ),
      reading<CaServerModel>(
        input.text(
          "enrollmentAgent",
          "Issue Enrollment Agent Certificate",
          "Countersign issues it by itself when the form is saved.",
        ),
        ({ readings }) => (readings.scepUrl === "" ? "" : "issued"),
      ),
      flag<CaServerModel>(
        input.yesNo("enabled", "Enable SCEP configuration", "Devices may ask.", { default: true }),
        "enabled",
      ),
      scepUrl<CaServerModel>({ label: "SCEP URL", mark: "documented" }),
      beside<CaServerModel>(
        input.yesNo(
          "intuneAuthentication",
          "Add Intune SCEP Authentication Config",
          "Jellyfish asks Intune whether a challenge of it is good. Kept for the copy sheet.",
          { ...INTUNE, default: false },
        ),
        input.text(
          "entraApplicationId",
          "Entra Application ID",
          "The application that Jellyfish signs in to Entra ID as.",
          { ...AUTHENTICATED, required: true, format: GUID },
        ),
        input.text("entraTenantId", "Entra Tenant ID", "The tenant of Intune.", {
          ...AUTHENTICATED,
          required: true,
          format: GUID,
        }),
        input.secret("entraAppKey", "Entra App Key (Secret Value)", NOT_KEPT, {
          ...AUTHENTICATED,
          ...ASKED_ONCE,
          format: {
            expression: `(?!${GUID.expression}$).+`,
            message: "this is the secret's ID, a GUID: its Value is wanted",
          },
        }),
      ),
    ],
    actions: [
      {
        name: "validate",
        label: "Validate Configuration",
        help: "Looks at the three values; nobody signs in with them here.",
        when: AUTHENTICATED.when,
        fields: ["entraApplicationId", "entraTenantId", "entraAppKey"],
        untried: [
          {
            what: "Signing in to Entra ID, and the application's rights in Intune",
            why: "Countersign does not sign in there and keeps no key of the application. Press Validate Configuration in Jellyfish itself.",
          },
        ],
      },
    ],
  },
  template: {
    title: "Template",
    place: "Configuration > Templates",
    parts: [
      text<TemplateModel>(
        input.text("name", "Name", "The name of the template.", { required: true, mark: "ours" }),
        "name",
      ),
      issuedBy({ name: "ca", label: "CA" }),
      flag<TemplateModel>(
        input.yesNo(
          "ignoreSignature",
          "Ignore signature validation",
          "For SonicWall, whose requests are signed with MD5. Nothing is ignored: it is the endpoint's switch that takes such requests when their signature verifies.",
          { default: false },
        ),
        "acceptMd5Csr",
      ),
      subjectText(
        input.pattern(
          "subject",
          "Subject",
          "At least one part must be set: CN=%devicename%,O=Contoso.",
          {
            ...REQUEST,
            required: true,
          },
        ),
        OWN_DIALECT,
      ),
      sanRows(
        input.rows("sans", "Subject Alternative Names", "A kind and a value each.", {
          ...REQUEST,
          columns: [
            {
              name: "type",
              label: "Type",
              type: "choice",
              required: true,
              choices: choicesOf(
                ["dns", "DNS name"],
                ["ip", "IP address"],
                ["rfc822", "E-mail"],
                ["uri", "URI"],
                ["upn", "UPN"],
              ),
            },
            { name: "value", label: "Value", type: "pattern" },
          ],
          note: "The kinds are Countersign's.",
        }),
        [
          ["dns", "dns"],
          ["ip", "ip"],
          ["rfc822", "rfc822"],
          ["uri", "uri"],
          ["upn", "upn"],
        ],
        OWN_DIALECT,
      ),
      beside<TemplateModel>(
        input.text(
          "contactEmail",
          "Contact email",
          "An inbox of yours: Jellyfish sends the link to the token there. Countersign sends nothing to it.",
          {
            ...REQUEST,
            required: true,
            format: { expression: "[^\\s@]+@[^\\s@]+", message: "an e-mail address" },
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
        input.secret("challengePassword", "Challenge password", "The password all devices send.", {
          section: "Countersign",
          when: { field: "challenge", is: ["static"] },
          mark: "ours",
        }),
      ),
      keySize(
        input.choice("keySize", "Key size", "Bits of the RSA key.", {
          section: "Countersign",
          required: true,
          default: "2048",
          choices: choicesOf("2048", "3072", "4096"),
          mark: "ours",
        }),
      ),
      life(
        input.integer("validity", "Validity", "How long a certificate lives.", {
          section: "Countersign",
          required: true,
          minimum: 1,
          maximum: 36_500,
          default: 1,
          mark: "ours",
        }),
        input.choice("validityUnit", "Unit", "Days, months or years.", {
          section: "Countersign",
          required: true,
          default: "Years",
          choices: choicesOf("Days", "Months", "Years"),
          mark: "ours",
        }),
      ),
      requiredDomain({
        label: "Domain of the network",
        help: "Jellyfish wants it in a DNS name, the UPN or the common name of every certificate of the network. Empty: none.",
        section: "RADIUS",
        mark: "documented",
      }),
      profilePick,
      ...keyDelivery,
    ],
  },
};
