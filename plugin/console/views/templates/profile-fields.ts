import type { CertificateProfile } from "../../api/calls.ts";
import type { FieldSpec, FieldValue, FieldValues, Row } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";
import { usageName } from "./usage-names.ts";

type Definition = CertificateProfile["definition"];

const KEY_USAGES = [
  ["digitalSignature", "Digital signature"],
  ["nonRepudiation", "Non-repudiation"],
  ["keyEncipherment", "Key encipherment"],
  ["dataEncipherment", "Data encipherment"],
  ["keyAgreement", "Key agreement"],
] as const;

const EXTENSIONS = [
  ["1.3.6.1.4.1.311.21.10", "Application policies"],
  ["2.5.29.32", "Certificate policies"],
  ["2.5.29.37", "Extended key usage"],
  ["1.3.6.1.4.1.311.20.2", "Microsoft template name"],
  ["1.3.6.1.4.1.311.21.7", "Microsoft template OID"],
  ["1.2.840.113549.1.9.15", "S/MIME capabilities"],
  ["1.3.6.1.4.1.311.25.2", "NTDS CA security"],
] as const;

const choices = (
  pairs: readonly (readonly [string, string])[],
): NonNullable<FieldSpec["choices"]> => pairs.map(([value, label]) => ({ value, label }));

/** The members of a raw profile as fields of a form (area T). */
export const PROFILE_FIELDS: readonly FieldSpec[] = [
  {
    name: "validity_period",
    label: "Valid for",
    help: "An ISO 8601 duration: P1Y, P47D, PT12H.",
    type: "text",
    required: true,
    section: "What it allows",
    format: {
      expression: "P(?=.)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+S)?)?",
      message: "Write it like P1Y, P47D or PT12H.",
    },
  },
  {
    name: "keyUsages",
    label: "Key usage",
    help: "At least one.",
    type: "choices",
    choices: choices(KEY_USAGES),
    section: "What it allows",
  },
  {
    name: "extendedUsages",
    label: "Extended key usage",
    help: `By object identifier: 1.3.6.1.5.5.7.3.2 is ${usageName("1.3.6.1.5.5.7.3.2")}.`,
    type: "list",
    section: "What it allows",
  },
  {
    name: "allowedCATypes",
    label: "CA types",
    help: "Which CAs may issue by it.",
    type: "choices",
    choices: choices([
      ["subord", "Issuing"],
      ["intermediate", "Intermediate"],
      ["root", "Root"],
      ["externalKey", "External root"],
    ]),
    section: "What it allows",
  },
  {
    name: "allowed_extensions",
    label: "Extensions a request may carry",
    help: "Others are passed over, or refuse the request: see below.",
    type: "choices",
    choices: choices(EXTENSIONS),
    section: "Requests",
  },
  {
    name: "ignore_unknown_extensions",
    label: "Pass over other extensions",
    help: "Off: a request with any other is refused.",
    type: "yes-no",
    section: "Requests",
  },
  {
    name: "fill_san_dns_with_cn",
    label: "Put the common name into the DNS names",
    help: "Where the request has none.",
    type: "yes-no",
    section: "Requests",
  },
  {
    name: "backdate",
    label: "Starts before it is issued by",
    help: "For clocks that are slow; PT30M unless changed.",
    type: "text",
    section: "Times",
  },
  {
    name: "truncate_to_ca_not_after",
    label: "Shorten to the CA's own end",
    help: "Off: what would outlive its CA is refused.",
    type: "yes-no",
    section: "Times",
  },
];

const isOid = (usage: string): boolean => /^\d+(\.\d+)+$/.test(usage);

/** A definition as the values of these fields. */
export const valuesOf = (definition: Partial<Definition>): FieldValues => ({
  validity_period: definition.validity_period ?? "",
  keyUsages: (definition.usages ?? []).filter((usage) => !isOid(usage)),
  extendedUsages: (definition.usages ?? []).filter(isOid),
  allowedCATypes: definition.allowedCATypes ?? [],
  allowed_extensions: definition.allowed_extensions ?? [],
  ignore_unknown_extensions: definition.ignore_unknown_extensions ?? true,
  fill_san_dns_with_cn: definition.fill_san_dns_with_cn ?? false,
  backdate: definition.backdate ?? "PT30M",
  truncate_to_ca_not_after: definition.truncate_to_ca_not_after ?? false,
});

const listOf = (value: FieldValue | undefined): readonly string[] =>
  Array.isArray(value)
    ? (value as readonly (string | Row)[]).filter((one): one is string => typeof one === "string")
    : [];

/** Back again; extensions and usages that the pick lists lack stay as they were. */
export const definitionOf = (values: FieldValues): Readonly<Record<string, unknown>> => ({
  allowedCATypes: listOf(values["allowedCATypes"]),
  validity_period: textOf(values["validity_period"]),
  usages: [
    ...listOf(values["keyUsages"]),
    ...listOf(values["extendedUsages"]).filter((oid) => oid !== ""),
  ],
  allowed_extensions: listOf(values["allowed_extensions"]),
  ignore_unknown_extensions: values["ignore_unknown_extensions"] === true,
  ca_constraint: { cA: false },
  backdate: textOf(values["backdate"]) === "" ? "PT30M" : textOf(values["backdate"]),
  truncate_to_ca_not_after: values["truncate_to_ca_not_after"] === true,
  fill_san_dns_with_cn: values["fill_san_dns_with_cn"] === true,
});

/** A fault of the API by the field that it is in. */
export const fieldOf = (path: string): string => {
  const [first, member = first, index] = path.split(".");
  if (first !== "definition") return first ?? path;
  if (member === "usages") return index === undefined ? "keyUsages" : "extendedUsages";
  return member ?? path;
};
