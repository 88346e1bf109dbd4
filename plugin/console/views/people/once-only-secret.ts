import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { App } from "../../app/app.ts";
import "../../ui/copy-button.ts";
import { copyable } from "../../ui/copy.ts";
import { define } from "../../ui/define.ts";
import { icon } from "../../ui/icon.ts";
import { saveFile } from "../../ui/save-file.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";

/** A file that goes with a secret, or that is the secret. */
export interface OnceOnlyFile {
  readonly name: string;
  readonly type: string;
  /** Base64. */
  readonly content: string;
}

/**
 * What is shown this once, to copy and to download (C-14): a text, a file, or both. Leaving the page asks first while it is there. Fires `done`.
 */
export class OnceOnlySecret extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  /** Empty where the file is all there is. */
  @property({ attribute: false }) secret = "";
  @property({ attribute: false }) file: OnceOnlyFile | undefined;
  @property() what = "secret";

  override connectedCallback(): void {
    super.connectedCallback();
    this.app.keepHere(
      `Are you sure you want to leave this page? The ${this.what} is shown this once.`,
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.keepHere(undefined);
  }

  override render(): TemplateResult {
    return note(
      "warn",
      html`<div class="stack tight">
        <strong>Keep the ${this.what} now: it is not shown again.</strong>
        ${this.secret === "" ? nothing : html`<div>${copyable(this.secret, `the ${this.what}`)}</div>`}
        ${this.file === undefined ? nothing : this.#file(this.file)}
        <slot></slot>
        <div class="row">
          <wa-button
            size="s"
            variant="brand"
            @click=${() => this.dispatchEvent(new CustomEvent("done"))}
            >I have kept it</wa-button
          >
          ${
            this.secret === ""
              ? nothing
              : html`<wa-button size="s" appearance="outlined" @click=${() => this.#saveText()}
                  >${icon("download")} Save as a text file</wa-button
                >`
          }
        </div>
      </div>`,
    );
  }

  #file(file: OnceOnlyFile): TemplateResult {
    return html`<div class="row">
      <wa-button size="s" appearance="outlined" @click=${() => save(file)}
        >${icon("download")} ${file.name}</wa-button
      >
      <span class="small quiet">or copy it as base64</span>
      <cs-copy-button .value=${file.content} what="${file.name} as base64"></cs-copy-button>
    </div>`;
  }

  #saveText(): void {
    const name = `${this.what.replace(/[^A-Za-z0-9]+/g, "-")}.txt`;
    saveFile(new Blob([`${this.secret}\n`], { type: "text/plain" }), name);
  }
}
define("cs-once-only-secret", OnceOnlySecret);

const save = ({ name, type, content }: OnceOnlyFile): void => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  saveFile(new Blob([bytes], { type }), name);
};
