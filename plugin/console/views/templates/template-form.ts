import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Distribution, FilledForm } from "../../api/calls.ts";
import { Refused } from "../../api/problem.ts";
import { CODES } from "../../api/words.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import { define } from "../../ui/define.ts";
import { note } from "../../ui/status.ts";
import { draftChange, leftOut } from "./draft-change.ts";
import { draftCommand, templateCommand } from "../shapes/form-commands.ts";
import { type FormBody, ShapeForm, type ShapeFacts } from "../shapes/shape-form.ts";
import { type TemplateChange, templateChange } from "../shapes/template-change.ts";
import {
  impactSentence,
  moveOverOf,
  type RollOut,
  type TemplateImpactCard,
} from "./template-impact.ts";
import "../shapes/subject-preview.ts";
import "./template-draft.ts";

/** Adds or changes a template in the words of a console, with what a device would get beside it. */
export class TemplateForm extends ShapeForm {
  protected override readonly kind = "template";
  protected override readonly list = "templates";
  protected override readonly what = "template";
  @state() private rollOut: RollOut = { how: "later", days: 7, count: 10 };

  /** Whom the template is for, with its draft; undefined for a new one. */
  @state() private distribution: Distribution | undefined;
  /** The form shows the template as its draft changes it. */
  @state() private drafted = false;
  /** What was typed and no draft holds. */
  @state() private notKept: readonly string[] = [];

  protected override arrive(): void {
    this.drafted = false;
    this.notKept = [];
    super.arrive();
  }

  protected override async show(shape: string, template: string | undefined): Promise<FilledForm> {
    const ask = (draft: boolean) =>
      this.app.call("getConsolesIdTemplate", {
        id: shape,
        query: { template, ...(draft ? { draft: "true" } : {}) },
      });
    const [saved, draft, distribution] = await Promise.all([
      ask(false),
      this.drafted ? ask(true) : undefined,
      template === undefined
        ? undefined
        : this.app.call("getTemplatesIdDistribution", { id: template }),
    ]);
    this.distribution = distribution;
    // What differs is counted from what is saved.
    return draft === undefined ? saved : { ...saved, values: draft.values, alsoSet: draft.alsoSet };
  }

  protected override write(
    shape: string,
    body: FormBody,
    version: number | undefined,
  ): Promise<FilledForm> {
    const moveOver = body.id === undefined ? undefined : moveOverOf(this.rollOut);
    return this.app.call("postConsolesIdTemplate", {
      id: shape,
      body: { ...body, ...(body.save === true ? { moveOver } : {}) },
      version,
    });
  }

  /** Whoever re-keys devices is told how many, and how many of them would fail. */
  protected override async maySave(): Promise<boolean> {
    const card = this.renderRoot.querySelector<TemplateImpactCard>("cs-template-impact");
    const impact = await card?.preview();
    // What would be refused is said by saving itself.
    const sentence = impact === undefined ? undefined : impactSentence(impact, this.rollOut);
    if (impact === undefined || sentence === undefined) return true;
    return this.app.ask({
      title: "Save this version?",
      text: sentence,
      yes: "Save",
      dangerous: impact.failing > 0,
    });
  }

  protected override async afterSaving(): Promise<void> {
    const { id_: templateId, rollOut } = this;
    if (templateId === undefined || rollOut.how !== "canary") return;
    await this.attempt(
      () => this.app.call("postRenewalsGroups", { body: { templateId, count: rollOut.count } }),
      "The canary group renews now.",
    );
  }

  protected override command(filled: FilledForm): readonly CommandLine[] {
    const { model } = this.checked ?? filled;
    const moveOver = moveOverOf(this.rollOut);
    if (filled.id === undefined) return [templateCommand(undefined, model, moveOver)];
    const fields = this.facts.value?.shape.template.fields ?? [];
    const change = draftChange(fields, filled.model, model, this.distribution?.draft);
    return [templateCommand(filled, model, moveOver), draftCommand(filled.id, change)];
  }

