import { html, nothing, type TemplateResult } from "lit";
import { foreign, words } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import type { App } from "./app.ts";
import { MENU } from "./menu.ts";
import { link } from "./route.ts";

/** What the frame's side shows. */
export interface SideParts {
  readonly app: App;
  /** The view that is open. */
  readonly view: string;
  /** Approvals that wait. */
  readonly waiting: number;
  /** On narrow screens: whether the menu is unfolded. */
  readonly open: boolean;
  readonly toggle: () => void;
  readonly find: (event: Event) => void;
  /** Undefined where the host has signed somebody in. */
  readonly signOut: (() => void) | undefined;
}

/** Search, navigation by job without what the role may not see, and who is here. */
export const side = (parts: SideParts): TemplateResult =>
  html`<div class="side ${parts.open ? "open" : ""}">
    <div class="top">
      <a class="brand" href=${link(["overview"])}>${icon("profile")}<span>Countersign</span></a>
      <wa-button
        class="burger"
        size="s"
        appearance="outlined"
        aria-expanded=${parts.open}
        @click=${parts.toggle}
        >${icon("menu")}<span class="hidden">Menu</span></wa-button
      >
    </div>
    <form class="find" role="search" @submit=${parts.find}>
      ${icon("search")}
      <input
        id="find"
        type="search"
        aria-label="Find anything (Ctrl+K)"
        placeholder="Find anything"
        autocomplete="off"
      />
    </form>
    ${navigation(parts)} ${who(parts)}
  </div>`;

const navigation = ({ app, view, waiting }: SideParts): TemplateResult =>
  html`<nav aria-label="Console">
    ${MENU.map(
      (group) =>
        html`<ul>
          ${group
            .filter(({ right }) => right === undefined || app.may(right))
            .map(
              (entry) =>
                html`<li>
                  <a
                    href=${link([entry.view])}
                    aria-current=${view === entry.view ? "page" : nothing}
                  >
                    ${icon(entry.icon)}<span>${entry.title}</span>
                    ${entry.view === "approvals" && waiting > 0 ? html`<span class="number" aria-label="${waiting} waiting">${waiting}</span>` : nothing}
                  </a>
                </li>`,
            )}
        </ul>`,
    )}
  </nav>`;

const who = ({ app, signOut }: SideParts): TemplateResult => {
  const { principal } = app;
  return html`<div class="who stack tight">
    <div>
      <div>${foreign(principal.id)}</div>
      <div class="quiet">
        ${(principal.roles ?? []).map(words).join(", ")}${principal.tenant === undefined ? "" : ` · ${principal.tenant}`}
      </div>
    </div>
    <div class="row">
      ${app.may("configuration:manage") ? html`<a href=${link(["start"])}>Getting started</a>` : nothing}
      ${signOut === undefined ? nothing : html`<button class="plain" type="button" @click=${signOut}>Sign out</button>`}
    </div>
  </div>`;
};
