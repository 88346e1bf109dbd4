import { html, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { plural } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { View } from "../../ui/view.ts";
import { type TemplateFacts, templateFacts, templateTable } from "./template-table.ts";

/** What certificates are issued by. */
export class Templates extends View {
  readonly #facts = new Loaded<TemplateFacts>(this, () => templateFacts(this.app));

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const facts = this.#facts.value;
    const add = this.app.may("configuration:manage")
      ? html`<wa-button variant="brand" href=${link(["templates", "new"])}
          >${icon("plus")} Add template</wa-button
        >`
      : "";
    const sentence =
      facts === undefined
        ? ""
        : facts.templates.length === 0
          ? "There is none yet."
          : `${plural(facts.templates.length, "template")}: what a certificate says, how its key is made and how long it lives.`;
    return html`${this.head("Templates", sentence, add)} ${this.#facts.show(templateTable)}`;
  }
}
define("cs-templates", Templates);
