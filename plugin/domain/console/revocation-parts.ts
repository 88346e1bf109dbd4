import {
  DEFAULT_REVOCATION,
  type RevocationRule,
  type RevokingEvent,
} from "../revocation-rules.ts";
import type { ConsoleField } from "./form.ts";
import type { TemplateModel } from "./model.ts";
import { textOf } from "./parts.ts";
import type { FormPart } from "./shape.ts";

/** What one event does to the certificates of a template (L-08); the rule that holds anyway is not written down. */
export const revocationRule = (
  field: ConsoleField,
  event: RevokingEvent,
): FormPart<TemplateModel> => ({
  fields: [field],
  members: ["revocation"],
  places: { [event]: field.name },
  show: ({ revocation }) => ({ [field.name]: revocation[event] ?? DEFAULT_REVOCATION[event] }),
  change: (model, values) => {
    const rule = textOf(values, field.name) as RevocationRule;
    const rules = Object.entries({ ...model.revocation, [event]: rule });
    return {
      ...model,
      revocation: Object.fromEntries(
        rules.filter(([name, one]) => name !== event || one !== DEFAULT_REVOCATION[event]),
      ),
    };
  },
});
