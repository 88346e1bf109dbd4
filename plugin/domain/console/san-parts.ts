import type { SanType } from "../san.ts";
import type { SanPattern } from "../template.ts";
import { type ConsoleDialect, fromPattern, toPattern } from "./dialect.ts";
import { type ConsoleField, rowsOf } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import { textOf } from "./parts.ts";
import type { FormPart } from "./shape.ts";

type Part = FormPart<TemplateModel>;

/** A way a console names a kind of alternative name. */
export type SanWord = readonly [word: string, type: SanType];

/** A pick list of one kind of name and the text beside it; `none` is the word for no name. */
export const oneSan = (
  type: ConsoleField,
  value: ConsoleField,
  none: string,
  words: readonly SanWord[],
  dialect: ConsoleDialect,
): Part => {
  const own = (san: SanPattern): boolean => words.some(([, kind]) => kind === san.type);
  return {
    fields: [type, value],
    members: ["sans"],
    show: ({ sans }) => {
      const san = sans.find(own);
      return {
        [type.name]: words.find(([, kind]) => kind === san?.type)?.[0] ?? none,
        [value.name]: san === undefined ? "" : fromPattern(dialect, san.pattern),
      };
    },
    change: (model, values) => {
      const kind = words.find(([word]) => word === values[type.name])?.[1];
      const at = model.sans.findIndex(own);
      if (kind === undefined) return { ...model, sans: model.sans.filter((san) => !own(san)) };
      const san = { type: kind, pattern: toPattern(dialect, textOf(values, value.name)) };
      return { ...model, sans: at === -1 ? [...model.sans, san] : model.sans.with(at, san) };
    },
    rest: ({ sans }) => {
      const shown = sans.find(own);
      return sans.filter((san) => own(san) && san !== shown).map(sanText);
    },
  };
};

/** One name of a kind that has a field of its own, as ManageEngine's NT principal name has. */
export const sanOfKind = (field: ConsoleField, type: SanType, dialect: ConsoleDialect): Part => ({
  fields: [field],
  members: ["sans"],
  show: ({ sans }) => {
    const san = sans.find((one) => one.type === type);
    return { [field.name]: san === undefined ? "" : fromPattern(dialect, san.pattern) };
  },
  change: (model, values) => {
    const pattern = toPattern(dialect, textOf(values, field.name));
    const at = model.sans.findIndex((one) => one.type === type);
    if (pattern === "") return { ...model, sans: model.sans.filter((one) => one.type !== type) };
    const san = { type, pattern };
    return { ...model, sans: at === -1 ? [...model.sans, san] : model.sans.with(at, san) };
  },
  rest: ({ sans }) =>
    sans
      .filter((one) => one.type === type)
      .slice(1)
      .map(sanText),
});

/** Names a line each, with the columns `type` and `value`; `none` is the word of a line that says that there is none. */
export const sanRows = (
  field: ConsoleField,
  words: readonly SanWord[],
  dialect: ConsoleDialect,
  none?: string,
): Part => {
  const own = (san: SanPattern): boolean => words.some(([, kind]) => kind === san.type);
  return {
    fields: [field],
    members: ["sans"],
    show: ({ sans }) => {
      const rows = sans.filter(own).map(({ type, pattern }) => ({
        type: words.find(([, kind]) => kind === type)?.[0] ?? type,
        value: fromPattern(dialect, pattern),
      }));
      const nothing = none === undefined ? [] : [{ type: none, value: "" }];
      return { [field.name]: rows.length === 0 ? nothing : rows };
    },
    change: (model, values) => ({
      ...model,
      sans: [
        ...rowsOf(values[field.name]).flatMap((row): SanPattern[] => {
          const kind = words.find(([word]) => word === row["type"])?.[1];
          return kind === undefined
            ? []
            : [{ type: kind, pattern: toPattern(dialect, row["value"] ?? "") }];
        }),
        ...model.sans.filter((san) => !own(san)),
      ],
    }),
    rest: ({ sans }) => sans.filter((san) => !own(san)).map(sanText),
  };
};

const sanText = ({ type, pattern }: SanPattern): string => `${type}:${pattern}`;
