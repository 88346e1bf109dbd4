import { html, nothing, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { View } from "../../ui/view.ts";
import "./entity-event-list.ts";

/** What happened to end entities at all endpoints, or at one. */
export class EntityEvents extends View {
  override render(): TemplateResult {
    const { query } = this.place;
    const endpoint = query.get("endpoint") ?? undefined;
    const failed = query.get("failed") === "true";
    const at = (of: string | undefined, failures: boolean): string =>
      link(["events", "entities"], { endpoint: of, failed: failures ? "true" : undefined });
    return html`${this.head("Events of end entities", "What was asked and what became of it, newest first.", "", { href: link(["events"]), text: "Events" })}
      <cs-entity-event-list
        .app=${this.app}
        .endpoint=${endpoint}
        ?failed=${failed}
        .address=${(failures: boolean) => at(endpoint, failures)}
        >${endpoint === undefined ? nothing : html`<span>of the endpoint <span class="mono">${endpoint}</span></span> <a href=${at(undefined, failed)}>Show all endpoints</a>`}</cs-entity-event-list
      >`;
  }
}
define("cs-entity-events", EntityEvents);
