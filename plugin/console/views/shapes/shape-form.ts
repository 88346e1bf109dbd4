import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Console, ConsoleName, FilledForm } from "../../api/calls.ts";
import { Refused } from "../../api/problem.ts";
import { link } from "../../app/route.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import "../../ui/commands.ts";
import "../../ui/working.ts";
import "./form-try.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import type { FormElement, Insertable } from "../../ui/form.ts";
import { Loaded } from "../../ui/loaded.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { note } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { alsoSet } from "./also-set.ts";
import { choiceSources, type Sources } from "./choice-sources.ts";
import { consoleChips } from "./console-chips.ts";
import { copySheet } from "./copy-sheet.ts";
import { keepShape, lastShape } from "./last-shape.ts";
import {
  carriedByLink,
  carriedValues,
  faultsOf,
  fieldsShown,
  OWN,
  telling,
  typedFields,
} from "./shape-fields.ts";

/** What a form is drawn from. */
export interface ShapeFacts {
  readonly consoles: readonly ConsoleName[];
  readonly shape: Console;
  readonly filled: FilledForm;
  readonly sources: Sources;
}

/** What the API takes of a filled-in form. */
export interface FormBody {
  readonly fields: FieldValues;
  readonly id?: string | undefined;
  readonly save?: boolean | undefined;
  readonly moveOver?: string | undefined;
  readonly crlShards?: number | undefined;
}

const PAUSE = 400;

/** A form as another console shows it: pick the console, fill in what it asks, save, copy what it wants to know. */
export abstract class ShapeForm extends View {
  protected abstract readonly kind: "caServer" | "template";
  protected abstract readonly list: "ca-servers" | "templates";
  protected abstract readonly what: string;
  protected abstract show(shape: string, id: string | undefined): Promise<FilledForm>;
  protected abstract write(
    shape: string,
    body: FormBody,
    version: number | undefined,
  ): Promise<FilledForm>;
  /** Said while saving goes on, where that may take its time. */
  protected readonly patience: string | undefined;
  /** A field as this form shows it; one that where somebody came from has settled is read only. */
  protected given(field: FieldSpec): FieldSpec {
    return field;
  }
  /** What stands above the form, beside it, and after Save. */
  protected above(): TemplateResult | typeof nothing {
    return nothing;
  }
  protected beside(): TemplateResult | typeof nothing {
    return nothing;
  }
  /** More fields, below the console's own. */
  protected furtherFields(): TemplateResult | typeof nothing {
    return nothing;
  }
  protected besideSave(): TemplateResult | typeof nothing {
    return nothing;
  }

  /** Saving what stands in the form, by the command line; undefined where no command does it. */
  protected abstract command(filled: FilledForm): CommandLine | readonly CommandLine[] | undefined;

  /** The last word before saving; false: the form stays as it is. */
  protected maySave(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** What follows once it is saved. */
  protected afterSaving(): Promise<void> {
    return Promise.resolve();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  @state() protected values: FieldValues = {};
  @state() protected faults: Readonly<Record<string, string>> = {};
  @state() private refused: unknown;
  @state() protected busy = false;
  /** Something was typed that is not saved. */
  @state() protected typed = false;
  @state() private saved: FilledForm | undefined;
  /** What the server makes of the form as it is typed; nothing is stored. */
  @state() protected checked: FilledForm | undefined;
  /** The console that was picked last. */
  #wanted: string | undefined;
  /** The test button that saved the form. */
  #pressed: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected readonly facts = new Loaded<ShapeFacts>(this, async () => {
    const [{ items: consoles }, sources] = await Promise.all([
      this.app.call("getConsoles"),
      choiceSources(this.app),
    ]);
    const wanted = this.place.query.get("as") ?? lastShape() ?? "";
    const id = consoles.some((one) => one.id === wanted) ? wanted : (consoles[0]?.id ?? "");
    const [shape, filled] = await Promise.all([
      this.app.call("getConsolesId", { id }),
      this.show(id, this.id_),
    ]);
    this.values = { ...filled.values, ...carriedByLink(shape[this.kind].fields, this.place.query) };
    this.typed = false;
    return { consoles, shape, filled, sources };
  });

