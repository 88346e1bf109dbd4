import type { Issue } from "../../errors.ts";
import {
  type Column,
  type ConsoleField,
  type FieldValue,
  type FieldValues,
  isRequired,
  isShown,
  type Row,
  rowsOf,
} from "./form.ts";

/** Where the faults of a field are named. */
export const fieldPath = (name: string): string => `fields.${name}`;

/**
 * What is wrong with a filled-in form, each fault with its field: a field that must hold something, a choice that is none or that saving
 * refuses, a number out of its bounds, text that does not fit. Fields that are not shown are not looked at. `kept` names secrets that need
 * not be typed again.
 */
export const formProblems = (
  fields: readonly ConsoleField[],
  values: FieldValues,
  kept: ReadonlySet<string> = new Set(),
): readonly Issue[] =>
  fields
    .filter((field) => field.readOnly !== true && isShown(field, values, fields))
    .flatMap((field) => {
      const required = isRequired(field, values) && !kept.has(field.name);
      const faults = faultsOf(field, values[field.name] ?? null, required);
      const all = faults.length > 0 ? faults : repetitionFaults(field, values, fields);
      return all.map((message) => ({ path: fieldPath(field.name), message }));
    });

/** The names in `values` that no field has, or that we fill in ourselves. */
export const unknownFields = (
  fields: readonly ConsoleField[],
  values: FieldValues,
): readonly Issue[] =>
  Object.keys(values).flatMap((name) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? [{ path: fieldPath(name), message: "is not known here" }] : [];
  });

const faultsOf = (field: ConsoleField, value: FieldValue, required: boolean): readonly string[] => {
  const empty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
  if (empty) return required ? ["must be filled in"] : [];
  const shape = shapeFault(field, value);
  if (shape !== undefined) return [shape];
  return [
    ...choiceFaults(field, value),
    ...boundFaults(field, value),
    ...formatFaults(field, value),
    ...rowsOf(value).flatMap((row, index) => rowFaults(field.columns ?? [], row, index)),
  ];
};

const repetitionFaults = (
  { name, same }: ConsoleField,
  values: FieldValues,
  fields: readonly ConsoleField[],
): readonly string[] => {
  if (same === undefined || (values[name] ?? "") === (values[same] ?? "")) return [];
  return [`must be the same as ${fields.find((field) => field.name === same)?.label ?? same}`];
};

const shapeFault = (field: ConsoleField, value: FieldValue): string | undefined => {
  switch (field.type) {
    case "yes-no":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "integer":
      return Number.isInteger(value) ? undefined : "must be a whole number";
    case "choices":
    case "list":
    case "rows":
      return Array.isArray(value) ? undefined : "must be a list";
    default:
      return typeof value === "string" ? undefined : "must be text";
  }
};

const choiceFaults = ({ choices }: ConsoleField, value: FieldValue): readonly string[] => {
  if (choices === undefined) return [];
  const chosen = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return chosen.flatMap((one) => {
    const choice = choices.find((known) => known.value === one);
    if (choice === undefined) return [`${JSON.stringify(one)} is none of ${wordsOf(choices)}`];
    return choice.refused === undefined ? [] : [choice.refused];
  });
};

const boundFaults = ({ minimum, maximum }: ConsoleField, value: FieldValue): readonly string[] => {
  if (typeof value !== "number") return [];
  if (minimum !== undefined && value < minimum) return [`must be ${minimum} at least`];
  if (maximum !== undefined && value > maximum) return [`must be ${maximum} at most`];
  return [];
};

/** A line that holds nothing means nothing. */
const rowFaults = (columns: readonly Column[], row: Row, index: number): readonly string[] => {
  if (columns.every(({ name }) => (row[name] ?? "") === "")) return [];
  const nothing = columns.some(({ name, choices }) =>
    choices?.some((choice) => choice.nothing === true && choice.value === row[name]),
  );
  return columns.flatMap(({ name, label, required, choices, format }) => {
    const text = row[name] ?? "";
    const at = `line ${index + 1}, ${label}:`;
    if (text === "") return required === true && !nothing ? [`${at} must be filled in`] : [];
    if (choices?.some(({ value }) => value === text) === false)
      return [`${at} ${JSON.stringify(text)} is none of ${wordsOf(choices)}`];
    return format === undefined || fits(format, text) ? [] : [`${at} ${format.message}`];
  });
};

const wordsOf = (choices: readonly { readonly value: string }[]): string =>
  choices.map(({ value }) => value).join(", ");

const fits = ({ expression }: { readonly expression: string }, text: string): boolean =>
  new RegExp(`^(?:${expression})$`).test(text);

const LONGEST_TEXT = 4096;

const formatFaults = ({ format, type }: ConsoleField, value: FieldValue): readonly string[] => {
  if (typeof value !== "string") return [];
  if (type !== "file" && value.length > LONGEST_TEXT)
    return [`must be ${LONGEST_TEXT} characters at most`];
  return format === undefined || fits(format, value) ? [] : [format.message];
};
