import type { Console, Distribution, FilledForm } from "../../api/calls.ts";
import type { FieldValues } from "../../ui/field-spec.ts";
import { isOfTemplate, type TemplateChange, templateChange } from "../shapes/template-change.ts";

type Fields = Console["template"]["fields"];

/**
 * What a draft changes once the form is saved as it: all that differs from the template as it is saved, and what the draft before changes
 * where the form has no field for it.
 */
export const draftChange = (
  fields: Fields,
  saved: FilledForm["model"],
  model: FilledForm["model"],
  draft: Distribution["draft"],
): TemplateChange => {
  const asked = new Set(fields.flatMap(({ maps, readOnly }) => (readOnly === true ? [] : maps)));
  const kept = Object.entries(draft?.plan.change ?? {}).filter(([member]) => !asked.has(member));
  return { ...Object.fromEntries(kept), ...templateChange(saved, model) };
};

/** Labels of filled-in fields that no draft holds: secrets, and what the console knows beside the template. */
export const leftOut = (
  fields: Fields,
  before: FieldValues,
  values: FieldValues,
): readonly string[] =>
  fields
    .filter(
      ({ name, type, maps, readOnly }) =>
        readOnly !== true &&
        (type === "secret" || !maps.some(isOfTemplate)) &&
        JSON.stringify(values[name] ?? "") !== JSON.stringify(before[name] ?? ""),
    )
    .map(({ label }) => label);
