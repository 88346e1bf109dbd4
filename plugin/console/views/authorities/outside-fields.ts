import type { Authority, Calls } from "../../api/calls.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";
import { OUTSIDE_KINDS } from "./outside-kinds.ts";

type NewOutside = Calls["postAuthoritiesOutside"]["request"]["body"];
type OutsideChange = Calls["patchAuthoritiesIdOutside"]["request"]["body"];

/** The form of an outside CA; of one that is there (`stored`) the identifier stands fast, and its code may be taken away. */
export const outsideFields = (stored: Authority | undefined): readonly FieldSpec[] => [
  { name: "name", label: "Name", help: "As it stands in lists.", type: "text", required: true },
  {
    name: "id",
    label: "Identifier",
    help: "It cannot be changed later.",
    type: "text",
    required: true,
    readOnly: stored !== undefined,
    format: {
      expression: "[a-z0-9_\\-]{2,18}",
      message: "2 to 18 lower-case letters, digits, _ and -.",
    },
  },
  {
    name: "serverType",
    label: "Kind",
    help: "What stands there; it decides which notes you are given.",
    type: "choice",
    required: true,
    choices: Object.entries(OUTSIDE_KINDS).map(([value, label]) => ({ value, label })),
  },
  {
    name: "url",
    label: "SCEP URL",
    help: "Devices call it themselves; it goes into their profiles.",
    type: "text",
    required: true,
    example: "https://scep.example.com/scep/…",
  },
  {
    name: "code",
    label: "Enrolment code",
    help: "The challenge that it wants of every device; kept encrypted and not shown again.",
    type: "secret",
    when: { field: "codeless", is: [false] },
  },
  ...(stored?.outside?.codeSet === true
    ? [
        {
          name: "codeless",
          label: "Take the enrolment code away",
          help: "Profiles are then sent without one.",
          type: "yes-no",
        } as const,
      ]
    : []),
  {
    name: "certificates",
    label: "CA certificates",
    help: "PEM, one after the other: the issuing CA first, the root last.",
    type: "lines",
    pem: "CERTIFICATE",
    required: true,
  },
];

/** What the form holds at its beginning; `chain`: the certificates that are kept, PEM. */
export const outsideValues = (stored: Authority | undefined, chain: string): FieldValues => ({
  name: stored?.name ?? "",
  id: stored?.id ?? "",
  serverType: stored?.outside?.serverType ?? "other",
  url: stored?.outside?.url ?? "",
  code: "",
  codeless: false,
  certificates: chain,
});

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The body of a new one. */
export const outsideBody = (values: FieldValues): NewOutside => {
  const text = (name: string): string => textOf(values[name]).trim();
  const given = text("certificates");
  return {
    id: text("id"),
    name: text("name"),
    url: text("url"),
    serverType: text("serverType") as NonNullable<NewOutside["serverType"]>,
    certificates: given.match(BLOCK) ?? [given],
    ...(text("code") === "" ? {} : { code: text("code") }),
  };
};

/** Only what differs from `before`. */
export const outsideChange = (values: FieldValues, before: FieldValues): OutsideChange => {
  const { name, url, serverType, certificates, code } = outsideBody(values);
  const differs = (field: string): boolean =>
    textOf(values[field]).trim() !== textOf(before[field]).trim();
  return {
    ...(differs("name") ? { name } : {}),
    ...(differs("url") ? { url } : {}),
    ...(differs("serverType") ? { serverType } : {}),
    ...(differs("certificates") ? { certificates } : {}),
    ...(values["codeless"] === true ? { code: null } : code === undefined ? {} : { code }),
  };
};
