import { html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { Loaded } from "../../ui/loaded.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { type TemplateFacts, templateFacts, templateTable } from "../templates/template-table.ts";

/** The templates of an endpoint, which are its Digital IDs. */
export class EndpointTemplates extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) ids: readonly string[] = [];

  readonly #facts = new Loaded<TemplateFacts>(this, () => templateFacts(this.app));

  protected override firstUpdated(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    return html`<div class="stack tight">
      <p>
        What may be asked for here: what MDM consoles call a Digital ID is a
        <a href=${link(["templates"])}>template</a>, which may serve several endpoints.
      </p>
      ${this.#facts.show((facts) => templateTable({ ...facts, templates: facts.templates.filter(({ id }) => this.ids.includes(id)) }))}
    </div>`;
  }
}
define("cs-endpoint-templates", EndpointTemplates);
