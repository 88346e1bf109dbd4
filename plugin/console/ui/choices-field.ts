import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { FieldSpec, FieldState } from "./field-spec.ts";
import { visible } from "./format.ts";

type Choice = NonNullable<FieldSpec["choices"]>[number];

/** Several of a list, as boxes to tick; choices with groups are opened group by group. */
export const choicesField = (spec: FieldSpec, state: FieldState): TemplateResult => {
  const choices = spec.choices ?? [];
  const chosen = Array.isArray(state.value) ? (state.value as readonly string[]) : [];
  const known = choices.map(({ value }) => value);
  // What is set and not offered stays set.
  const others = chosen.filter((word) => !known.includes(word));
  const put = (words: ReadonlySet<string>): void =>
    state.change([...known.filter((word) => words.has(word)), ...others]);
  const toggle = (some: readonly Choice[], on: boolean): void => {
    const words = new Set(chosen);
    for (const { value } of some) {
      if (on) words.add(value);
      else words.delete(value);
    }
    put(words);
  };
  const box = (choice: Choice): TemplateResult =>
    html`<label class="check"
      ><input
        type="checkbox"
        .checked=${live(chosen.includes(choice.value))}
        @change=${(event: Event) => toggle([choice], (event.target as HTMLInputElement).checked)}
      />${visible(choice.label)}</label
    >`;
  const group = (name: string): TemplateResult => {
    const inside = choices.filter((choice) => choice.group === name);
    const ticked = inside.filter(({ value }) => chosen.includes(value)).length;
    return html`<details>
      <summary>${name} <span class="quiet small">${ticked} of ${inside.length}</span></summary>
      <div class="checks">
        <label class="check"
          ><input
            type="checkbox"
            .checked=${live(ticked === inside.length)}
            .indeterminate=${live(ticked > 0 && ticked < inside.length)}
            @change=${(event: Event) => toggle(inside, (event.target as HTMLInputElement).checked)}
          />All of ${name}</label
        >
        ${inside.map(box)}
      </div>
    </details>`;
  };
  const groups = [...new Set(choices.flatMap((choice) => choice.group ?? []))];
  return html`<div class="checks">
    ${groups.map(group)} ${choices.filter((choice) => choice.group === undefined).map(box)}
    ${choices.length === 0 ? html`<span class="quiet">Nothing to choose from yet.</span>` : ""}
  </div>`;
};
