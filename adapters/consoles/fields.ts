import {
  type CaServerModel,
  type ConsoleDialect,
  type ConsoleField,
  type FormPart,
  KNOWN_VARIABLES,
  pick,
  reading,
  type TemplateModel,
  text,
} from "../../plugin/sdk.ts";

/** Our own dialect: `%name%`, case does not count; for consoles that have none of their own. */
export const OWN_DIALECT: ConsoleDialect = {
  open: "%",
  close: "%",
  ignoresCase: true,
  caseMark: "ours",
  free: false,
  variables: KNOWN_VARIABLES.map((name) => ({ name, variable: name, mark: "ours" })),
};

/** The form's word that saving refuses, and why (decision 2). */
export const RSA_1024 = {
  value: "1024",
  label: "1024",
  refused: "keys below RSA-2048 are never issued for",
} as const;

/** Which CA server of ours a template belongs to, where the console has no such field of its own. */
export const issuedBy = (field: Partial<ConsoleField> = {}): FormPart<TemplateModel> =>
  text<TemplateModel>(
    {
      name: "authority",
      label: "Certificate authority",
      help: "The CA server of Countersign that issues for this template.",
      type: "choice",
      from: "template-authorities",
      required: true,
      mark: "ours",
      ...field,
    },
    "authorityId",
  );

/** The certificate profile that a template keeps to, where the console has no such field of its own. */
export const profilePick: FormPart<TemplateModel> = text<TemplateModel>(
  {
    name: "certificateProfile",
    label: "Certificate profile",
    help: "What its certificates may hold. A CA server with profiles of its own issues by one of these only. Picking one sets the usages that this form does not ask for.",
    type: "choice",
    from: "certificate-profiles",
    section: "Countersign",
    mark: "ours",
  },
  "profileId",
);

/** The domain that RADIUS networks look for (T-24). */
export const requiredDomain = (more: Partial<ConsoleField> = {}): FormPart<TemplateModel> =>
  text<TemplateModel>(
    {
      name: "requiredDomain",
      label: "Required domain",
      help: "Must occur in a DNS name, the user principal name or the common name, or nothing is issued: what RADIUS networks such as Jellyfish's want. Empty: none.",
      type: "text",
      section: "Countersign",
      mark: "ours",
      ...more,
    },
    "requiredDomain",
  );

const DELIVERY_FIELD = "delivery";

/** Who makes the key, and how a container with one is encrypted: no console's own words, since theirs have a form for each. */
export const keyDelivery: readonly FormPart<TemplateModel>[] = [
  pick<TemplateModel>(
    {
      name: DELIVERY_FIELD,
      label: "Who makes the key",
      help: "A device that makes its own never shows it to anybody. One made at the CA is handed over with the profile, once, and not kept; then nothing is asked over SCEP.",
      type: "choice",
      default: "scep",
      choices: [
        { value: "scep", label: "The device (SCEP)" },
        { value: "pkcs12", label: "The CA (PKCS#12)" },
      ],
      section: "Countersign",
      mark: "ours",
    },
    "delivery",
    [
      ["scep", "scep"],
      ["pkcs12", "pkcs12"],
    ],
  ),
  pick<TemplateModel>(
    {
      name: "pkcs12Encoding",
      label: "Encryption of the container",
      help: "By platform: AES, and triple DES for Apple, since systems before iOS 18 and macOS 15 may read nothing else.",
      type: "choice",
      default: "by-platform",
      choices: [
        { value: "by-platform", label: "By platform" },
        { value: "strong", label: "Strong (AES-256)" },
        { value: "compatible", label: "Compatible (triple DES)" },
      ],
      when: { field: DELIVERY_FIELD, is: ["pkcs12"] },
      section: "Countersign",
      mark: "ours",
    },
    "pkcs12Encoding",
    [
      ["by-platform", "by-platform"],
      ["strong", "strong"],
      ["compatible", "compatible"],
    ],
  ),
];

/** The SCEP URL to paste into the console. */
export const scepUrl = <M extends CaServerModel | TemplateModel>(
  field: Pick<ConsoleField, "label" | "mark"> & Partial<ConsoleField>,
): FormPart<M> =>
  reading<M>(
    {
      name: "serverUrl",
      help: "Where devices send their requests. It is known once the form is saved.",
      type: "text",
      ...field,
    },
    (model) => model.readings.scepUrl,
  );

/** SHA-256 of the root's DER, hex. */
export const rootFingerprint = <M extends CaServerModel | TemplateModel>(
  field: Pick<ConsoleField, "label" | "mark"> & Partial<ConsoleField>,
): FormPart<M> =>
  reading<M>(
    {
      name: "fingerprint",
      help: "SHA-256 of the root certificate's DER, in hex.",
      type: "text",
      ...field,
    },
    (model) => model.readings.rootFingerprintSha256,
  );

/** Identifiers of Entra ID. */
export const GUID = {
  expression: "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
  message: "must be a GUID: 8, 4, 4, 4 and 12 hexadecimal digits, with hyphens between",
};

type More = Partial<ConsoleField>;
const marked =
  (mark: ConsoleField["mark"]) =>
  (type: ConsoleField["type"]) =>
  (name: string, label: string, help: string, more: More = {}): ConsoleField => ({
    name,
    label,
    help,
    type,
    mark,
    ...more,
  });

const inputs = (mark: ConsoleField["mark"]) => {
  const field = marked(mark);
  return {
    text: field("text"),
    pattern: field("pattern"),
    integer: field("integer"),
    yesNo: field("yes-no"),
    choice: field("choice"),
    choices: field("choices"),
    list: field("list"),
    rows: field("rows"),
    date: field("date"),
    secret: field("secret"),
    file: field("file"),
  };
};

/** Fields by their type; documented unless said otherwise. */
export const input = inputs("documented");

/** Fields of our own form. */
export const ownInput = inputs("ours");

/** Choices whose label is their value, or [value, label]. */
export const choicesOf = (
  ...words: readonly (string | readonly [value: string, label: string])[]
): readonly { readonly value: string; readonly label: string }[] =>
  words.map((word) =>
    typeof word === "string" ? { value: word, label: word } : { value: word[0], label: word[1] },
  );

/** How one-time challenges reach a device. */
export const ONE_TIME = "Dynamic: Countersign puts one into each profile that it delivers.";

/** The password of an outside web service: it is not ours to keep. */
export const NOT_KEPT =
  "Asked for once, when this is made; Countersign does not keep it. Type it into the console itself.";

/** Why a password is asked for that is not kept. */
export const ASKED_ONCE = {
  required: true,
  note: "An edit does not ask for it again.",
} as const;

/** The MDM web service of Entrust, as consoles insist that its address ends. */
export const WEB_SERVICE_URL = {
  expression: "https?://.+/AdminServiceV9",
  message: "an address that ends in /AdminServiceV9",
} as const;
