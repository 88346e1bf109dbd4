/**
 * How sure a fact of somebody else's console is: `documented` by its vendor, `observed` in programs that talk to it, `inferred` from
 * neighbouring facts, or `ours` where our product adds it. What was not found is not shipped.
 */
export const MARKS = ["documented", "observed", "inferred", "ours"] as const;
export type Mark = (typeof MARKS)[number];

/** One line of a field that has several, by column. */
export type Row = Readonly<Record<string, string>>;

/** What a field holds: `""`, `null` (a number or a date) and `[]` stand for nothing. */
export type FieldValue = string | number | boolean | null | readonly string[] | readonly Row[];
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** One entry of a pick list. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly mark?: Mark;
  /** Why saving with this choice is refused; the choice stays, so that a form survives a round trip. */
  readonly refused?: string;
  /** In a line: it stands for nothing, so the rest of the line may be empty. */
  readonly nothing?: true;
}

/** Another field of the form holds one of these. */
export interface Condition {
  readonly field: string;
  readonly is: readonly (string | boolean)[];
}

export const FIELD_TYPES = [
  "text",
  "lines",
  "pattern",
  "integer",
  "yes-no",
  "choice",
  "choices",
  "list",
  "rows",
  "date",
  "secret",
  "file",
] as const;
/**
 * `lines`: text of several lines; `pattern`: text with the dialect's variables; `choices`: several of `choices` or of the list `from`
 * names; `list`: texts; `rows`: lines with `columns`; `date`: ISO 8601; `file`: base64 of DER.
 */
export type FieldType = (typeof FIELD_TYPES)[number];

/**
 * Lists of ours that fill a pick list. `authorities`: those that certify other CAs; `template-authorities`: those that issue here, and the
 * outside CAs that devices call themselves.
 */
export type ChoiceSource =
  | "authorities"
  | "issuing-authorities"
  | "template-authorities"
  | "templates"
  | "certificate-profiles"
  | "key-stores";

/** A column of a field with rows. */
export interface Column {
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "pattern" | "choice";
  readonly choices?: readonly Choice[];
  /** As of a field. */
  readonly format?: { readonly expression: string; readonly message: string };
  /** Must hold something in every line that holds anything. */
  readonly required?: boolean;
}

/** One field of a console's form, as a page renders it. */
export interface ConsoleField {
  /** Unique in its form. */
  readonly name: string;
  /** The console's own words. */
  readonly label: string;
  /** One line: what it does, and where it stands in that console. */
  readonly help: string;
  readonly type: FieldType;
  /** The page or tab of the console it stands on. */
  readonly section?: string;
  readonly choices?: readonly Choice[];
  readonly from?: ChoiceSource;
  readonly columns?: readonly Column[];
  readonly default?: FieldValue;
  /** Must hold something while it is shown. */
  readonly required?: boolean;
  /** Must hold something while it is shown and this is so; in place of `required`. */
  readonly requiredWhen?: Condition;
  /** A regular expression over the whole text, and what to say when it does not fit. */
  readonly format?: { readonly expression: string; readonly message: string };
  /** Repeats what another field of the form holds. */
  readonly same?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Shown only while this is so and the other field is shown itself. */
  readonly when?: Condition;
  /** Filled in by us, to be copied. */
  readonly readOnly?: true;
  readonly mark: Mark;
  /** What is not certain about it. */
  readonly note?: string;
}

/** Whether a condition is met by these values. */
export const holds = ({ field, is }: Condition, values: FieldValues): boolean => {
  const value = values[field];
  return (typeof value === "string" || typeof value === "boolean") && is.includes(value);
};

/** Whether a field of `fields` is shown beside these values. */
export const isShown = (
  { when }: ConsoleField,
  values: FieldValues,
  fields: readonly ConsoleField[],
): boolean => {
  if (when === undefined) return true;
  const other = fields.find(({ name }) => name === when.field);
  return other !== undefined && holds(when, values) && isShown(other, values, fields);
};

/** Whether a field that is shown must hold something beside these values. */
export const isRequired = (
  { required, requiredWhen }: ConsoleField,
  values: FieldValues,
): boolean => required === true || (requiredWhen !== undefined && holds(requiredWhen, values));

/** What a field holds before anybody has typed. */
export const emptyValue = (field: ConsoleField): FieldValue => {
  if (field.default !== undefined) return field.default;
  switch (field.type) {
    case "yes-no":
      return false;
    case "integer":
    case "date":
      return null;
    case "choices":
    case "list":
    case "rows":
      return [];
    case "choice":
      return field.required === true ? (field.choices?.[0]?.value ?? "") : "";
    default:
      return "";
  }
};

/** The rows a field holds; none for any other value. */
export const rowsOf = (value: FieldValue | undefined): readonly Row[] =>
  Array.isArray(value)
    ? (value as readonly (string | Row)[]).filter((row) => typeof row !== "string")
    : [];
