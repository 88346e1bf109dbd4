import type { ConsoleField, FieldValue, FieldValues } from "./form.ts";
import type { FormPart } from "./shape.ts";

/** The members of a model that hold text, flags or lists of texts. */
type Members<M, V> = { [K in keyof M & string]: M[K] extends V ? K : never }[keyof M & string];

const asText = (value: FieldValue | undefined): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
const asTexts = (value: FieldValue | undefined): readonly string[] =>
  Array.isArray(value)
    ? (value as readonly unknown[]).filter((one) => typeof one === "string")
    : [];

/** A field that reads and writes one member by a pair of functions. */
export const member = <M, K extends keyof M & string>(
  field: ConsoleField,
  name: K,
  show: (value: M[K], model: M) => FieldValue,
  change: (value: FieldValue, model: M) => M[K],
  rest?: (model: M) => readonly string[],
): FormPart<M> => ({
  fields: [field],
  members: [name],
  show: (model) => ({ [field.name]: show(model[name], model) }),
  change: (model, values) => ({ ...model, [name]: change(values[field.name] ?? "", model) }),
  ...(rest === undefined ? {} : { rest }),
});

/** Text as it is. */
export const text = <M>(field: ConsoleField, name: Members<M, string>): FormPart<M> =>
  member<M, typeof name>(
    field,
    name,
    (value) => value as string,
    (value) => asText(value) as M[typeof name],
  );

/** Yes or no as it is. */
export const flag = <M>(field: ConsoleField, name: Members<M, boolean>): FormPart<M> =>
  member<M, typeof name>(
    field,
    name,
    (value) => value as boolean,
    (value) => (value === true) as M[typeof name],
  );

/** A list of texts as it is. */
export const texts = <M>(field: ConsoleField, name: Members<M, readonly string[]>): FormPart<M> =>
  member<M, typeof name>(
    field,
    name,
    (value) => value as readonly string[],
    (value) => asTexts(value) as M[typeof name],
  );

/** A pick list over a member: [what the form says, what the model says]; a value of the model without a line shows as it is. */
export const pick = <M>(
  field: ConsoleField,
  name: Members<M, string>,
  pairs: readonly (readonly [form: string, model: string])[],
): FormPart<M> =>
  member<M, typeof name>(
    field,
    name,
    (value) => pairs.find(([, model]) => model === value)?.[0] ?? (value as string),
    (value) => (pairs.find(([form]) => form === value)?.[1] ?? asText(value)) as M[typeof name],
  );

/** Whether a list of texts holds one word; the list keeps the order of `order`. */
export const listed = <M>(
  field: ConsoleField,
  name: Members<M, readonly string[]>,
  word: string,
  order: readonly string[],
): FormPart<M> => ({
  words: [word],
  ...member<M, typeof name>(
    field,
    name,
    (value) => (value as readonly string[]).includes(word),
    (value, model) => {
      const now = model[name] as readonly string[];
      const without = now.filter((one) => one !== word);
      if (value !== true) return without as M[typeof name];
      if (now.includes(word)) return now as M[typeof name];
      const known = order.filter((one) => one === word || without.includes(one));
      return [...known, ...without.filter((one) => !order.includes(one))] as M[typeof name];
    },
  ),
});

/** A field that the model knows nothing of: kept beside it, for this console. */
export const beside = <M>(...fields: readonly ConsoleField[]): FormPart<M> => ({
  fields,
  members: [],
  show: () => ({}),
  change: (model) => model,
});

/** Filled in by us and copied from here. */
export const reading = <M>(
  field: Omit<ConsoleField, "readOnly">,
  show: (model: M) => FieldValue,
): FormPart<M> => ({
  fields: [{ ...field, readOnly: true }],
  members: [],
  show: (model) => ({ [field.name]: show(model) }),
  change: (model) => model,
});

/** A pick list with one entry: said, so that nobody looks for it. */
export const fixed = <M>(
  field: Omit<ConsoleField, "readOnly" | "type">,
  value: string,
): FormPart<M> => reading({ ...field, type: "text", default: value }, () => value);

/** One of several fields only: what `values` hold as text. */
export const textOf = (values: FieldValues, name: string): string => asText(values[name]);
