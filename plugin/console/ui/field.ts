import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { foreign, visible } from "./format.ts";
import { textOf } from "./text-of.ts";
import { icon } from "./icon.ts";
import type { FieldSpec, FieldState, FieldValue } from "./field-spec.ts";
import { choicesField } from "./choices-field.ts";
import { fileField } from "./file-field.ts";
import { listField, rowsField } from "./many-field.ts";
import { pemField } from "./pem-field.ts";

/** Label, control, what it does, and what is wrong with it. */
export const field = (spec: FieldSpec, state: FieldState): TemplateResult => {
  const describes = [
    `${spec.name}-help`,
    ...(state.fault === undefined ? [] : [`${spec.name}-fault`]),
  ];
  const common = { spec, state, described: describes.join(" ") };
  if (spec.type === "yes-no") return checkField(common);
  const grouped = spec.type === "choices" || spec.type === "rows" || spec.type === "list";
  const label = html`${spec.label}${
    spec.required === true && spec.readOnly !== true ? html`<span class="need"></span>` : nothing
  }${markOf(spec)}`;
  return grouped
    ? html`<div
        class="field"
        role="group"
        aria-labelledby="${spec.name}-label"
        aria-describedby=${common.described}
      >
        <span class="label" id="${spec.name}-label">${label}</span
        >${control(common)}${below(spec, state)}
      </div>`
    : html`<div class="field">
        <label for=${spec.name}>${label}</label>${control(common)}${below(spec, state)}
      </div>`;
};

/** Says which fields the console itself does not have. */
const markOf = ({ mark }: FieldSpec): TemplateResult | typeof nothing =>
  mark === "ours" ? html`<span class="mark">Countersign</span>` : nothing;

const below = (spec: FieldSpec, { fault }: FieldState): TemplateResult => html`
  <div class="help" id="${spec.name}-help">
    ${spec.help}${spec.note === undefined ? "" : html` ${foreign(spec.note)}`}
  </div>
  ${fault === undefined ? nothing : html`<div class="fault" id="${spec.name}-fault">${icon("alert")}<span>${foreign(fault)}</span></div>`}
`;

interface Common {
  readonly spec: FieldSpec;
  readonly state: FieldState;
  readonly described: string;
}

const typed = (event: Event): string => (event.target as HTMLInputElement).value;

const control = (common: Common): TemplateResult => {
  const { spec, state, described } = common;
  const text = state.value === null ? "" : textOf(state.value);
  const invalid = state.fault === undefined ? "false" : "true";
  switch (spec.type) {
    case "lines":
      return spec.pem === undefined
        ? linesControl(common, text)
        : pemField(spec.pem, common, linesControl(common, text));
    case "choice":
      return choiceField(common, text);
    case "choices":
      return choicesField(spec, state);
    case "list":
      return listField(spec, state);
    case "rows":
      return rowsField(spec, state);
    case "file":
      return fileField(spec, state, described);
    default:
      return html`<input
        id=${spec.name}
        class=${spec.type === "pattern" ? "pattern" : ""}
        type=${inputType(spec)}
        .value=${live(spec.type === "date" ? text.slice(0, 10) : text)}
        autocomplete="off"
        spellcheck="false"
        placeholder=${spec.type === "secret" && state.secretSet ? "set; leave empty to keep it" : (spec.example ?? "")}
        min=${spec.minimum ?? nothing}
        max=${spec.maximum ?? nothing}
        ?readonly=${spec.readOnly}
        ?required=${spec.required}
        aria-describedby=${described}
        aria-invalid=${invalid}
        @input=${(event: Event) => state.change(parsed(spec, typed(event)))}
        @blur=${state.left}
      />`;
  }
};

const linesControl = ({ spec, state, described }: Common, text: string): TemplateResult =>
  html`<textarea
    id=${spec.name}
    rows=${Math.min(24, Math.max(4, text.split("\n").length + 1))}
    spellcheck="false"
    .value=${live(text)}
    aria-describedby=${described}
    aria-invalid=${state.fault === undefined ? "false" : "true"}
    ?required=${spec.required}
    @input=${(event: Event) => state.change(typed(event))}
    @blur=${state.left}
  ></textarea>`;

const inputType = ({ type }: FieldSpec): string =>
  type === "integer"
    ? "number"
    : type === "secret"
      ? "password"
      : type === "date"
        ? "date"
        : "text";

const parsed = ({ type }: FieldSpec, text: string): FieldValue => {
  if (type === "integer") return text === "" ? null : Number(text);
  if (type === "date") return text === "" ? null : `${text}T00:00:00Z`;
  return text;
};

const choiceField = ({ spec, state, described }: Common, value: string): TemplateResult => {
  const choices = spec.choices ?? [];
  const known = choices.some((choice) => choice.value === value);
  return html`<select
    id=${spec.name}
    aria-describedby=${described}
    aria-invalid=${state.fault === undefined ? "false" : "true"}
    ?required=${spec.required}
    ?disabled=${spec.readOnly}
    @change=${(event: Event) => {
      state.change(typed(event));
      state.left();
    }}
  >
    ${
      known ||
      (value === "" && spec.required === true && choices.length > 0 && choices[0]?.value === "")
        ? nothing
        : html`<option value=${value} selected>${value === "" ? "Choose…" : value}</option>`
    }
    ${
      spec.required === true || choices.some((choice) => choice.value === "") || value === ""
        ? nothing
        : html`<option value="">None</option>`
    }
    ${choices.map(
      (choice) =>
        html`<option value=${choice.value} ?selected=${choice.value === value}>
          ${visible(choice.label)}${choice.refused === undefined ? "" : " (refused)"}
        </option>`,
    )}
  </select>`;
};

const checkField = ({ spec, state, described }: Common): TemplateResult =>
  html`<div class="field">
    <label class="check"
      ><input
        id=${spec.name}
        type="checkbox"
        .checked=${live(state.value === true)}
        ?disabled=${spec.readOnly}
        aria-describedby=${described}
        @change=${(event: Event) => state.change((event.target as HTMLInputElement).checked)}
      /><span>${spec.label}${markOf(spec)}</span></label
    >
    ${below(spec, state)}
  </div>`;
