import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { App } from "../app/app.ts";
import { type Place, placeOf } from "../app/route.ts";
import { attempt } from "./attempt.ts";
import { formStyles } from "./form-styles.ts";
import { icon } from "./icon.ts";
import { styles } from "./styles.ts";
import { tableStyles } from "./table-styles.ts";

/** One page of the console. `arrive` runs whenever its place has changed. */
export abstract class View extends LitElement {
  static override styles = [styles, tableStyles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) place: Place = placeOf("");

  protected arrive(): void {
    // What asks for itself needs nothing.
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("place") || (changed.has("app") && changed.get("app") === undefined))
      this.arrive();
  }

  /** Title, one sentence of state, the primary action at the right. */
  protected head(
    title: TemplateResult | string,
    sentence: TemplateResult | string = "",
    actions: TemplateResult | string = "",
    back?: { readonly href: string; readonly text: string },
  ): TemplateResult {
    return html`<header class="head">
      <div>
        ${back === undefined ? "" : html`<a class="crumb" href=${back.href}>${icon("back")}${back.text}</a>`}
        <h1 tabindex="-1">${title}</h1>
        ${sentence === "" ? "" : html`<p>${sentence}</p>`}
      </div>
      <div class="row">${actions}</div>
    </header>`;
  }

  /** Does something, says that it is done, and says why it could not be. */
  protected attempt<T>(work: () => Promise<T>, done?: string): Promise<T | undefined> {
    return attempt(this.app, work, done);
  }
}