  protected override above(): TemplateResult | typeof nothing {
    return this.distribution?.draft === undefined
      ? nothing
      : html`<cs-template-draft
          .app=${this.app}
          .distribution=${this.distribution}
          .taken=${this.drafted}
          .typed=${this.typed}
          @take=${() => void this.#again(true)}
          @done=${() => void this.#again(false)}
        ></cs-template-draft>`;
  }

  /** Reads the form anew, as it is saved or as the draft changes it. */
  async #again(drafted: boolean): Promise<void> {
    this.drafted = drafted;
    this.notKept = [];
    this.checked = undefined;
    this.app.keepHere(undefined);
    // What stands in the form until then must not be saved as the draft.
    this.busy = true;
    await this.facts.reload();
    this.busy = false;
    await this.settle();
  }

  protected override besideSave(): TemplateResult | typeof nothing {
    return this.id_ === undefined
      ? nothing
      : html`<wa-button
            appearance="outlined"
            ?loading=${this.busy}
            @click=${() => void this.sending((facts) => this.#saveDraft(facts))}
            >Save as draft</wa-button
          >
          ${this.notKept.length === 0 ? nothing : note("warn", `No draft holds this; Save does: ${this.notKept.join(", ")}.`)}`;
  }

  async #saveDraft(facts: ShapeFacts): Promise<void> {
    const { shape, filled } = facts;
    const { distribution } = this;
    if (distribution === undefined) return;
    const { fields } = shape.template;
    const { model, issues } = await this.check(facts);
    if (issues.length > 0) throw impossible(issues);
    const change = draftChange(fields, filled.model, model, distribution.draft);
    this.notKept = leftOut(fields, filled.values, this.values);
    if (Object.keys(change).length === 0 && distribution.draft === undefined) {
      this.app.say("Nothing that a draft holds differs from what is saved.", "warn");
      return;
    }
    const { id, version } = distribution;
    const saved = await this.app.call("patchTemplatesIdDistribution", {
      ...{ id, version },
      body: { change },
    });
    this.distribution = saved;
    this.drafted = true;
    this.typed = this.notKept.length > 0;
    if (!this.typed) this.app.keepHere(undefined);
    this.app.say(`Draft ${saved.draft?.number ?? ""} is saved; nothing is delivered yet.`, "good");
  }

  protected override beside(): TemplateResult | typeof nothing {
    const facts = this.facts.value;
    if (facts === undefined) return nothing;
    const { model } = this.checked ?? facts.filled;
    const { subject, sans } = model;
    return html`${this.#impact(templateChange(facts.filled.model, model))}
      <section class="card stack tight">
        <h2>What a device would get</h2>
        ${
          typeof subject !== "string" || subject === ""
            ? html`<p class="quiet">Type a subject to see what it comes to.</p>`
            : html`<cs-subject-preview
                .app=${this.app}
                .shape=${facts.shape.id}
                .subject=${subject}
                .sans=${sans}
              ></cs-subject-preview>`
        }
        ${
          this.id_ === undefined
            ? html`<p class="small quiet">
                Saving delivers nothing: no device gets its profile until it is published.
              </p>`
            : nothing
        }
      </section>`;
  }

  /** Only of what is there already. */
  #impact(change: TemplateChange): TemplateResult | typeof nothing {
    return this.id_ === undefined
      ? nothing
      : html`<cs-template-impact
          .app=${this.app}
          .templateId=${this.id_}
          .change=${change}
          .rollOut=${this.rollOut}
          .settle=${() => this.settle()}
          @rollout=${(event: CustomEvent<RollOut>) => (this.rollOut = event.detail)}
        ></cs-template-impact>`;
  }
}
define("cs-template-form", TemplateForm);

const impossible = (issues: FilledForm["issues"]): Refused => {
  const code = "template_impossible";
  const { title = code, nextStep } = CODES[code] ?? {};
  return new Refused({ ...{ type: "about:blank", status: 422, code, title, nextStep }, issues });
};
