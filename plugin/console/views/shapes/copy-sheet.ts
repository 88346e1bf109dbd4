import { html, nothing, type TemplateResult } from "lit";
import type { Console, FilledForm } from "../../api/calls.ts";
import { copyable } from "../../ui/copy.ts";
import { type FieldValue, isShown, type Row } from "../../ui/field-spec.ts";
import { foreign } from "../../ui/format.ts";
import { textOf } from "../../ui/text-of.ts";

type Field = Console["caServer"]["fields"][number];

/** Not to be typed elsewhere: secrets, files, and what only Countersign asks. */
const isCopied = ({ type, mark }: Field): boolean =>
  type !== "secret" && type !== "file" && mark !== "ours";

/** The values to type into the other console, in its order, each with its button; secrets are not among them. */
export const copySheet = (form: Console["caServer"], { values }: FilledForm): TemplateResult => {
  const lines = form.fields.filter(
    (field) => isCopied(field) && isShown(field, values, form.fields),
  );
  return html`<section class="card stack tight">
    <h2>${form.title}</h2>
    <p class="small quiet">${form.place}</p>
    <dl class="facts">
      ${lines.map((field) => {
        const shown = valuesOf(field, values[field.name]);
        return shown.length === 0
          ? nothing
          : html`<dt>${field.label}</dt>
              ${shown.map((one) => html`<dd>${one}</dd>`)}`;
      })}
    </dl>
  </section>`;
};

/** What stands in a field, a line each; nothing of an empty one. */
const valuesOf = (field: Field, value: FieldValue | undefined): readonly TemplateResult[] => {
  if (typeof value === "boolean") return [html`${value ? "On" : "Off"}`];
  if (Array.isArray(value))
    return (value as readonly (string | Row)[]).map((one) =>
      copied(field, typeof one === "string" ? one : rowText(field, one)),
    );
  if (value === undefined || value === null || value === "") return [];
  const label = field.choices?.find((choice) => choice.value === value)?.label;
  return [label === undefined ? copied(field, textOf(value)) : foreign(label)];
};

const copied = ({ label }: Field, text: string): TemplateResult =>
  copyable(text, label, foreign(text));

const rowText = ({ columns }: Field, row: Row): string =>
  [
    ...new Set((columns ?? []).map(({ name }) => row[name] ?? "").filter((text) => text !== "")),
  ].join(": ");
