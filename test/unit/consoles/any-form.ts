import fc from "fast-check";
import type { ConsoleDialect } from "../../../plugin/domain/console/dialect.ts";
import { writeVariable } from "../../../plugin/domain/console/dialect.ts";
import type { Column, ConsoleField, FieldValue } from "../../../plugin/domain/console/form.ts";
import {
  BLANK_CA_SERVER,
  BLANK_TEMPLATE,
  type CaServerModel,
  type TemplateModel,
} from "../../../plugin/domain/console/model.ts";
import { KNOWN_VARIABLES } from "../../../plugin/domain/device-variables.ts";
import { SAN_TYPES } from "../../../plugin/domain/san.ts";
import { CONTAINER_ENCODINGS } from "../../../plugin/domain/pkcs12-encoding.ts";
import {
  DELIVERIES,
  KEY_STORAGES,
  KEY_USAGES,
  OLD_CERTIFICATES,
  SCEP_RENEWALS,
} from "../../../plugin/domain/template.ts";

const word = fc.stringMatching(/^[A-Za-z0-9 ,+=/\\."_-]{0,12}$/);
const anyVariable = fc.oneof(
  fc.constantFrom(...KNOWN_VARIABLES),
  fc.constantFrom("attr.jssid", "attr.extensionattribute_12", "attr.x-y", "attr.enrollmentuserid"),
);

/** Text of a console with its own variables, ours and percent signs, in capitals or not. */
export const anyText = (dialect: ConsoleDialect): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        word,
        fc.constant("%%"),
        anyVariable.map((name) => `%${name}%`),
        anyVariable.map((name) => writeVariable(dialect, name)),
        anyVariable.map((name) =>
          dialect.ignoresCase ? writeVariable(dialect, name).toUpperCase() : "",
        ),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(""));

const ofColumn = (column: Column, dialect: ConsoleDialect): fc.Arbitrary<string> =>
  column.type === "choice"
    ? fc.constantFrom(...(column.choices ?? []).map(({ value }) => value))
    : column.type === "pattern"
      ? anyText(dialect)
      : word;

/** Whatever a page may send for a field. */
export const anyValue = (
  field: ConsoleField,
  dialect: ConsoleDialect,
): fc.Arbitrary<FieldValue> => {
  const choices = (field.choices ?? []).map(({ value }) => value);
  switch (field.type) {
    case "yes-no":
      return fc.boolean();
    case "integer":
      return fc.option(fc.integer({ min: field.minimum ?? 0, max: field.maximum ?? 1000 }));
    case "choice":
      return field.from === undefined ? fc.constantFrom(...choices) : word;
    case "choices":
      return choices.length === 0 ? fc.array(word, { maxLength: 3 }) : fc.subarray(choices);
    case "list":
      return fc.array(word, { maxLength: 3 });
    case "rows":
      return fc.array(
        fc.record(
          Object.fromEntries(
            (field.columns ?? []).map((column) => [column.name, ofColumn(column, dialect)]),
          ),
          { noNullPrototype: true },
        ),
        { maxLength: 3 },
      );
    case "date":
      return fc.constantFrom(null, "2030-01-01T00:00:00.000Z");
    case "pattern":
      return anyText(dialect);
    case "file":
      return fc.constantFrom("", "MAA=");
    case "text":
    case "lines":
      return word;
    case "secret":
      return fc.constantFrom("", "top secret 1");
  }
};

const pattern = fc
  .array(
    fc.oneof(
      word,
      anyVariable.map((name) => `%${name}%`),
      fc.constant("%%"),
    ),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(""));
const duration = fc.constantFrom("P1Y", "P30D", "P6M", "PT12H", "P2Y6M", "not one");
const oid = fc.constantFrom("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1", "1.2.3.4");

/** Any template, possible or not: the mapping is about all of them. */
export const anyTemplate: fc.Arbitrary<TemplateModel> = fc.record({
  id: word,
  name: word,
  authorityId: word,
  profileId: word,
  subject: pattern,
  sans: fc.array(
    fc.record({ type: fc.constantFrom(...SAN_TYPES), pattern }, { noNullPrototype: true }),
    { maxLength: 4 },
  ),
  keyAlgorithms: fc.array(
    fc.constantFrom("rsa-1024", "rsa-2048", "rsa-3072", "rsa-4096", "ec-p256"),
    { maxLength: 3 },
  ),
  keyUsages: fc.subarray([...KEY_USAGES]),
  extendedKeyUsages: fc.array(oid, { maxLength: 3 }),
  allowedExtendedKeyUsages: fc.array(oid, { maxLength: 2 }),
  validity: duration,
  maxValidity: duration,
  beyondAuthority: fc.constantFrom("refuse", "shorten"),
  backdate: duration,
  delivery: fc.constantFrom(...DELIVERIES),
  pkcs12Encoding: fc.constantFrom(...CONTAINER_ENCODINGS),
  challengeMode: fc.constantFrom("static", "dynamic"),
  challengeLifetime: duration,
  keyStorage: fc.constantFrom(...KEY_STORAGES),
  autoRenewal: fc.boolean(),
  attempts: fc.record({
    limit: fc.integer({ min: 0, max: 100 }),
    interval: fc.constantFrom("PT1M", "PT0S", "PT90S", "PT2H", "P1D"),
    lock: duration,
    wipe: fc.boolean(),
  }),
  renewalWindow: fc.constantFrom("20%", "P30D", "P1M", "7%", "odd"),
  scepRenewal: fc.constantFrom(...SCEP_RENEWALS),
  renewalGrace: duration,
  oldCertificate: fc.constantFrom(...OLD_CERTIFICATES),
  revocation: fc.constantFrom({}, { lost: "keep" }, { wiped: "superseded", lost: "keyCompromise" }),
  policies: fc.array(
    fc.oneof(fc.record({ oid }), fc.record({ oid, cps: fc.constant("https://cps.example/") })),
    { maxLength: 2 },
  ),
  allowDuplicates: fc.boolean(),
  requiredDomain: fc.constantFrom("", "example.org"),
  acceptMd5Csr: fc.boolean(),
  secret: fc.constant(""),
  readings: fc.constant(BLANK_TEMPLATE.readings),
});

/** Any CA server. */
export const anyCaServer: fc.Arbitrary<CaServerModel> = fc.record({
  id: word,
  name: word,
  kind: fc.constantFrom("root", "external", "intermediate", "issuing"),
  parentId: word,
  subject: word,
  keyAlgorithm: fc.constantFrom("rsa-2048", "ec-p256", "rsa-1024"),
  signature: fc.constantFrom("pkcs1", "pss"),
  keyStore: word,
  notAfter: fc.constantFrom("", "2040-05-05T00:00:00.000Z"),
  crlEnabled: fc.boolean(),
  ocspEnabled: fc.boolean(),
  profiles: fc.array(word, { maxLength: 3 }),
  certificate: fc.constantFrom("", "MAA="),
  templateIds: fc.array(word, { maxLength: 3 }),
  acceptMd5Csr: fc.boolean(),
  enabled: fc.boolean(),
  readings: fc.constant(BLANK_CA_SERVER.readings),
});
