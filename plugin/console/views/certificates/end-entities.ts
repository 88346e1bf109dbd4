import { html, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { View } from "../../ui/view.ts";
import "./end-entity-list.ts";

/** All end entities of the tenant. */
export class EndEntities extends View {
  override render(): TemplateResult {
    return html`${this.head("End entities", "Whoever is deactivated gets nothing until it is activated again; what it has stays good.", "", { href: link(["devices"]), text: "Devices" })}
      <cs-end-entity-list .app=${this.app}></cs-end-entity-list>`;
  }
}
define("cs-end-entities", EndEntities);
