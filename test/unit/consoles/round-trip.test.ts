import assert from "node:assert/strict";
import fc from "fast-check";
import { consoleShapes } from "../../../adapters/consoles/consoles.ts";
import {
  type ConsoleField,
  type FieldValues,
  isRequired,
  isShown,
} from "../../../plugin/domain/console/form.ts";
import type { ShapeExtra } from "../../../plugin/domain/console/extras.ts";
import { BLANK_CA_SERVER, BLANK_TEMPLATE } from "../../../plugin/domain/console/model.ts";
import {
  alsoSet,
  type ConsoleForm,
  type ConsoleShape,
  fieldsOf,
  noExtra,
  readForm,
  writeForm,
} from "../../../plugin/domain/console/shape.ts";
import { shownFields } from "../../../plugin/console/ui/field-spec.ts";
import { anyCaServer, anyTemplate, anyValue } from "./any-form.ts";

const RUNS = { numRuns: 150 };

const open = (field: ConsoleField): boolean => field.type !== "secret" && field.readOnly !== true;

/** The part of a form that a round trip is about. */
const mutual = (fields: readonly ConsoleField[], values: FieldValues): FieldValues =>
  Object.fromEntries(fields.filter(open).map(({ name }) => [name, values[name] ?? null]));

const filledForm = <M>(form: ConsoleForm<M>, shape: ConsoleShape): fc.Arbitrary<FieldValues> =>
  fc.record(
    Object.fromEntries(
      fieldsOf(form)
        .filter(({ readOnly }) => readOnly !== true)
        .map((field) => [field.name, anyValue(field, shape.dialect)]),
    ),
  );

/** Both laws of one form: what was written is read back, and writing what was read changes nothing. */
const lawful = <M extends object>(
  shape: ConsoleShape,
  form: ConsoleForm<M>,
  models: fc.Arbitrary<M>,
): void => {
  const fields = fieldsOf(form);
  it(`F ${shape.name}, ${form.title}: a form is read back as it was written`, () => {
    fc.assert(
      fc.property(models, filledForm(form, shape), (model, values) => {
        const before = { model, extra: noExtra(1) };
        const after = writeForm(form, 1, before, values);
        assert.deepEqual(mutual(fields, readForm(form, after)), mutual(fields, values));
        const again = writeForm(form, 1, after, readForm(form, after));
        assert.deepEqual(again, after, "and once more changes nothing");
      }),
      RUNS,
    );
  });
  it(`F ${shape.name}, ${form.title}: a model is left as it was by writing what it shows`, () => {
    fc.assert(
      fc.property(models, (model) => {
        const before = { model, extra: noExtra(1) };
        const after = writeForm(form, 1, before, readForm(form, before));
        assert.deepEqual(after.model, model);
        assert.deepEqual(after.extra.typed, {});
      }),
      RUNS,
    );
  });
  it(`F ${shape.name}, ${form.title}: JSON holds all that is kept beside, and no secret is in it`, () => {
    fc.assert(
      fc.property(models, filledForm(form, shape), (model, values) => {
        const { extra } = writeForm(form, 1, { model, extra: noExtra(1) }, values);
        assert.deepEqual(JSON.parse(JSON.stringify(extra)) as ShapeExtra, extra);
        assert.ok(!JSON.stringify(extra).includes("top secret"));
      }),
      RUNS,
    );
  });
  it(`F ${shape.name}, ${form.title}: the page shows and asks for what the server does`, () => {
    fc.assert(
      fc.property(filledForm(form, shape), (values) => {
        assert.deepEqual(
          shownFields(fields, values).map(({ name, required }) => [name, required === true]),
          fields
            .filter((field) => isShown(field, values, fields))
            .map((field) => [field.name, isRequired(field, values)]),
        );
      }),
      RUNS,
    );
  });
};

describe("console shapes, both ways", function () {
  this.timeout(60_000);
  for (const shape of consoleShapes()) {
    lawful(shape, shape.caServer, anyCaServer);
    lawful(shape, shape.template, anyTemplate);
  }

  it("F extras of one console survive an edit in another's shape, and model fields win", () => {
    const [manageEngine, , jamf] = consoleShapes();
    const first = writeForm(
      jamf!.template,
      1,
      { model: BLANK_TEMPLATE, extra: noExtra(1) },
      {
        profileName: "Wi-Fi",
        category: "Network",
        subject: "CN=$SERIALNUMBER,O=Example",
      },
    );
    const second = writeForm(
      manageEngine!.template,
      1,
      { model: first.model, extra: noExtra(1) },
      {
        templateName: "Wi-Fi 2",
        subject: "CN=%UserName%",
      },
    );
    const shown = readForm(jamf!.template, { model: second.model, extra: first.extra });
    assert.equal(shown["category"], "Network");
    assert.equal(shown["profileName"], "Wi-Fi 2");
    assert.equal(shown["subject"], "CN=$USERNAME", "typed text that is out of date is not shown");
  });

  it("F what a console cannot show is listed", () => {
    const [manageEngine] = consoleShapes();
    const rest = alsoSet(
      manageEngine!.template,
      {
        ...BLANK_TEMPLATE,
        sans: [
          { type: "dns", pattern: "a.example" },
          { type: "dns", pattern: "b.example" },
        ],
        keyUsages: ["digitalSignature", "nonRepudiation"],
        keyAlgorithms: ["rsa-2048", "ec-p256"],
        backdate: "PT5M",
      },
      BLANK_TEMPLATE,
    );
    assert.deepEqual(
      rest.map(({ member, value }) => `${member}: ${String(value)}`),
      [
        "backdate: PT5M",
        "sans: dns:b.example",
        "keyAlgorithms: ec-p256",
        "keyUsages: nonRepudiation",
      ],
    );
    assert.deepEqual(alsoSet(manageEngine!.caServer, BLANK_CA_SERVER, BLANK_CA_SERVER), []);
  });

  it("F field names are unique, choices have defaults out of themselves, and what is inferred says so", () => {
    for (const shape of consoleShapes()) {
      for (const form of [shape.caServer, shape.template]) {
        const fields = form.parts.flatMap((part) => part.fields);
        const names = fields.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, `${shape.id} ${form.title}`);
        for (const field of fields) {
          const at = `${shape.id}.${field.name}`;
          assert.ok(field.help !== "" && field.label !== "", at);
          if (field.mark === "inferred") assert.ok(field.note !== undefined, `${at}: says why`);
          if (field.when !== undefined) assert.ok(names.includes(field.when.field), at);
          if (field.type === "choice" && field.choices && typeof field.default === "string")
            assert.ok(
              field.choices.some(({ value }) => value === field.default),
              at,
            );
        }
      }
    }
  });
});
