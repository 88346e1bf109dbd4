import { html, nothing, type TemplateResult } from "lit";
import type { FilledForm } from "../api/calls.ts";
import { define } from "../ui/define.ts";
import { type FormBody, ShapeForm } from "./shape-form.ts";
import "./subject-preview.ts";

/** Adds or changes a template in the words of a console, with what a device would get beside it. */
export class TemplateForm extends ShapeForm {
  protected override readonly kind = "template";
  protected override readonly list = "templates";
  protected override readonly what = "template";

  protected override show(shape: string, id: string | undefined): Promise<FilledForm> {
    return this.app.call("getConsolesIdTemplate", { id: shape, query: { template: id } });
  }

  protected override write(
    shape: string,
    body: FormBody,
    version: number | undefined,
  ): Promise<FilledForm> {
    return this.app.call("postConsolesIdTemplate", { id: shape, body, version });
  }

  protected override beside(): TemplateResult | typeof nothing {
    const facts = this.facts.value;
    if (facts === undefined) return nothing;
    const { subject, sans } = (this.checked ?? facts.filled).model;
    return html`<section class="card stack tight">
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
}
define("cs-template-form", TemplateForm);
