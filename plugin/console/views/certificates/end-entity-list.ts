import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { EndEntity } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { foreign } from "../../ui/format.ts";
import { Paged } from "../../ui/paged.ts";
import { endEntityState } from "../../ui/state.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";

/** Who may enrol, all or those of an endpoint, and until when each one's newest certificate is good; what cannot be undone stands on the device's page. */
export class EndEntityList extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @property() endpoint: string | undefined;

  readonly #list = new Paged<EndEntity>(
    this,
    (cursor) => this.app.call("getEndEntities", { query: { cursor, endpoint: this.endpoint } }),
    (failure) => this.app.fail(failure),
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("endpoint") || !this.hasUpdated) void this.#list.reload();
  }

  override render(): TemplateResult {
    return html`${this.#list.show((items) => this.#table(items))}`;
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
      ${items.length === 0 ? html`<p class="empty">${this.endpoint === undefined ? "Devices come from your MDM's hooks." : "No device has asked here yet, and none is to."}</p>` : nothing}
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
    await attempt(
      this.app,
      () => this.app.call(on ? "postEndEntitiesIdActivate" : "postEndEntitiesIdDeactivate", { id }),
      on ? "It is active again." : "Nothing is issued to it until it is activated.",
    );
    await this.#list.reload();
  }
}
define("cs-end-entity-list", EndEntityList);
