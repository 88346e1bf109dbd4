import { html, nothing, type TemplateResult } from "lit";
import type { Console, FilledForm } from "../api/calls.ts";
import { copyable } from "../ui/copy.ts";
import { isShown } from "../ui/field-spec.ts";
import { foreign } from "../ui/format.ts";

/** The values to type into the other console, in its order, each with its button; secrets are not among them. */
export const copySheet = (form: Console["caServer"], { values }: FilledForm): TemplateResult => {
  const lines = form.fields.filter(
    (field) => field.type !== "secret" && field.type !== "file" && isShown(field, values),
  );
  return html`<section class="card stack tight">
    <h2>${form.title}</h2>
    <p class="small quiet">${form.place}</p>
    <dl class="facts">
      ${lines.map((field) => {
        const value = values[field.name];
        const text =
          typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
        if (text === "" || text === "[]") return nothing;
        const label = field.choices?.find((choice) => choice.value === value)?.label;
        const shown = typeof value === "boolean" ? (value ? "On" : "Off") : (label ?? text);
        return html`<dt>${field.label}</dt>
          <dd>
            ${typeof value === "boolean" || label !== undefined ? foreign(shown) : copyable(text, field.label, foreign(shown))}
          </dd>`;
      })}
    </dl>
  </section>`;
};
