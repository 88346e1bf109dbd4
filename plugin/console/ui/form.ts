import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { define } from "./define.ts";
import { field } from "./field.ts";
import {
  faultOf,
  type FieldSpec,
  type FieldValue,
  type FieldValues,
  shownFields,
} from "./field-spec.ts";
import { visible } from "./format.ts";
import { formStyles } from "./form-styles.ts";
import { styles } from "./styles.ts";

/** A variable that may be put into a pattern. */
export interface Insertable {
  readonly text: string;
  readonly value?: string | undefined;
}

/** Inputs that are one line of text. */
const LINES: ReadonlySet<string> = new Set(["text", "number", "password", "date"]);

/**
 * A form made from a list of fields. `values` goes in; `change` events carry all values as `detail`. Faults show once their field was left,
 * or once `check()` was called.
 */
export class FormElement extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) fields: readonly FieldSpec[] = [];
  @property({ attribute: false }) values: FieldValues = {};
  /** What the server found, by field. */
  @property({ attribute: false }) faults: Readonly<Record<string, string>> = {};
  @property({ attribute: false }) secretsSet: readonly string[] = [];
  @property({ attribute: false }) variables: readonly Insertable[] = [];
  @state() private left: ReadonlySet<string> = new Set();
  #pressed = false;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("pointerdown", this.#press, true);
    addEventListener("pointerup", this.#release, true);
    addEventListener("pointercancel", this.#release, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("pointerdown", this.#press, true);
    removeEventListener("pointerup", this.#release, true);
    removeEventListener("pointercancel", this.#release, true);
  }

  readonly #press = (): void => {
    this.#pressed = true;
  };
  readonly #release = (): void => {
    this.#pressed = false;
  };

  /** A fault that comes up makes the form longer: not while a button below is being pressed, or the click would miss it. */
  #leave(name: string): void {
    const leave = (): void => {
      this.left = new Set([...this.left, name]);
    };
    if (this.#pressed) addEventListener("pointerup", () => setTimeout(leave), { once: true });
    else leave();
  }

  /** Shows all faults, goes to the first one, and says whether there is none; `unneeded` are left as they stand. */
  check(unneeded: readonly string[] = []): boolean {
    const checked = this.#shown.filter(({ name }) => !unneeded.includes(name));
    this.left = new Set(checked.map(({ name }) => name));
    const first = checked.find((spec) => this.#own(spec) !== undefined);
    if (first === undefined) return true;
    this.#focus(first);
    return false;
  }

  /** Goes to the first field that the server has found something wrong with. */
  goToFault(): void {
    const first = this.#shown.find(({ name }) => this.faults[name] !== undefined);
    if (first !== undefined) this.#focus(first);
  }

  get #shown(): readonly FieldSpec[] {
    return shownFields(this.fields, this.values);
  }

  #focus({ name }: FieldSpec): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(name)}`)?.focus(),
    );
  }

  /** Enter in a line of text sends the form that this one stands in: its shadow root keeps the browser from doing so. */
  readonly #enter = (event: KeyboardEvent): void => {
    const [at] = event.composedPath();
    if (event.key !== "Enter" || event.isComposing || !(at instanceof HTMLInputElement)) return;
    if (!LINES.has(at.type)) return;
    const form = this.closest("form");
    if (form === null) return;
    event.preventDefault();
    form.requestSubmit();
  };

  override render(): TemplateResult {
    const shown = this.#shown;
    const sections = [...new Set(shown.map(({ section = "" }) => section))];
    return html`<div class="fields" @keydown=${this.#enter}>
      ${sections.map((section) => {
        const inside = shown
          .filter((spec) => (spec.section ?? "") === section)
          .map((spec) => this.#field(spec));
        return section === ""
          ? html`<div class="fields">${inside}</div>`
          : html`<fieldset>
              <legend>${section}</legend>
              <div class="fields">${inside}</div>
            </fieldset>`;
      })}
    </div>`;
  }

  #own(spec: FieldSpec): string | undefined {
    return faultOf(spec, this.values[spec.name], this.secretsSet.includes(spec.name));
  }

  #field(spec: FieldSpec): TemplateResult {
    const { name } = spec;
    const fault = this.left.has(name) ? (this.#own(spec) ?? this.faults[name]) : undefined;
    const shown = field(spec, {
      value: this.values[name] ?? "",
      fault,
      secretSet: this.secretsSet.includes(name),
      change: (value) => this.#change(name, value),
      left: () => this.#leave(name),
    });
    return spec.type === "pattern" && this.variables.length > 0 && spec.readOnly !== true
      ? html`<div class="fields close">${shown}${this.#inserts(name)}</div>`
      : shown;
  }

  #inserts(name: string): TemplateResult {
    const insert = (event: Event): void => {
      const select = event.target as HTMLSelectElement;
      const input = this.renderRoot.querySelector<HTMLInputElement>(`#${CSS.escape(name)}`);
      if (input === null || select.value === "") return;
      const at = input.selectionStart ?? input.value.length;
      this.#change(
        name,
        input.value.slice(0, at) + select.value + input.value.slice(input.selectionEnd ?? at),
      );
      select.value = "";
      input.focus();
    };
    return html`<div class="insert">
      <select aria-label="Put a variable into this field" @change=${insert}>
        <option value="">Insert a variable…</option>
        ${this.variables.map(
          ({ text, value }) =>
            html`<option value=${text}>
              ${text}${value === undefined ? nothing : html` (${visible(value)})`}
            </option>`,
        )}
      </select>
    </div>`;
  }

  #change(name: string, value: FieldValue): void {
    this.values = { ...this.values, [name]: value };
    if (this.faults[name] !== undefined)
      this.faults = Object.fromEntries(
        Object.entries(this.faults).filter(([path]) => path !== name),
      );
    this.dispatchEvent(new CustomEvent("change", { detail: this.values }));
  }
}
define("cs-form", FormElement);
