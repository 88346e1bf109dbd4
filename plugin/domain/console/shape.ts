import { atField } from "./at-field.ts";
import type { ConsoleDialect } from "./dialect.ts";
import {
  type ConsoleField,
  emptyValue,
  type FieldValue,
  type FieldValues,
  isShown,
} from "./form.ts";
import type { ShapeExtra, Typed } from "./extras.ts";
import type { FormAction } from "./form-action.ts";
import type { CaServerModel, TemplateModel } from "./model.ts";
import { sameValues } from "./same.ts";

/**
 * Some fields of a form and the members of the model they stand for. `show` reads the model; `change` answers a model that shows the
 * values, or as much of them as a model can hold. Neither may throw but with `invalid_input`.
 */
export interface FormPart<M> {
  readonly fields: readonly ConsoleField[];
  /** Members of the model it reads and writes; none: its fields are kept beside the model. */
  readonly members: readonly (keyof M & string)[];
  readonly show: (model: M) => FieldValues;
  readonly change: (model: M, values: FieldValues) => M;
  /** Where a member holds several things: which field stands for which. */
  readonly places?: Readonly<Record<string, string>>;
  /** What its members hold that these fields cannot show. */
  readonly rest?: (model: M) => readonly string[];
  /** The words of its one member that it covers; those that no part covers are a rest too. */
  readonly words?: readonly string[];
}

/** One form of a console; its parts are in the console's own order. */
export interface ConsoleForm<M> {
  readonly title: string;
  /** Above a form that changes what is there; the title unless given. */
  readonly editTitle?: string;
  /** Where to find it in that console. */
  readonly place: string;
  readonly parts: readonly FormPart<M>[];
  readonly notes?: readonly string[];
  readonly actions?: readonly FormAction[];
}

/** A console's forms and dialect, as data, and how they map to the model and back. */
export interface ConsoleShape {
  readonly id: string;
  readonly name: string;
  /** Raised when a field changes its meaning. */
  readonly version: number;
  readonly dialect: ConsoleDialect;
  readonly caServer: ConsoleForm<CaServerModel>;
  readonly template: ConsoleForm<TemplateModel>;
}

/** A model together with what one console keeps beside it. */
export interface Shaped<M> {
  readonly model: M;
  readonly extra: ShapeExtra;
}

export const noExtra = (version: number): ShapeExtra => ({ version, fields: {}, typed: {} });

export const fieldsOf = <M>(form: ConsoleForm<M>): readonly ConsoleField[] =>
  form.parts.flatMap(({ fields }) => fields);

/** Secrets of a form that nobody keeps, as far as these values show them. */
export const unkeptSecrets = <M>(form: ConsoleForm<M>, values: FieldValues): readonly string[] =>
  form.parts
    .filter(({ members }) => members.length === 0)
    .flatMap(({ fields }) => fields)
    .filter((field) => field.type === "secret" && isShown(field, values, fieldsOf(form)))
    .map(({ name }) => name);

/** The fields that a round trip is about: not the secrets, which are only written, nor what we fill in. */
const mutual = (field: ConsoleField): boolean => field.type !== "secret" && field.readOnly !== true;

const only = (fields: readonly ConsoleField[], values: FieldValues): FieldValues =>
  Object.fromEntries(
    fields.map((field) => {
      const value = values[field.name];
      return [field.name, value === undefined ? emptyValue(field) : value];
    }),
  );

/** The form as it shows a model; secrets are empty. */
export const readForm = <M>(form: ConsoleForm<M>, { model, extra }: Shaped<M>): FieldValues =>
  Object.assign({}, ...form.parts.map((part) => readPart(part, model, extra))) as FieldValues;

const readPart = <M>(part: FormPart<M>, model: M, extra: ShapeExtra): FieldValues => {
  if (part.members.length === 0 && part.fields.some(mutual)) return only(part.fields, extra.fields);
  const shown = part.show(model);
  const kept = extra.typed[keyOf(part)];
  return kept !== undefined && sameValues(kept.shown, only(part.fields.filter(mutual), shown))
    ? { ...shown, ...kept.typed }
    : shown;
};

/** Only patterns can be unreadable. */
const faultyField = <M>(part: FormPart<M>): string =>
  part.fields.find(({ type }) => type === "pattern" || type === "rows")?.name ?? keyOf(part);

const keyOf = <M>(part: FormPart<M>): string => part.fields[0]?.name ?? "";

/**
 * The model after the form was filled in so. A part that shows what it showed before changes nothing; one whose values a model cannot hold
 * in full is remembered as typed. So `readForm` gives back what was written, and writing what was read changes nothing. Throws
 * `invalid_input` for text that is no pattern.
 */
export const writeForm = <M>(
  form: ConsoleForm<M>,
  version: number,
  before: Shaped<M>,
  values: FieldValues,
): Shaped<M> => {
  let model = before.model;
  const fields = { ...before.extra.fields };
  const typed = new Map<string, Typed>(Object.entries(before.extra.typed));
  for (const part of form.parts) {
    const given = only(part.fields, { ...readPart(part, model, before.extra), ...values });
    if (part.members.length === 0) {
      for (const field of part.fields.filter(mutual))
        fields[field.name] = given[field.name] as FieldValue;
      continue;
    }
    const open = part.fields.filter(mutual);
    const asGiven = only(open, given);
    const secrets = part.fields.some(
      ({ type, name }) => type === "secret" && (given[name] ?? "") !== "",
    );
    if (!secrets && sameValues(only(open, readPart(part, model, before.extra)), asGiven)) continue;
    model = atField(faultyField(part), () => part.change(model, given));
    const shown = only(open, part.show(model));
    if (sameValues(shown, asGiven)) typed.delete(keyOf(part));
    else typed.set(keyOf(part), { typed: asGiven, shown });
  }
  return { model, extra: { version, fields, typed: Object.fromEntries(typed) } };
};

/** What a model says beside its form: members that no part shows and that differ from a blank one, and the rests of parts. */
export const alsoSet = <M extends object>(
  form: ConsoleForm<M>,
  model: M,
  blank: M,
): readonly { readonly member: string; readonly value: unknown }[] => {
  const shown = new Set<string>(form.parts.flatMap(({ members }) => members));
  const hidden = Object.entries(model)
    .filter(
      ([member, value]) =>
        !shown.has(member) &&
        member !== "id" &&
        member !== "secret" &&
        member !== "readings" &&
        JSON.stringify(value) !== JSON.stringify((blank as Record<string, unknown>)[member]),
    )
    .map(([member, value]) => ({ member, value: value as unknown }));
  const rests = form.parts.flatMap(
    (part) => part.rest?.(model).map((value) => ({ member: part.members[0] ?? "", value })) ?? [],
  );
  const covered = new Map<string, Set<string>>();
  for (const { members, words } of form.parts) {
    if (words === undefined) continue;
    const name = members[0] ?? "";
    covered.set(name, new Set([...(covered.get(name) ?? []), ...words]));
  }
  const words = [...covered].flatMap(([member, known]) =>
    ((model as Record<string, unknown>)[member] as readonly string[])
      .filter((word) => !known.has(word))
      .map((value) => ({ member, value })),
  );
  return [...hidden, ...rests, ...words];
};
