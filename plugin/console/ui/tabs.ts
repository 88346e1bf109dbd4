import { css, html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { define } from "./define.ts";
import { styles } from "./styles.ts";

/** One tab; it has an address of its own, so that it can be sent to somebody and reached by Back. */
export interface Tab {
  readonly name: string;
  readonly label: string;
  readonly href: string;
}

/**
 * Tabs over what stands in the slot, which is the panel of the active one. Arrow keys, Home and End go from tab to tab; Enter or the space bar opens, so
 * that nothing is loaded on the way.
 */
export class Tabs extends LitElement {
  static override styles = [
    styles,
    css`
      [role="tablist"] {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--unit);
        border-block-end: 1px solid var(--line);
        margin-block-end: calc(var(--unit) * 2);
      }
      [role="tab"] {
        padding: var(--unit) var(--unit) calc(var(--unit) - 2px);
        border-block-end: 2px solid transparent;
        margin-block-end: -1px;
        color: var(--quiet);
        font-weight: 500;
        text-decoration: none;
        cursor: pointer;
      }
      [role="tab"]:hover {
        text-decoration: none;
        color: var(--text);
      }
      [role="tab"][aria-selected="true"] {
        color: var(--accent);
        border-block-end-color: var(--accent);
      }
      [role="tabpanel"]:focus-visible {
        outline: 2px solid var(--focus);
        outline-offset: 4px;
      }
    `,
  ];

  @property() label = "";
  @property({ attribute: false }) tabs: readonly Tab[] = [];
  @property() active = "";

  override render(): TemplateResult {
    return html`<div role="tablist" aria-label=${this.label} @keydown=${this.#key}>
        ${this.tabs.map(({ name, label, href }) => {
          const selected = name === this.active;
          return html`<a
            role="tab"
            id="tab-${name}"
            href=${href}
            aria-selected=${selected}
            aria-controls="panel"
            tabindex=${selected ? 0 : -1}
            >${label}</a
          >`;
        })}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.active}" tabindex="0">
        <slot></slot>
      </div>`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const tabs = [...this.renderRoot.querySelectorAll<HTMLElement>("[role=tab]")];
    const at = tabs.indexOf(event.target as HTMLElement);
    const to: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: -1,
      " ": at,
    };
    const next = to[event.key];
    if (at === -1 || next === undefined) return;
    event.preventDefault();
    const tab = tabs.at(next === tabs.length ? 0 : next);
    if (event.key === " ") tab?.click();
    else tab?.focus();
  };
}
define("cs-tabs", Tabs);
