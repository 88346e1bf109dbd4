import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Calls, Console } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { define } from "../../ui/define.ts";
import { type FieldValues, holds } from "../../ui/field-spec.ts";
import { foreign } from "../../ui/format.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { note, status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { STEP_TITLES } from "./test-steps.ts";

type Action = Console["caServer"]["actions"][number];
type Tried = Calls["postConsolesIdTemplateTry"]["answer"];

const TONES = { good: "good", bad: "bad", untried: "quiet" } as const;

/** The test buttons of a console's form. One that saves first only says so by a `save` event with its name. */
export class FormTry extends LitElement {
  static override styles = [
    styles,
    formStyles,
    css`
      ul {
        display: grid;
        gap: var(--unit);
        list-style: none;
        padding: 0;
      }
      .status {
        white-space: normal;
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) shape!: string;
  @property({ attribute: false }) kind!: "caServer" | "template";
  @property({ attribute: false }) actions: readonly Action[] = [];
  /** What is tried; of an object that is saved only its id. */
  @property({ attribute: false }) fields: FieldValues = {};
  @property({ attribute: false }) objectId: string | undefined;
  /** Which fields stand in the form, for buttons that are shown beside some of them only. */
  @property({ attribute: false }) values: FieldValues = {};
  /** The object is saved as it stands here. */
  @property({ type: Boolean }) saved = false;
  /** Pressed as soon as it is shown. */
  @property({ attribute: false }) now: string | undefined;
  @state() private busy: string | undefined;
  @state() private tried: Tried | undefined;
  @state() private refused: unknown;

  protected override firstUpdated(): void {
    const action = this.actions.find(({ name }) => name === this.now);
    if (action !== undefined) void this.#run(action);
  }

  /** What was said of other values is said of these no longer. */
  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("values")) return;
    this.tried = undefined;
    this.refused = undefined;
  }

  readonly #press = (action: Action): void => {
    if (action.saves === true && !this.saved)
      this.dispatchEvent(new CustomEvent("save", { detail: action.name }));
    else void this.#run(action);
  };

  async #run({ name: action }: Action): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = action;
    this.tried = undefined;
    this.refused = undefined;
    const { shape: id, fields, objectId, values } = this;
    const body = { action, fields, id: objectId };
    try {
      const tried = await (this.kind === "template"
        ? this.app.call("postConsolesIdTemplateTry", { id, body })
        : this.app.call("postConsolesIdCaServerTry", { id, body }));
      if (values === this.values) this.tried = tried;
    } catch (failure) {
      if (values === this.values) this.refused = failure;
    } finally {
      this.busy = undefined;
    }
  }

  override render(): TemplateResult | typeof nothing {
    const shown = this.actions.filter(({ when }) => when === undefined || holds(when, this.values));
    if (shown.length === 0) return nothing;
    return html`<div class="stack tight">
      ${shown.map(
        (action) =>
          html`<div class="field">
            <div>
              <wa-button
                type="button"
                appearance="outlined"
                ?loading=${this.busy === action.name}
                @click=${() => this.#press(action)}
                >${action.label}</wa-button
              >
            </div>
            <div class="help">${action.help}</div>
          </div>`,
      )}
      <div aria-live="polite">
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
        ${this.tried === undefined ? nothing : steps(this.tried)}
      </div>
    </div>`;
  }
}
define("cs-form-try", FormTry);

const steps = ({ ok, steps: all }: Tried): TemplateResult => {
  const left = all.filter(({ state: how }) => how === "untried").length;
  return html`<div class="stack tight">
    <ul>
      ${all.map(
        ({ what, state: how, detail, nextStep }) =>
          html`<li>
            ${status(TONES[how], html`${foreign(STEP_TITLES[what] ?? what)}${how === "untried" ? " (not tried)" : nothing}`)}
            <div class="small quiet">${foreign(detail)}</div>
            ${how !== "bad" || nextStep === undefined ? nothing : note("bad", html`<strong>Next step:</strong> ${foreign(nextStep)}`)}
          </li>`,
      )}
    </ul>
    ${ok ? note(left === 0 ? "good" : "info", left === 0 ? "All of it is right." : "What was tried is right; the rest was not tried here.") : note("bad", "Something is not right yet.")}
  </div>`;
};
