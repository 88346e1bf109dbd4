import type { Console, FilledForm } from "../../api/calls.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { textOf } from "../../ui/text-of.ts";
import type { Sources } from "./choice-sources.ts";

/** Whether a field stands for one member and no other field does: each usage, say, is a part of one member only. */
const isWhole = (
  fields: readonly { readonly maps: readonly string[] }[],
  maps: readonly string[],
): boolean =>
  maps.length === 1 && fields.filter((one) => one.maps.includes(maps[0] ?? "")).length === 1;

/** A form of one console, filled in. */
interface FilledFields {
  readonly fields: Console["template"]["fields"];
  readonly values: FieldValues;
}

/** What was typed in one console's form, where it fits as it is into another's; all else the server carries over. */
export const carriedValues = (before: FilledFields, after: FilledFields): FieldValues => {
  const same = new Map(
    before.fields.flatMap(({ name, maps }) =>
      isWhole(before.fields, maps) ? [[maps[0], before.values[name]]] : [],
    ),
  );
  return Object.fromEntries(
    after.fields.flatMap(({ name, maps, type }) => {
      const value = isWhole(after.fields, maps) ? same.get(maps[0]) : undefined;
      const fits =
        typeof value === typeof after.values[name] &&
        type !== "choice" &&
        type !== "pattern" &&
        type !== "secret";
      return fits && value !== undefined ? [[name, value]] : [];
    }),
  );
};

/** What the server found, by field; the line of one that has several is named. */
export const faultsOf = (issues: FilledForm["issues"]): Readonly<Record<string, string>> => {
  const faults: Record<string, string> = {};
  for (const { path, message } of issues) {
    const [name = "", index] = path.replace(/^fields\./, "").split(".");
    const fault = index === undefined ? message : `line ${Number(index) + 1}: ${message}`;
    faults[name] = faults[name] === undefined ? fault : `${faults[name]}; ${fault}`;
  }
  return faults;
};

/** Profiles are those that the chosen CA may issue by. */
const withChoices = (field: FieldSpec, sources: Sources, authority: string): FieldSpec => {
  if (field.from === undefined) return field;
  const enabled = field.from.endsWith("-profiles") ? sources.enabled[authority] : undefined;
  const offered = (sources.choices[field.from] ?? []).filter(
    ({ value }) => enabled?.includes(value) ?? true,
  );
  return { ...field, choices: [...(field.choices ?? []), ...offered] };
};

/** Our own form. */
export const OWN = "countersign";

/** In our own form nothing needs to be marked as ours. */
const marked = (shape: string, field: FieldSpec): FieldSpec =>
  shape === OWN ? { ...field, mark: undefined } : field;

/** What goes to the server of a form: all that can be typed into. */
export const typedFields = (fields: readonly FieldSpec[], values: FieldValues): FieldValues =>
  Object.fromEntries(
    fields
      .filter(({ readOnly }) => readOnly !== true)
      .map(({ name, type }) => [
        name,
        values[name] ?? (type === "integer" || type === "date" ? null : ""),
      ]),
  );

/** A secret that an edit does not ask for again. */
const withoutPassed = (field: FieldSpec, passed: ReadonlySet<string>): FieldSpec =>
  passed.has(field.name)
    ? { ...field, required: false, example: "not kept here; nothing to type" }
    : field;

/** The fields of a console in its own order, and then those that are ours. */
const ownLast = <F extends Pick<FieldSpec, "section">>(fields: readonly F[]): readonly F[] => {
  const ours = (field: F): boolean => field.section === "Countersign";
  return [...fields.filter((field) => !ours(field)), ...fields.filter(ours)];
};

/** Without what is only read and has nothing to say yet: a new CA has no status and no address. */
export const telling = <F extends Pick<FieldSpec, "name" | "readOnly">>(
  fields: readonly F[],
  values: FieldValues,
): readonly F[] =>
  fields.filter(({ name, readOnly }) => readOnly !== true || (values[name] ?? "") !== "");

/** A form's fields as a page shows them: in order, with their choices, and without an asterisk where nothing has to be typed. */
export const fieldsShown = (
  shape: string,
  fields: readonly FieldSpec[],
  { secretsPassed, model }: FilledForm,
  sources: Sources,
): readonly FieldSpec[] => {
  const passed = new Set(secretsPassed);
  const authority = textOf(model["authorityId"]);
  return ownLast(fields).map((field) =>
    withChoices(withoutPassed(marked(shape, field), passed), sources, authority),
  );
};

/** What a starter or a link has filled in already. */
export const carriedByLink = (
  fields: readonly FieldSpec[],
  query: URLSearchParams,
): FieldValues => {
  const known = new Set(fields.map(({ name }) => name));
  return Object.fromEntries([...query].filter(([name]) => known.has(name)));
};
