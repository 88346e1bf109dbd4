import { html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { App } from "../app/app.ts";
import { copyable } from "../ui/copy.ts";
import { define } from "../ui/define.ts";
import { note } from "../ui/status.ts";
import { styles } from "../ui/styles.ts";

/** Something that is shown this once; leaving the page asks first while it is there. Fires `done`. */
export class OnceOnlySecret extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) secret = "";
  @property() what = "secret";

  override connectedCallback(): void {
    super.connectedCallback();
    this.app.keepHere(`The ${this.what} is shown this once. Have you copied it?`);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.keepHere(undefined);
  }

  override render(): TemplateResult {
    return note(
      "warn",
      html`<div class="stack tight">
        <strong>Copy the ${this.what} now: it is not shown again.</strong>
        <div>${copyable(this.secret, `the ${this.what}`)}</div>
        <slot></slot>
        <div>
          <wa-button
            size="s"
            variant="brand"
            @click=${() => this.dispatchEvent(new CustomEvent("done"))}
            >I have copied it</wa-button
          >
        </div>
      </div>`,
    );
  }
}
define("cs-once-only-secret", OnceOnlySecret);
