import type { CertificateRequest } from "../../api/calls.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";
import type { Sources } from "../shapes/choice-sources.ts";
import { extensionName } from "./extension-names.ts";
import { PKCS12_ENCODING } from "./pkcs12-encoding.ts";

/** Kinds of alternative names, as a person reads them. */
export const SAN_KINDS = [
  ["dns", "DNS name"],
  ["rfc822", "E-mail address"],
  ["upn", "User principal name"],
  ["uri", "URI"],
  ["ip", "IP address"],
] as const;

const KEYS = [
  ["rsa-2048", "RSA 2048"],
  ["rsa-3072", "RSA 3072"],
  ["rsa-4096", "RSA 4096"],
  ["ec-p256", "ECDSA P-256"],
  ["ec-p384", "ECDSA P-384"],
  ["ec-p521", "ECDSA P-521"],
] as const;

const LIVES = [
  ["", "As the profile says"],
  ["P30D", "30 days"],
  ["P90D", "90 days"],
  ["P180D", "180 days"],
  ["P1Y", "1 year"],
  ["P2Y", "2 years"],
  ["P3Y", "3 years"],
  ["other", "Another life…"],
] as const;

const named = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([value, label]) => ({ value, label }));

/** Only what this CA may issue by, and as a file only what may be one. */
export const profilesFor = (
  { choices, enabled }: Sources,
  values: FieldValues,
): FieldSpec["choices"] => {
  const some = enabled[textOf(values["authorityId"])];
  const all = choices[values["how"] === "pkcs12" ? "pkcs12-profiles" : "certificate-profiles"];
  return all?.filter(({ value }) => some?.includes(value) ?? true);
};

/** OIDs of the extensions that may be asked for with the profile that is chosen. */
export const extensionsFor = (sources: Sources, { profileId }: FieldValues): readonly string[] =>
  sources.choices["certificate-profiles"]?.find(({ value }) => value === profileId)
    ?.allowedExtensions ?? [];

const SUBJECT: FieldSpec = {
  name: "subject",
  label: "Subject",
  help: "As RFC 5280 has it; several CNs may stand in it.",
  example: "CN=server1.example.com, O=Example Corp, C=US",
  type: "text",
};

const fromRequest = (
  values: FieldValues,
  request: CertificateRequest | undefined,
): readonly FieldSpec[] => [
  {
    name: "csr",
    label: "Certificate request",
    help: "PEM, or base64 of DER.",
    note: request === undefined ? undefined : `It has a key of kind ${request.publicKeyType}.`,
    type: "lines",
    pem: "CERTIFICATE REQUEST",
    required: true,
  },
  {
    name: "useCsrSubject",
    label: "Use Subject from CSR",
    help: "The certificate names whom the request names.",
    type: "yes-no",
  },
  values["useCsrSubject"] === true
    ? { ...SUBJECT, name: "csrSubject", help: "As the request says.", example: "", readOnly: true }
    : SUBJECT,
];

const password = (values: FieldValues): readonly FieldSpec[] => [
  {
    name: "password",
    label: "Password of the file",
    help: "Eight characters at least. You need it to install the file; it is not kept.",
    type: "secret",
    required: true,
    format: { expression: ".{8,}", message: "Eight characters at least." },
  },
  {
    name: "passwordAgain",
    label: "The password again",
    help: "What is mistyped would lock the file for good.",
    type: "secret",
    required: true,
    format: {
      expression: textOf(values["password"]).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"),
      message: "The two passwords are not the same.",
    },
  },
];

const asFile = (values: FieldValues): readonly FieldSpec[] => [
  { ...SUBJECT, required: true },
  {
    name: "keyAlgorithm",
    label: "Key",
    help: "RSA 2048 is read everywhere.",
    type: "choice",
    required: true,
    choices: named(KEYS),
  },
  ...password(values),
  PKCS12_ENCODING,
];

const ownNames = (request: CertificateRequest | undefined): string => {
  const { sans = [], unsupportedSans = 0 } = request ?? {};
  const kind = new Map<string, string>(SAN_KINDS);
  const texts = sans.map(({ type, value }) => `${kind.get(type) ?? type} ${value}`);
  const asked = texts.length === 0 ? "" : ` The request asks for: ${texts.join(", ")}.`;
  return unsupportedSans === 0
    ? asked
    : `${asked} It also asks for names of a kind that is not issued: write down those that are wanted.`;
};

const extensions = (sources: Sources, values: FieldValues): readonly FieldSpec[] => {
  const allowed = extensionsFor(sources, values);
  if (allowed.length === 0) return [];
  return [
    {
      name: "extensions",
      label: "Extensions",
      help:
        values["how"] === "pkcs12"
          ? "What the profile allows besides its own; never critical."
          : "With none, a request's own are taken as far as the profile allows. One that is written here takes the place of them all; never critical.",
      type: "rows",
      columns: [
        {
          ...{ name: "oid", label: "Extension", type: "choice" },
          ...{ choices: allowed.map((oid) => ({ value: oid, label: extensionName(oid) })) },
        },
        { name: "value", label: "DER in base64", type: "text" },
      ],
    },
  ];
};

/** The form as it stands: what is asked for depends on how the key comes about, and on what the request says. */
export const issueFields = (
  sources: Sources,
  values: FieldValues,
  request: CertificateRequest | undefined,
): readonly FieldSpec[] => {
  const isFile = values["how"] === "pkcs12";
  return [
    {
      name: "how",
      label: "Certificate type",
      help: isFile
        ? "The CA makes the key, hands it over once as a file, and does not keep it."
        : "From a certificate request (CSR): the key never leaves its owner.",
      type: "choice",
      required: true,
      choices: [
        { value: "csr", label: "Client-Side Generated Key Certificate (X.509 cert)" },
        { value: "pkcs12", label: "Server-Side Generated Key Certificate (PKCS #12)" },
      ],
    },
    {
      name: "authorityId",
      label: "CA server",
      help: "Who issues.",
      type: "choice",
      required: true,
      choices: sources.choices["issuing-authorities"],
    },
    {
      name: "profileId",
      label: "Profile",
      help: "What may be in it and for how long.",
      type: "choice",
      required: true,
      choices: profilesFor(sources, values),
    },
    ...(isFile ? asFile(values) : fromRequest(values, request)),
    {
      name: "sans",
      label: "Alternative names",
      help: isFile ? "Besides the subject." : "With none, a request's own are taken.",
      note: isFile ? undefined : ownNames(request),
      type: "rows",
      columns: [
        { name: "type", label: "Kind", type: "choice", ...{ choices: named(SAN_KINDS) } },
        { name: "value", label: "Name", type: "text" },
      ],
    },
    ...extensions(sources, values),
    {
      name: "validity",
      label: "Validity",
      help: "From now on; never past the end of the CA itself.",
      type: "choice",
      choices: named(LIVES),
    },
    {
      name: "otherValidity",
      label: "Its life",
      help: "An ISO 8601 duration: P1Y, P47D, PT12H.",
      type: "text",
      required: true,
      format: {
        expression: "P(?=.)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+S)?)?",
        message: "Write it like P1Y, P47D or PT12H.",
      },
      when: { field: "validity", is: ["other"] },
    },
  ];
};
