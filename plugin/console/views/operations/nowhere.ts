import { html, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { View } from "../../ui/view.ts";

/** An address that leads nowhere. */
export class Nowhere extends View {
  protected override arrive(): void {
    // Nothing to ask.
  }

  override render(): TemplateResult {
    return html`${this.head("There is no such page", html`Perhaps the link is old. <a href=${link(["overview"])}>Go to the overview</a>.`)}`;
  }
}
define("cs-nowhere", Nowhere);
