import {
  challengeSecret,
  type ConsoleField,
  type ConsoleShape,
  DEVICE_KEY_ALGORITHMS,
  EXTENDED_KEY_USAGES,
  extendedUsageRows,
  flag,
  KEY_USAGES,
  lifeText,
  pick,
  policyRows,
  sanRows,
  subjectText,
  type TemplateModel,
  text,
  texts,
} from "../../plugin/sdk.ts";
import { attempts, deviceEvents } from "./countersign-events.ts";
import { entrust } from "./entrust.ts";
import {
  choicesOf,
  issuedBy,
  keyDelivery,
  OWN_DIALECT,
  ownInput,
  profilePick,
  requiredDomain,
  scepUrl,
} from "./fields.ts";

const USAGES = { section: "What it may be used for" };
const LIFE = { section: "Life and renewal" };
const CHALLENGE = { section: "Challenge" };
const DURATION = "An ISO 8601 duration: P1Y, P47D, PT12H.";

const withoutNote = (field: ConsoleField): ConsoleField =>
  Object.fromEntries(
    Object.entries(field).filter(([name]) => name !== "note"),
  ) as unknown as ConsoleField;

/** Our own words: all that a template says, for what another console has no field for. */
export const countersign: ConsoleShape = {
  id: "countersign",
  name: "Countersign",
  version: 1,
  dialect: OWN_DIALECT,
  caServer: {
    ...entrust.caServer,
    // What Entrust insists on is nobody's concern here.
    parts: entrust.caServer.parts.map((part) => ({
      ...part,
      fields: part.fields.map(withoutNote),
    })),
    title: "Add CA server",
    editTitle: "Edit CA server",
    place: "CA servers",
    notes: [
      "For a root and an issuing CA in one step take another console's form, which asks for a name only.",
    ],
  },
  template: {
    title: "Add template",
    editTitle: "Edit template",
    place: "Templates",
    parts: [
      text<TemplateModel>(
        ownInput.text("name", "Name", "The name in lists.", { required: true }),
        "name",
      ),
      issuedBy(),
      subjectText(
        ownInput.pattern(
          "subject",
          "Subject",
          "CN=%username%,O=Example; a variable without a value refuses the request.",
        ),
        OWN_DIALECT,
      ),
      sanRows(
        ownInput.rows("sans", "Alternative names", "A kind and a value each.", {
          columns: [
            {
              name: "type",
              label: "Kind",
              type: "choice",
              required: true,
              choices: choicesOf(
                ["dns", "DNS name"],
                ["rfc822", "E-mail (RFC 822)"],
                ["upn", "User principal name"],
                ["uri", "URI"],
                ["ip", "IP address"],
              ),
            },
            { name: "value", label: "Value", type: "pattern" },
          ],
        }),
        [
          ["dns", "dns"],
          ["rfc822", "rfc822"],
          ["upn", "upn"],
          ["uri", "uri"],
          ["ip", "ip"],
        ],
        OWN_DIALECT,
      ),
      requiredDomain({ section: "" }),
      texts<TemplateModel>(
        ownInput.choices(
          "keyAlgorithms",
          "Keys",
          "What a device may make; Apple and Windows make RSA keys only over SCEP.",
          {
            ...USAGES,
            required: true,
            default: ["rsa-2048"],
            choices: choicesOf(...DEVICE_KEY_ALGORITHMS),
          },
        ),
        "keyAlgorithms",
      ),
      texts<TemplateModel>(
        ownInput.choices("keyUsages", "Key usage", "RFC 5280 section 4.2.1.3.", {
          ...USAGES,
          required: true,
          choices: choicesOf(
            ...KEY_USAGES.filter((usage) => usage !== "keyCertSign" && usage !== "cRLSign"),
          ),
        }),
        "keyUsages",
      ),
      extendedUsageRows(
        ownInput.rows("extendedKeyUsages", "Extended key usage", "In every certificate.", {
          ...USAGES,
          columns: [
            { name: "name", label: "Name", type: "text" },
            { name: "oid", label: "Object identifier", type: "text" },
            {
              name: "predefined",
              label: "Predefined",
              type: "choice",
              choices: choicesOf(...EXTENDED_KEY_USAGES.map(([name]) => name)),
            },
          ],
        }),
        EXTENDED_KEY_USAGES,
      ),
      texts<TemplateModel>(
        ownInput.list(
          "allowedExtendedKeyUsages",
          "Further usages a request may ask for",
          "Object identifiers; any other is refused.",
          USAGES,
        ),
        "allowedExtendedKeyUsages",
      ),
      policyRows(
        ownInput.rows(
          "policies",
          "Certificate policies",
          "By object identifier, each with the address of its practice statement if there is one.",
          {
            ...USAGES,
            columns: [
              { name: "oid", label: "Object identifier", type: "text", required: true },
              { name: "cps", label: "Practice statement (URL)", type: "text" },
            ],
          },
        ),
      ),
      lifeText(ownInput.text("validity", "Valid for", DURATION, { ...LIFE, required: true })),
      text<TemplateModel>(
        ownInput.text("maxValidity", "At most", "What a request may ask for.", {
          ...LIFE,
          required: true,
        }),
        "maxValidity",
      ),
      pick<TemplateModel>(
        ownInput.choice(
          "beyondAuthority",
          "When it would outlive the CA",
          "A certificate never does.",
          {
            ...LIFE,
            required: true,
            choices: choicesOf(["refuse", "Refuse it"], ["shorten", "Shorten it to the CA's end"]),
          },
        ),
        "beyondAuthority",
        [],
      ),
      text<TemplateModel>(
        ownInput.text(
          "backdate",
          "Starts before it is issued by",
          "For clocks that are slow; 7 days at most.",
          { ...LIFE, required: true },
        ),
        "backdate",
      ),
      flag<TemplateModel>(
        ownInput.yesNo(
          "autoRenewal",
          "Renew by itself",
          "The profile is sent again in the window below.",
          LIFE,
        ),
        "autoRenewal",
      ),
      text<TemplateModel>(
        ownInput.text(
          "renewalWindow",
          "Renewal window",
          "Before its end: P30D, or a share of its life, 20%.",
          { ...LIFE, required: true },
        ),
        "renewalWindow",
      ),
      pick<TemplateModel>(
        ownInput.choice(
          "scepRenewal",
          "Renewal over SCEP by the old certificate",
          "Without a new challenge.",
          {
            ...LIFE,
            required: true,
            choices: choicesOf(
              ["off", "Never"],
              ["any-time", "Whenever it is asked for"],
              ["in-window", "In the renewal window only"],
            ),
          },
        ),
        "scepRenewal",
        [],
      ),
      text<TemplateModel>(
        ownInput.text("renewalGrace", "After its end it may still renew for", "PT0S: not at all.", {
          ...LIFE,
          required: true,
        }),
        "renewalGrace",
      ),
      pick<TemplateModel>(
        ownInput.choice(
          "oldCertificate",
          "The certificate before",
          "Once its successor was seen on the device.",
          {
            ...LIFE,
            required: true,
            choices: choicesOf(
              ["keep", "Stays good until its end"],
              ["revoke", "Is revoked as superseded"],
            ),
          },
        ),
        "oldCertificate",
        [],
      ),
      flag<TemplateModel>(
        ownInput.yesNo(
          "allowDuplicates",
          "A device may hold two live certificates",
          "Renewal needs it: the new one is there before the old one ends.",
          LIFE,
        ),
        "allowDuplicates",
      ),
      pick<TemplateModel>(
        ownInput.choice("challengeMode", "Challenge", "How a device proves that it may ask.", {
          ...CHALLENGE,
          required: true,
          choices: choicesOf(
            ["dynamic", "One for each enrolment"],
            ["static", "One password for all"],
          ),
        }),
        "challengeMode",
        [],
      ),
      challengeSecret(
        ownInput.secret("secret", "Password", "8 characters at least; kept sealed.", {
          ...CHALLENGE,
          when: { field: "challengeMode", is: ["static"] },
        }),
      ),
      text<TemplateModel>(
        ownInput.text("challengeLifetime", "A challenge is good for", DURATION, {
          ...CHALLENGE,
          required: true,
          when: { field: "challengeMode", is: ["dynamic"] },
        }),
        "challengeLifetime",
      ),
      attempts,
      flag<TemplateModel>(
        ownInput.yesNo(
          "acceptMd5Csr",
          "Take requests signed with MD5",
          "At its endpoint, and only when their signature verifies: for SonicWall.",
          CHALLENGE,
        ),
        "acceptMd5Csr",
      ),
      pick<TemplateModel>(
        ownInput.choice("keyStorage", "Where Windows keeps the key", "KeyProtection 1 to 4.", {
          section: "Countersign",
          required: true,
          choices: choicesOf(
            ["tpm", "TPM, otherwise fail"],
            ["tpm-else-software", "TPM if there is one, otherwise software"],
            ["software", "Software"],
            ["windows-hello", "Windows Hello for Business"],
          ),
        }),
        "keyStorage",
        [],
      ),
      ...deviceEvents,
      profilePick,
      ...keyDelivery,
      scepUrl<TemplateModel>({ label: "SCEP URL", mark: "ours", section: "Countersign" }),
    ],
  },
};
