import { z } from "zod";
import { FIELD_TYPES, MARKS } from "../../domain/console/form.ts";
import { SAN_TYPES } from "../../domain/san.ts";

/* What the routes of consoles answer; see answer-members.ts. */

const text = z.string();
const mark = z.enum(MARKS);
const choice = z.looseObject({
  value: text,
  label: text,
  mark: mark.optional(),
  refused: text.optional(),
  nothing: z.boolean().optional(),
});
const value = z.union([
  text,
  z.number(),
  z.boolean(),
  z.null(),
  z.array(text),
  z.array(z.record(text, text)),
]);
const condition = z.looseObject({ field: text, is: z.array(z.union([text, z.boolean()])) });
const issue = z.looseObject({ path: text, message: text });

const fieldSchema = z
  .looseObject({
    name: text,
    label: text,
    help: text,
    type: z.enum(FIELD_TYPES),
    section: text.optional(),
    choices: z.array(choice).optional(),
    from: text.optional(),
    columns: z.array(z.looseObject({ name: text, label: text, type: text })).optional(),
    default: value.optional(),
    required: z.boolean().optional(),
    format: z.looseObject({ expression: text, message: text }).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    when: condition.optional(),
    requiredWhen: condition.optional(),
    same: text.optional(),
    readOnly: z.boolean().optional(),
    mark,
    note: text.optional(),
    maps: z.array(text),
  })
  .meta({ id: "ConsoleField" });

const formSchema = z.looseObject({
  title: text,
  editTitle: text,
  place: text,
  notes: z.array(text),
  actions: z.array(
    z.looseObject({
      name: text,
      label: text,
      help: text,
      when: condition.optional(),
      fields: z.array(text),
      asks: z.enum(["public-addresses", "enrolment"]).optional(),
      saves: z.boolean().optional(),
      untried: z.array(z.looseObject({ what: text, why: text, when: condition.optional() })),
    }),
  ),
  fields: z.array(fieldSchema),
});

export const consoleNameSchema = z
  .looseObject({ id: text, name: text, version: z.int() })
  .meta({ id: "ConsoleName" });

export const consoleSchema = z
  .looseObject({
    id: text,
    name: text,
    version: z.int(),
    dialect: z.looseObject({
      open: text,
      close: text,
      ignoresCase: z.boolean(),
      caseMark: mark,
      free: z.boolean(),
      variables: z.array(z.looseObject({ name: text, variable: text, mark })),
    }),
    caServer: formSchema,
    template: formSchema,
  })
  .meta({ id: "Console" });

export const filledFormSchema = z
  .looseObject({
    id: text.optional(),
    version: z.int().optional(),
    values: z.record(text, value),
    secretsSet: z.array(text),
    secretsPassed: z.array(text),
    alsoSet: z.array(z.looseObject({ member: text, value: z.unknown() })),
    issues: z.array(issue),
    notes: z.array(text),
    model: z.looseObject({}),
    saved: z.boolean(),
  })
  .meta({ id: "FilledForm" });

export const triedSchema = z
  .looseObject({
    ok: z.boolean(),
    steps: z.array(
      z.looseObject({
        what: text,
        state: z.enum(["good", "bad", "untried"]),
        detail: text,
        nextStep: text.optional(),
      }),
    ),
  })
  .meta({ id: "Tried" });

export const resolvedSchema = z
  .looseObject({
    subject: text.optional(),
    sans: z.array(z.looseObject({ type: z.enum(SAN_TYPES), value: text })),
    missing: z.array(z.looseObject({ variable: text, attribute: text })),
    issues: z.array(issue),
  })
  .meta({ id: "Resolved" });
