import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { FieldSpec, FieldState, Row } from "./field-spec.ts";
import { visible } from "./format.ts";
import { icon } from "./icon.ts";

const typed = (event: Event): string => (event.target as HTMLInputElement).value;

/** Several texts, one a line. */
export const listField = (spec: FieldSpec, state: FieldState): TemplateResult => {
  const items = Array.isArray(state.value) ? (state.value as readonly string[]) : [];
  const put = (index: number, text: string): void =>
    state.change(items.map((item, at) => (at === index ? text : item)));
  return html`<div class="lines">
    ${items.map(
      (item, index) =>
        html`<div class="line">
          <input
            .value=${live(item)}
            aria-label="${spec.label}, line ${index + 1}"
            @input=${(event: Event) => put(index, typed(event))}
            @blur=${state.left}
          />
          ${remove(() => state.change(items.filter((_, at) => at !== index)), `line ${index + 1}`)}
        </div>`,
    )}
    <div>
      <wa-button appearance="outlined" size="s" @click=${() => state.change([...items, ""])}
        >${icon("plus")} Add a line</wa-button
      >
    </div>
  </div>`;
};

/** Several lines with columns. */
export const rowsField = (spec: FieldSpec, state: FieldState): TemplateResult => {
  const rows = Array.isArray(state.value) ? (state.value as readonly Row[]) : [];
  const columns = spec.columns ?? [];
  const put = (index: number, name: string, text: string): void =>
    state.change(rows.map((row, at) => (at === index ? { ...row, [name]: text } : row)));
  const blank = Object.fromEntries(columns.map(({ name }) => [name, ""]));
  return html`<div class="lines">
    ${rows.map(
      (row, index) =>
        html`<div class="line">
          ${columns.map(({ name, label, type, ...column }) => {
            const { choices } = column as Pick<FieldSpec, "choices">;
            return choices === undefined
              ? html`<input
                  class=${type === "pattern" ? "pattern" : ""}
                  .value=${live(row[name] ?? "")}
                  placeholder=${label}
                  aria-label="${label}, line ${index + 1}"
                  @input=${(event: Event) => put(index, name, typed(event))}
                  @blur=${state.left}
                />`
              : html`<select
                  aria-label="${label}, line ${index + 1}"
                  @change=${(event: Event) => put(index, name, typed(event))}
                >
                  <option value="" ?selected=${(row[name] ?? "") === ""}>${label}…</option>
                  ${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === row[name]}>${visible(choice.label)}</option>`)}
                </select>`;
          })}
          ${remove(() => state.change(rows.filter((_, at) => at !== index)), `line ${index + 1}`)}
        </div>`,
    )}
    <div>
      <wa-button appearance="outlined" size="s" @click=${() => state.change([...rows, blank])}
        >${icon("plus")} Add a line</wa-button
      >
    </div>
  </div>`;
};

const remove = (act: () => void, what: string): TemplateResult =>
  html`<wa-button size="s" appearance="plain" @click=${act}
    ><span class="hidden">Remove ${what}</span>${icon("cross")}</wa-button
  >`;
