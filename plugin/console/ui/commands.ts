import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { type CommandLine, shellLine } from "./command-line.ts";
import "./copy-button.ts";
import { define } from "./define.ts";
import { visible } from "./format.ts";
import { styles } from "./styles.ts";

/** The same by the command line, each line ready to copy; nothing where there is none. */
export class Commands extends LitElement {
  static override styles = [
    styles,
    css`
      summary {
        cursor: pointer;
        color: var(--quiet);
      }
      .line {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 4px;
      }
    `,
  ];

  @property({ attribute: false }) lines: readonly CommandLine[] = [];

  override render(): TemplateResult | typeof nothing {
    if (this.lines.length === 0) return nothing;
    return html`<details>
      <summary>Copy as a command</summary>
      <div class="stack tight">
        ${this.lines.map(
          ({ what, words, file }) =>
            html`<div>
              <div class="small quiet">${visible(what)}</div>
              ${this.#copied(shellLine(words), `the command: ${what}`)}
              ${
                file === undefined
                  ? nothing
                  : html`<div class="small quiet">
                        with this as <span class="mono">${file.name}</span>
                      </div>
                      ${this.#copied(file.text, `the file ${file.name}`)}`
              }
            </div>`,
        )}
      </div>
    </details>`;
  }

  #copied(text: string, what: string): TemplateResult {
    return html`<div class="line">
      <code class="code" tabindex="0">${text.split("\n").map(visible).join("\n")}</code
      ><cs-copy-button .value=${text} .what=${what}></cs-copy-button>
    </div>`;
  }
}
define("cs-commands", Commands);
