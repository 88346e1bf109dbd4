import { html, type TemplateResult } from "lit";
import type { App } from "./app.ts";
import type { Place } from "./route.ts";

/** The element behind each view; each word of a path is its own URL. */
export const viewOf = (app: App, place: Place): TemplateResult => {
  const [first, second] = place.rest;
  const isForm = first === "new" || second === "edit";
  switch (place.view) {
    case "overview":
      return html`<cs-overview .app=${app} .place=${place}></cs-overview>`;
    case "start":
      return html`<cs-start .app=${app} .place=${place}></cs-start>`;
    case "search":
      return html`<cs-search .app=${app} .place=${place}></cs-search>`;
    case "devices":
      if (first === "end-entities")
        return html`<cs-end-entities .app=${app} .place=${place}></cs-end-entities>`;
      return first === undefined
        ? html`<cs-devices .app=${app} .place=${place}></cs-devices>`
        : html`<cs-device .app=${app} .place=${place}></cs-device>`;
    case "certificates":
      if (first === "new") return html`<cs-issue .app=${app} .place=${place}></cs-issue>`;
      if (first === "bulk") return html`<cs-bulk .app=${app} .place=${place}></cs-bulk>`;
      return first === undefined
        ? html`<cs-certificates .app=${app} .place=${place}></cs-certificates>`
        : html`<cs-certificate .app=${app} .place=${place}></cs-certificate>`;
    case "ca-servers":
      if (first === "outside")
        return html`<cs-outside-ca .app=${app} .place=${place}></cs-outside-ca>`;
      if (isForm) return html`<cs-ca-server-form .app=${app} .place=${place}></cs-ca-server-form>`;
      return first === undefined
        ? html`<cs-ca-servers .app=${app} .place=${place}></cs-ca-servers>`
        : html`<cs-ca-server .app=${app} .place=${place}></cs-ca-server>`;
    case "templates":
      if (isForm) return html`<cs-template-form .app=${app} .place=${place}></cs-template-form>`;
      return first === undefined
        ? html`<cs-templates .app=${app} .place=${place}></cs-templates>`
        : html`<cs-template .app=${app} .place=${place}></cs-template>`;
    case "endpoints":
      if (isForm) return html`<cs-endpoint-form .app=${app} .place=${place}></cs-endpoint-form>`;
      return first === undefined
        ? html`<cs-endpoints .app=${app} .place=${place}></cs-endpoints>`
        : html`<cs-endpoint .app=${app} .place=${place}></cs-endpoint>`;
    case "profiles":
      return first === undefined
        ? html`<cs-profiles .app=${app} .place=${place}></cs-profiles>`
        : html`<cs-profile .app=${app} .place=${place}></cs-profile>`;
    case "people":
      return html`<cs-people .app=${app} .place=${place}></cs-people>`;
    case "approvals":
      return html`<cs-approvals .app=${app} .place=${place}></cs-approvals>`;
    case "events":
      if (first === "refused") return html`<cs-refusals .app=${app} .place=${place}></cs-refusals>`;
      if (first === "entities")
        return html`<cs-entity-events .app=${app} .place=${place}></cs-entity-events>`;
      return html`<cs-events .app=${app} .place=${place}></cs-events>`;
    case "reference":
      return html`<cs-reference .app=${app} .place=${place}></cs-reference>`;
    case "settings":
      if (first === "alerts") return html`<cs-alerts .app=${app} .place=${place}></cs-alerts>`;
      if (first === "outbox") return html`<cs-outbox .app=${app} .place=${place}></cs-outbox>`;
      return html`<cs-settings .app=${app} .place=${place}></cs-settings>`;
    default:
      return html`<cs-nowhere .app=${app} .place=${place}></cs-nowhere>`;
  }
};
