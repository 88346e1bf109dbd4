import {
  beside,
  challengeSecret,
  type FormPart,
  pick,
  type TemplateModel,
} from "../../plugin/sdk.ts";
import { ASKED_ONCE, input, NOT_KEPT, ONE_TIME, WEB_SERVICE_URL } from "./fields.ts";

const SCEP = { section: "SCEP" };
const ENTRUST = { section: "SCEP", when: { field: "challengeType", is: ["dynamic-entrust"] } };
const MICROSOFT = {
  section: "SCEP",
  mark: "observed" as const,
  when: { field: "challengeType", is: ["dynamic-microsoft-ca"] },
};

/** The challenge of Jamf's SCEP payload, with the fields that each type of it has. */
export const jamfChallenge: readonly FormPart<TemplateModel>[] = [
  pick<TemplateModel>(
    input.choice(
      "challengeType",
      "Challenge Type",
      `Static: one password, typed into Jamf as well. ${ONE_TIME} What Jamf would fetch by itself (webhook, SCEP admin page, Entrust's web service) is not answered.`,
      {
        ...SCEP,
        required: true,
        default: "dynamic",
        choices: [
          { value: "static", label: "Static" },
          { value: "dynamic", label: "Dynamic" },
          { value: "dynamic-microsoft-ca", label: "Dynamic-Microsoft CA" },
          { value: "dynamic-entrust", label: "Dynamic-Entrust" },
        ],
      },
    ),
    "challengeMode",
    [
      ["static", "static"],
      ["dynamic", "dynamic"],
      ["dynamic-microsoft-ca", "dynamic"],
      ["dynamic-entrust", "dynamic"],
    ],
  ),
  challengeSecret(
    input.secret("challenge", "Challenge", "The password all devices send; Jamf asks twice.", {
      ...SCEP,
      mark: "observed",
      when: { field: "challengeType", is: ["static"] },
    }),
  ),
  beside<TemplateModel>(
    input.text(
      "adminUrl",
      "URL to SCEP Admin",
      "The page that Jamf reads challenges from.",
      MICROSOFT,
    ),
    input.text("adminName", "Username", "Who signs in to that page.", MICROSOFT),
    input.secret("adminPassword", "Password", NOT_KEPT, MICROSOFT),
    input.text("entrustUrl", "Entrust Web Service URL", "The MDM web service.", {
      ...ENTRUST,
      required: true,
      format: WEB_SERVICE_URL,
    }),
    input.text("entrustName", "Administrator Username", "A credential of the web service.", {
      ...ENTRUST,
      required: true,
    }),
    input.secret("entrustPassword", "Administrator Password", NOT_KEPT, {
      ...ENTRUST,
      ...ASKED_ONCE,
    }),
    input.secret("entrustVerify", "Verify Password", "The same once more.", {
      ...ENTRUST,
      ...ASKED_ONCE,
      same: "entrustPassword",
    }),
    input.text(
      "digitalId",
      "Digital ID Configuration Name",
      "The digital ID that decides the subject; the credential's name is taken as well.",
      { ...ENTRUST, required: true },
    ),
    input.text("groupName", "Group Name", "Must be set where the RDN format has <iggroup>.", {
      ...ENTRUST,
      note: "Not mandatory here: the RDN format stands with the digital ID, not in Jamf's form.",
    }),
    input.rows("rdnVariables", "RDN Variables", "A value for each variable of the RDN format.", {
      ...ENTRUST,
      required: true,
      columns: [
        { name: "name", label: "Name", type: "text", required: true },
        { name: "value", label: "Value", type: "pattern", required: true },
      ],
      default: [{ name: "profileid", value: "$PROFILE_IDENTIFIER" }],
    }),
  ),
];
