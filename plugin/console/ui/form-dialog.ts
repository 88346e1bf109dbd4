import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CommandLine } from "./command-line.ts";
import "./commands.ts";
import { define } from "./define.ts";
import type { FieldSpec, FieldValues } from "./field-spec.ts";
import type { FormElement } from "./form.ts";
import { visible } from "./format.ts";
import { problemNote } from "./problem-note.ts";
import { styles } from "./styles.ts";

/** A form in a dialog; `save` throws what is to be shown in it. Fires `closed`, also once it is saved. */
export class FormDialog extends LitElement {
  static override styles = [styles];

  @property() label = "";
  /** Of the button. */
  @property() yes = "Save";
  @property({ type: Boolean }) open = false;
  @property({ attribute: false }) fields: readonly FieldSpec[] = [];
  /** At the beginning; what is typed stays in here. */
  @property({ attribute: false }) values: FieldValues = {};
  @property({ attribute: false }) save!: (values: FieldValues) => Promise<void>;
  /** The same by the command line, as it stands in the form. */
  @property({ attribute: false }) command:
    ((values: FieldValues) => readonly CommandLine[]) | undefined;
  @state() private typed: FieldValues = {};
  @state() private refused: unknown;
  @state() private busy = false;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("open") || !this.open) return;
    this.typed = this.values;
    this.refused = undefined;
  }

  override render(): TemplateResult {
    return html`<wa-dialog
      label=${visible(this.label)}
      ?open=${this.open}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#close();
      }}
    >
      ${
        this.open
          ? html`<div class="stack">
              <slot></slot>
              <cs-form
                .fields=${this.fields}
                .values=${this.typed}
                @change=${(event: CustomEvent<FieldValues>) => (this.typed = event.detail)}
              ></cs-form>
              ${this.refused === undefined ? nothing : problemNote(this.refused)}
              <cs-commands .lines=${this.command?.(this.typed) ?? []}></cs-commands>
            </div>`
          : nothing
      }
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#close()}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant="brand"
        ?loading=${this.busy}
        @click=${() => void this.#save()}
        >${this.yes}</wa-button
      >
    </wa-dialog>`;
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }

  async #save(): Promise<void> {
    const form = this.renderRoot.querySelector<FormElement>("cs-form");
    if (this.busy || form?.check() !== true) return;
    this.busy = true;
    this.refused = undefined;
    try {
      await this.save(this.typed);
      this.#close();
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = false;
    }
  }
}
define("cs-form-dialog", FormDialog);
