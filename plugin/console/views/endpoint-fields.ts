import type { FieldSpec } from "../ui/field-spec.ts";
import { words } from "../ui/format.ts";
import type { Sources } from "./choice-sources.ts";

const CLIENTS = ["auto", "apple", "windows", "android", "certmonger", "strongswan", "cisco-legacy", "fortigate", "sonicwall", "ndes-proxy"];

/** The form of an endpoint; its id is fixed once it is there. */
export const endpointFields = ({ choices }: Sources, isNew: boolean): readonly FieldSpec[] => [
  {
    name: "id",
    label: "Identifier",
    help: "The last word of the address; it cannot be changed later.",
    type: "text",
    required: true,
    readOnly: !isNew,
    format: { expression: "[a-z0-9](?:-?[a-z0-9]){1,62}", message: "2 to 63 of a–z, 0–9 and single hyphens." },
  },
  { name: "name", label: "Name", help: "As people read it in lists; the identifier unless given.", type: "text" },
  { name: "authorityId", label: "CA server", help: "Who issues.", type: "choice", required: true, from: "issuing-authorities", choices: choices["issuing-authorities"] },
  { name: "templateIds", label: "Templates", help: "What may be asked for here.", type: "choices", required: true, from: "templates", choices: choices["templates"] },
  {
    name: "challenge",
    label: "How devices prove themselves",
    help: "One-time challenges are minted for one device and one template; a password is the same for all.",
    type: "choice",
    required: true,
    section: "Challenge",
    choices: [
      { value: "dynamic", label: "One-time challenges (recommended)" },
      { value: "static", label: "One password for all" },
      { value: "both", label: "Both" },
    ],
  },
  {
    name: "secret",
    label: "Password",
    help: "At least 12 characters; it is kept sealed and never shown again.",
    type: "secret",
    required: true,
    section: "Challenge",
    when: { field: "challenge", is: ["static", "both"] },
  },
  {
    name: "staticTemplate",
    label: "Template of the password",
    help: "What the password enrols for; the first template unless chosen.",
    type: "choice",
    section: "Challenge",
    choices: choices["templates"],
    when: { field: "challenge", is: ["static", "both"] },
  },
  {
    name: "unknownDevice",
    label: "When no device matches the subject",
    help: "Appliances and laboratory clients are not in an MDM.",
    type: "choice",
    required: true,
    section: "Challenge",
    choices: [
      { value: "refuse", label: "Refuse" },
      { value: "unmanaged", label: "Enrol it as a device that is not managed" },
    ],
    when: { field: "challenge", is: ["static", "both"] },
  },
  {
    name: "approval",
    label: "Approval",
    help: "With approval a request waits until somebody has said yes; the device asks again by itself.",
    type: "choice",
    required: true,
    section: "Rules",
    choices: [
      { value: "none", label: "Not needed" },
      { value: "manual", label: "Somebody approves each first request" },
    ],
  },
  {
    name: "clientProfile",
    label: "Client profile",
    help: "What the clients here can and cannot do; Auto finds out by what they send.",
    type: "choice",
    required: true,
    section: "Rules",
    choices: CLIENTS.map((value) => ({ value, label: words(value) })),
  },
  { name: "includeRoot", label: "Send the root with GetCACert", help: "Clients that trust the root already do not need it.", type: "yes-no", section: "Rules" },
  { name: "legacy", label: "Allow old algorithms (3DES, SHA-1)", help: "Only for clients that can do nothing better; it weakens the transport of challenges.", type: "yes-no", section: "Rules" },
  { name: "acceptMd5Csr", label: "Take requests signed with MD5", help: "The signature is checked all the same.", type: "yes-no", section: "Rules" },
];
