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
  /** A regular expression over the whole text, and what to say when it does not fit. */
  readonly format?: { readonly expression: string; readonly message: string };
  readonly minimum?: number;
  readonly maximum?: number;
  /** Shown only while the other field holds one of these. */
  readonly when?: { readonly field: string; readonly is: readonly (string | boolean)[] };
  /** Filled in by us, to be copied. */
  readonly readOnly?: true;
  readonly mark: Mark;
  /** What is not certain about it. */
  readonly note?: string;
}

/** Whether a field is shown beside these values. */
export const isShown = (field: ConsoleField, values: FieldValues): boolean => {
  if (field.when === undefined) return true;
  const other = values[field.when.field];
  return (typeof other === "string" || typeof other === "boolean") && field.when.is.includes(other);
};

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
