/** One line of a field that has several, by column. */
export type Row = Readonly<Record<string, string>>;
/** What a field holds: `""`, `null` and `[]` stand for nothing. */
export type FieldValue = string | number | boolean | null | readonly string[] | readonly Row[];
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** Another field of the form holds one of these. */
export interface Condition {
  readonly field: string;
  readonly is: readonly (string | boolean)[];
}

/** One field of a form, as the API describes those of the consoles; our own forms are written the same way. */
export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly type:
    | "text"
    | "lines"
    | "pattern"
    | "integer"
    | "yes-no"
    | "choice"
    | "choices"
    | "list"
    | "rows"
    | "date"
    | "secret"
    | "file";
  readonly section?: string | undefined;
  readonly choices?:
    | readonly {
        readonly value: string;
        readonly label: string;
        readonly refused?: string | undefined;
        /** `choices` only: those of a group stand together and are opened together. */
        readonly group?: string | undefined;
      }[]
    | undefined;
  /** A list of ours that fills the pick list. */
  readonly from?: string | undefined;
  readonly columns?:
    readonly { readonly name: string; readonly label: string; readonly type: string }[] | undefined;
  readonly default?: FieldValue | undefined;
  readonly required?: boolean | undefined;
  /** As `required`, while this is so. */
  readonly requiredWhen?: Condition | undefined;
  readonly format?: { readonly expression: string; readonly message: string } | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly when?: Condition | undefined;
  readonly readOnly?: boolean | undefined;
  /** `lines` only: files of this kind may be dropped or chosen; DER becomes PEM. */
  readonly pem?: "CERTIFICATE" | "CERTIFICATE REQUEST" | undefined;
  readonly mark?: string | undefined;
  readonly note?: string | undefined;
  readonly example?: string | undefined;
}

/** One field as it stands in a form. */
export interface FieldState {
  readonly value: FieldValue;
  readonly fault: string | undefined;
  /** A secret that is kept and cannot be read. */
  readonly secretSet: boolean;
  readonly change: (value: FieldValue) => void;
  readonly left: () => void;
}

/** Whether a condition is met by these values. */
export const holds = ({ field, is }: Condition, values: FieldValues): boolean => {
  const value = values[field];
  return (typeof value === "string" || typeof value === "boolean") && is.includes(value);
};

/** Whether a field of `fields` is shown beside these values: the one it hangs on must be shown as well, where the form has it. */
export const isShown = (
  { when }: FieldSpec,
  values: FieldValues,
  fields: readonly FieldSpec[],
): boolean => {
  if (when === undefined) return true;
  const other = fields.find(({ name }) => name === when.field);
  return holds(when, values) && (other === undefined || isShown(other, values, fields));
};

/** The fields that are shown beside these values, each with whether it is needed there. */
export const shownFields = (
  fields: readonly FieldSpec[],
  values: FieldValues,
): readonly FieldSpec[] =>
  fields
    .filter((spec) => isShown(spec, values, fields))
    .map((spec) =>
      spec.requiredWhen === undefined
        ? spec
        : { ...spec, required: spec.required === true || holds(spec.requiredWhen, values) },
    );

/** What is wrong with a value as far as the form itself can tell. */
export const faultOf = (
  spec: FieldSpec,
  value: FieldValue | undefined,
  secretSet: boolean,
): string | undefined => {
  const empty =
    value === undefined ||
    value === null ||
    value === "" ||
    (Array.isArray(value) && value.length === 0);
  if (empty)
    return spec.required === true && spec.readOnly !== true && !secretSet
      ? "This is needed."
      : undefined;
  if (
    typeof value === "string" &&
    spec.format !== undefined &&
    !new RegExp(`^(?:${spec.format.expression})$`, "u").test(value)
  )
    return spec.format.message;
  if (typeof value === "number" && spec.minimum !== undefined && value < spec.minimum)
    return `At least ${spec.minimum}.`;
  if (typeof value === "number" && spec.maximum !== undefined && value > spec.maximum)
    return `At most ${spec.maximum}.`;
  return spec.choices?.find((choice) => choice.value === value)?.refused;
};
