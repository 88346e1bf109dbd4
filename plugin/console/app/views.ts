import { html, type TemplateResult } from "lit";
import type { App } from "./app.ts";
import type { Place } from "./route.ts";

/** The element behind each view; each word of a path is its own URL. */
export const viewOf = (app: App, place: Place): TemplateResult => {
  const [first, second] = place.rest;
  switch (place.view) {
    case "overview":
      return html`<cs-overview .app=${app} .place=${place}></cs-overview>`;
    case "start":
      return html`<cs-start .app=${app} .place=${place}></cs-start>`;
    case "ca-servers":
      if (first === "new" || second === "edit")
        return html`<cs-ca-server-form .app=${app} .place=${place}></cs-ca-server-form>`;
      return first === undefined
        ? html`<cs-ca-servers .app=${app} .place=${place}></cs-ca-servers>`
        : html`<cs-ca-server .app=${app} .place=${place}></cs-ca-server>`;
    case "settings":
      return html`<cs-settings .app=${app} .place=${place}></cs-settings>`;
    default:
      return html`<cs-nowhere .app=${app} .place=${place}></cs-nowhere>`;
  }
};
