import { html, LitElement, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { define } from "./define.ts";
import { Every } from "./every.ts";
import { styles } from "./styles.ts";

/** Says what takes a while, and for how many seconds it has gone on. */
export class Working extends LitElement {
  static override styles = [styles];

  @property() text = "";
  @state() private seconds = 0;
  readonly #since = Date.now();

  constructor() {
    super();
    new Every(this, 1000, () => (this.seconds = Math.round((Date.now() - this.#since) / 1000)));
  }

  override render(): TemplateResult {
    return html`<p class="small">
      <span role="status">${this.text}</span>
      ${this.seconds === 0 ? "" : html`<span class="quiet nowrap">${this.seconds} s so far</span>`}
    </p>`;
  }
}
define("cs-working", Working);