  /** The object that is changed; undefined for a new one. */
  protected get id_(): string | undefined {
    return this.place.rest[0] === "new" ? undefined : this.place.rest[0];
  }

  protected override arrive(): void {
    this.refused = undefined;
    this.saved = undefined;
    this.#pressed = undefined;
    this.faults = {};
    this.checked = undefined;
    void this.facts.reload();
  }

  /** Asks the server what it would say, a moment after the last key. */
  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), PAUSE);
  }

  /** At once instead of in a moment: `checked` is about what stands in the form. */
  protected async settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#ask();
    await this.updateComplete;
  }

  async #ask(): Promise<void> {
    const facts = this.facts.value;
    if (facts === undefined || this.busy || this.saved !== undefined) return;
    const values = this.values;
    try {
      const checked = await this.write(facts.shape.id, this.#body(facts, false), undefined);
      if (values !== this.values) return;
      this.checked = checked;
      this.faults = faultsOf(checked.issues);
    } catch (failure) {
      // Only text that is no pattern is refused here; saving says it again.
      if (failure instanceof Refused && values === this.values)
        this.faults = faultsOf(failure.problem.issues ?? []);
    }
  }

  /** What has faults is refused by saving, which says them. */
  async #agreed(facts: ShapeFacts): Promise<boolean> {
    const { issues } = await this.check(facts);
    return issues.length > 0 || this.maySave();
  }

  /** What the server makes of the form as it stands. */
  protected async check(facts: ShapeFacts): Promise<FilledForm> {
    const checked = await this.write(facts.shape.id, this.#body(facts, false), undefined);
    this.checked = checked;
    await this.updateComplete;
    return checked;
  }

  #body({ shape }: ShapeFacts, save: boolean): FormBody {
    return { fields: typedFields(shape[this.kind].fields, this.values), id: this.id_, save };
  }

  override render(): TemplateResult {
    const title = this.id_ === undefined ? `Add ${this.what}` : `Edit ${this.what}`;
    const back =
      this.id_ === undefined
        ? { href: link([this.list]), text: this.list === "templates" ? "Templates" : "CA servers" }
        : { href: link([this.list, this.id_]), text: this.id_ };
    return html`${this.head(title, this.saved === undefined ? "Pick your console; the form speaks its words." : "", "", back)}
    ${this.facts.show((facts) => (this.saved === undefined ? this.#page(facts) : this.#done(facts, this.saved)))}`;
  }

  #page({ consoles, shape, filled, sources }: ShapeFacts): TemplateResult {
    const form = shape[this.kind];
    const fields = fieldsShown(
      shape.id,
      telling(form.fields, this.values),
      this.checked ?? filled,
      sources,
    ).map((field) => this.given(field));
    const variables: readonly Insertable[] = shape.dialect.variables
      .filter(({ name }) => !name.includes("#"))
      .map(({ name, variable }) => ({
        text: `${shape.dialect.open}${name}${shape.dialect.close}`,
        value: sources.sample[variable],
      }));
    return html`<div class="stack">
      ${consoleChips(consoles, shape.id, (id) => void this.#as(id))} ${this.above()}
      <div class="halves form">
        <form class="card stack" @submit=${this.#submit} novalidate>
          <div>
            <h2>${this.id_ === undefined ? form.title : form.editTitle}</h2>
            <p class="small quiet">In ${shape.name}: ${form.place}</p>
          </div>
          ${form.notes.map((text) => note("info", text))}
          <cs-form
            .fields=${fields}
            .values=${this.values}
            .faults=${this.faults}
            .secretsSet=${filled.secretsSet}
            .variables=${variables}
            @change=${(event: CustomEvent<FieldValues>) => {
              this.values = event.detail;
              this.typed = true;
              this.app.keepHere("What you typed here is not saved.");
              this.#changed();
            }}
          ></cs-form>
          ${this.furtherFields()} ${this.#buttons(shape, filled.id, undefined)}
          ${this.refused === undefined ? nothing : problemNote(this.refused)}
          ${this.busy && this.patience !== undefined ? html`<cs-working text=${this.patience}></cs-working>` : nothing}
          <div class="actions">
            <wa-button type="submit" variant="brand" ?loading=${this.busy}>Save</wa-button>
            ${this.besideSave()}
            <wa-button
              appearance="outlined"
              href=${link(this.id_ === undefined ? [this.list] : [this.list, this.id_])}
              >Cancel</wa-button
            >
          </div>
          <cs-commands .lines=${[this.command(filled) ?? []].flat()}></cs-commands>
        </form>
        <div class="stack">${this.beside()} ${alsoSet(shape.name, filled)}</div>
      </div>
    </div>`;
  }

  /** The console's own test buttons; `saved` once the form is. */
  #buttons({ id, ...forms }: Console, objectId: string | undefined, saved: FilledForm | undefined) {
    const form = forms[this.kind];
    return html`<cs-form-try
      .app=${this.app}
      .shape=${id}
      .kind=${this.kind}
      .actions=${form.actions}
      .fields=${saved === undefined ? typedFields(form.fields, this.values) : {}}
      .values=${saved?.values ?? this.values}
      .objectId=${objectId}
      .saved=${saved !== undefined}
      .now=${this.#pressed}
      @save=${(event: CustomEvent<string>) => {
        this.#pressed = event.detail;
        this.#send();
      }}
    ></cs-form-try>`;
  }

  #done({ shape }: ShapeFacts, saved: FilledForm): TemplateResult {
    const tests = shape[this.kind].actions.length > 0;
    return html`<div class="stack">
      ${note("good", html`Saved${saved.id === undefined ? "" : html` as <span class="mono">${saved.id}</span>`}. ${shape.id === OWN ? nothing : `Copy what ${shape.name} asks for, in its order.`}`)}
      ${saved.notes.map((text) => note("info", text))}
      ${tests ? html`<section class="card">${this.#buttons(shape, saved.id, saved)}</section>` : nothing}
      ${shape.id === OWN ? nothing : copySheet(shape[this.kind], saved)}
      <div class="row">
        <wa-button variant="brand" href=${link([this.list, saved.id ?? ""])}>Open it</wa-button>
        ${this.list === "ca-servers" ? html`<wa-button appearance="outlined" href=${link(["templates", "new"], { as: shape.id })}>Add a template</wa-button>` : nothing}
      </div>
    </div>`;
  }

  /** Shows the same object in another console's words; what was typed is carried over by the server where it fits. */
  async #as(id: string): Promise<void> {
    const facts = this.facts.value;
    this.#wanted = id;
    if (facts === undefined || id === facts.shape.id) return;
    keepShape(id);
    await this.attempt(async () => {
      const [shape, filled] = await Promise.all([
        this.app.call("getConsolesId", { id }),
        this.show(id, this.id_),
      ]);
      if (id !== this.#wanted) return;
      const carried = carriedValues(
        { fields: facts.shape[this.kind].fields, values: this.values },
        { fields: shape[this.kind].fields, values: filled.values },
      );
      this.values = { ...filled.values, ...carried };
      this.faults = {};
      this.facts.set({ ...facts, shape, filled });
      this.checked = undefined;
      this.#changed();
    });
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    this.#pressed = undefined;
    this.#send();
  };

  #send(): void {
    void this.sending(async (facts) => {
      if (this.id_ !== undefined && !(await this.#agreed(facts))) return;
      this.saved = await this.write(facts.shape.id, this.#body(facts, true), facts.filled.version);
      keepShape(facts.shape.id);
      this.app.keepHere(undefined);
      await this.afterSaving();
    });
  }

  /** Does something with the form unless a field has a fault; what is refused is shown at its field. */
  protected async sending(work: (facts: ShapeFacts) => Promise<void>): Promise<void> {
    const form = this.renderRoot.querySelector<FormElement>("cs-form");
    const facts = this.facts.value;
    if (facts === undefined || this.busy || form?.check() !== true) return;
    this.busy = true;
    this.refused = undefined;
    try {
      clearTimeout(this.#timer);
      await work(facts);
    } catch (failure) {
      this.refused = failure;
      if (failure instanceof Refused) this.faults = faultsOf(failure.problem.issues ?? []);
      void this.updateComplete.then(() => form.goToFault());
    } finally {
      this.busy = false;
    }
  }
}
