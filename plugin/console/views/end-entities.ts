import { html, nothing, type TemplateResult } from "lit";
import type { EndEntity } from "../api/calls.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { expiryBadge } from "../ui/expiry-badge.ts";
import { foreign } from "../ui/format.ts";
import { Paged } from "../ui/paged.ts";
import { endEntityState } from "../ui/state.ts";
import { View } from "../ui/view.ts";

/** Who may enrol, and until when each one's newest certificate is good; what cannot be undone stands on the device's page. */
export class EndEntities extends View {
  readonly #list = new Paged<EndEntity>(
    this,
    (cursor) => this.app.call("getEndEntities", { query: { cursor } }),
    (failure) => this.app.fail(failure),
  );

  protected override arrive(): void {
    void this.#list.reload();
  }

  override render(): TemplateResult {
    return html`${this.head("End entities", "Whoever is deactivated gets nothing until it is activated again; what it has stays good.", "", { href: link(["devices"]), text: "Devices" })}
    ${this.#list.show((items) => this.#table(items))}`;
  }

  #table(items: readonly EndEntity[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Identifier</th>
            <th>MDM</th>
            <th>Activation</th>
            <th>Newest certificate ends</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (one) =>
              html`<tr>
                <td data-label="Identifier">
                  <a href=${link(["devices", one.id])}>${foreign(one.identifier)}</a>
                </td>
                <td data-label="MDM">${foreign(one.hostId)}</td>
                <td data-label="Activation">${endEntityState(one)}</td>
                <td data-label="Ends">
                  ${one.expiresAt === undefined ? html`<span class="quiet">it has none</span>` : expiryBadge(one.expiresAt)}
                </td>
                <td data-label="">${this.#turn(one)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">Devices come from your MDM's hooks.</p>` : nothing}
    </div>`;
  }

  #turn(one: EndEntity): TemplateResult | typeof nothing {
    if (one.activation !== "active" && one.activation !== "deactivated") return nothing;
    const on = one.activation === "deactivated";
    return html`<wa-button size="s" appearance="outlined" @click=${() => void this.#put(one, on)}
      >${on ? "Activate" : "Deactivate"}<span class="hidden"> ${one.identifier}</span></wa-button
    >`;
  }

  /** Both ways, so nothing is asked. */
  async #put({ id }: EndEntity, on: boolean): Promise<void> {
    await this.attempt(
      () => this.app.call(on ? "postEndEntitiesIdActivate" : "postEndEntitiesIdDeactivate", { id }),
      on ? "It is active again." : "Nothing is issued to it until it is activated.",
    );
    await this.#list.reload();
  }
}
define("cs-end-entities", EndEntities);
