import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { FieldSpec, FieldValues } from "./field-spec.ts";
import type { FormElement } from "./form.ts";
import { problemNote } from "./problem-note.ts";
import { View } from "./view.ts";

/** A page around one form: what is typed is kept until it is saved or left on purpose. */
export abstract class FormView extends View {
  @state() protected values: FieldValues = {};
  @state() protected faults: Readonly<Record<string, string>> = {};
  @state() protected refused: unknown;
  @state() protected busy = false;

  /** The fields, and below them why saving was refused. */
  protected fields(
    fields: readonly FieldSpec[],
    secretsSet: readonly string[] = [],
  ): TemplateResult {
    return html`<cs-form
        .fields=${fields}
        .values=${this.values}
        .faults=${this.faults}
        .secretsSet=${secretsSet}
        @change=${(event: CustomEvent<FieldValues>) => {
          this.values = event.detail;
          this.app.keepHere("What you typed here is not saved.");
        }}
      ></cs-form>
      ${this.refused === undefined ? nothing : problemNote(this.refused)}`;
  }

  /** Saves unless a field but the `unneeded` has a fault; what `work` throws is shown, by field as `faultsOf` reads it. */
  protected async saving(
    work: () => Promise<void>,
    faultsOf: (failure: unknown) => Readonly<Record<string, string>>,
    unneeded: readonly string[] = [],
  ): Promise<void> {
    const form = this.renderRoot.querySelector<FormElement>("cs-form");
    if (this.busy || form?.check(unneeded) !== true) return;
    this.busy = true;
    this.refused = undefined;
    try {
      await work();
      this.faults = {};
    } catch (failure) {
      this.refused = failure;
      this.faults = faultsOf(failure);
    } finally {
      this.busy = false;
    }
  }
}
