import { type CertificatePolicy, KEY_USAGES, type KeyUsage } from "../template.ts";
import { type ConsoleDialect, fromPattern, toPattern } from "./dialect.ts";
import { type ConsoleField, rowsOf } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import { listed, member, textOf } from "./parts.ts";
import type { FormPart } from "./shape.ts";

type Part = FormPart<TemplateModel>;

/** The subject as one line of text in the console's dialect. */
export const subjectText = (field: ConsoleField, dialect: ConsoleDialect): Part =>
  member(
    field,
    "subject",
    (subject) => fromPattern(dialect, subject),
    (value) => toPattern(dialect, typeof value === "string" ? value : ""),
  );

/** A key usage as a tick. */
export const usage = (field: ConsoleField, word: KeyUsage): Part =>
  listed<TemplateModel>(field, "keyUsages", word, KEY_USAGES);

/** The one RSA size of a form; what else the template allows is the rest. */
export const keySize = (field: ConsoleField): Part =>
  member(
    field,
    "keyAlgorithms",
    (algorithms) => firstRsa(algorithms)?.slice("rsa-".length) ?? "",
    (value, { keyAlgorithms }) =>
      value === "" || typeof value !== "string"
        ? keyAlgorithms.filter((algorithm) => !algorithm.startsWith("rsa-"))
        : [`rsa-${value}`],
    ({ keyAlgorithms }) =>
      keyAlgorithms.filter((algorithm) => algorithm !== firstRsa(keyAlgorithms)),
  );

const firstRsa = (algorithms: readonly string[]): string | undefined =>
  algorithms.find((algorithm) => algorithm.startsWith("rsa-"));

/** The extended key usages by name and OID; `known` gives the names, which a column `predefined` offers. */
export const extendedUsageRows = (
  field: ConsoleField,
  known: readonly (readonly [name: string, oid: string])[],
): Part => {
  const picks = field.columns?.some(({ name }) => name === "predefined") === true;
  return member(
    field,
    "extendedKeyUsages",
    (oids) =>
      oids.map((oid) => {
        const name = known.find(([, one]) => one === oid)?.[0];
        return { name: name ?? oid, oid, ...(picks ? { predefined: name ?? "" } : {}) };
      }),
    (value) =>
      rowsOf(value).flatMap((row) => {
        const named = (word: string | undefined) => known.find(([name]) => name === word)?.[1];
        const oid = row["oid"] || named(row["predefined"]) || named(row["name"]) || row["name"];
        return oid === undefined || oid === "" ? [] : [oid];
      }),
  );
};

/** Names that consoles give to extended key usages. */
export const EXTENDED_KEY_USAGES = [
  ["Client Authentication", "1.3.6.1.5.5.7.3.2"],
  ["Server Authentication", "1.3.6.1.5.5.7.3.1"],
  ["Secure Email", "1.3.6.1.5.5.7.3.4"],
  ["Code Signing", "1.3.6.1.5.5.7.3.3"],
  ["Smart Card Logon", "1.3.6.1.4.1.311.20.2.2"],
  ["IP security IKE intermediate", "1.3.6.1.5.5.8.2.2"],
] as const;

/** Certificate policies a line each, with the columns `oid` and `cps` (T-23). */
export const policyRows = (field: ConsoleField): Part =>
  member(
    field,
    "policies",
    (policies) => policies.map(({ oid, cps }) => ({ oid, cps: cps ?? "" })),
    (value) =>
      rowsOf(value).flatMap((row): CertificatePolicy[] => {
        const [oid = "", cps = ""] = [row["oid"], row["cps"]];
        if (oid === "" && cps === "") return [];
        return [cps === "" ? { oid } : { oid, cps }];
      }),
  );

/** The secret of a static challenge: written, never shown; mandatory until it is set. */
export const challengeSecret = (field: ConsoleField): Part => ({
  fields: [{ ...field, type: "secret", required: true }],
  members: ["secret"],
  show: () => ({ [field.name]: "" }),
  change: (model, values) => {
    const secret = textOf(values, field.name);
    return secret === "" ? model : { ...model, secret };
  },
});
