import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { FilledForm } from "../api/calls.ts";
import type { CommandLine } from "../ui/command-line.ts";
import { define } from "../ui/define.ts";
import { templateCommand } from "./form-commands.ts";
import { type FormBody, ShapeForm } from "./shape-form.ts";
import { type TemplateChange, templateChange } from "./template-change.ts";
import {
  impactSentence,
  moveOverOf,
  type RollOut,
  type TemplateImpactCard,
} from "./template-impact.ts";
import "./subject-preview.ts";

/** Adds or changes a template in the words of a console, with what a device would get beside it. */
export class TemplateForm extends ShapeForm {
  protected override readonly kind = "template";
  protected override readonly list = "templates";
  protected override readonly what = "template";
  @state() private rollOut: RollOut = { how: "later", days: 7, count: 10 };

  protected override show(shape: string, id: string | undefined): Promise<FilledForm> {
    return this.app.call("getConsolesIdTemplate", { id: shape, query: { template: id } });
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

  protected override command(filled: FilledForm): CommandLine {
    const { model } = this.checked ?? filled;
    const moveOver = moveOverOf(this.rollOut);
    return templateCommand(filled.id === undefined ? undefined : filled, model, moveOver);
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
