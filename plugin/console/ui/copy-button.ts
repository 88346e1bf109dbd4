import { css, html, LitElement, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { define } from "./define.ts";
import { visible } from "./format.ts";
import { icon } from "./icon.ts";
import { styles } from "./styles.ts";

const SHOWN = 1500;

/** Copies `value`, and says so. `what` names it for screen readers: "the serial". */
export class CopyButton extends LitElement {
  static override styles = [
    styles,
    css`
      :host {
        display: inline-block;
      }
      button {
        display: grid;
        place-items: center;
        inline-size: 1.75rem;
        block-size: 1.75rem;
        padding: 0;
        border: 0;
        border-radius: 4px;
        background: none;
        color: var(--quiet);
        cursor: pointer;
      }
      button:hover {
        background: var(--sunken);
        color: var(--text);
      }
      .good {
        color: var(--good);
      }
    `,
  ];

  @property() value = "";
  @property() what = "";
  @state() private said: "" | "Copied" | "Copying failed" = "";

  override render(): TemplateResult {
    const { said } = this;
    const what = visible(this.what);
    return html`<button
        type="button"
        class=${said === "Copied" ? "good" : ""}
        title="Copy ${what}"
        aria-label="Copy ${what}"
        @click=${() => void this.#copy()}
      >
        ${icon(said === "" ? "copy" : said === "Copied" ? "check" : "alert")}
      </button>
      <span class="hidden" role="status">${said}</span>`;
  }

  async #copy(): Promise<void> {
    this.said = (await copied(this.value, this.renderRoot)) ? "Copied" : "Copying failed";
    setTimeout(() => (this.said = ""), SHOWN);
  }
}
define("cs-copy-button", CopyButton);

const copied = async (text: string, root: HTMLElement | DocumentFragment): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain HTTP, or where a host's frame forbids it, only the old way is left.
    return copiedBySelection(text, root);
  }
};

const copiedBySelection = (text: string, root: HTMLElement | DocumentFragment): boolean => {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  area.setAttribute("aria-hidden", "true");
  root.append(area);
  const before = root.querySelector("button");
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the Clipboard API is kept from pages without TLS
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  return done;
};
