import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Event as EntityEvent } from "../../api/calls.ts";
import { CODES } from "../../api/words.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, short, when, words } from "../../ui/format.ts";
import { Paged } from "../../ui/paged.ts";
import { status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";

const TONES = { done: "good", failed: "bad", pending: "info" } as const;

/** What happened to end entities, all or those of an endpoint, in the columns that consoles have for it (R-08); a failure opens to its exact error. */
export class EntityEventList extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @property() endpoint: string | undefined;
  /** Failures alone. */
  @property({ type: Boolean }) failed = false;
  /** The address of the same place with all of them, or with the failures. */
  @property({ attribute: false }) address!: (failed: boolean) => string;

  readonly #events = new Paged<EntityEvent>(
    this,
    (cursor) =>
      this.app.call("getEvents", {
        query: { cursor, endpoint: this.endpoint, ...(this.failed ? { failed: "true" } : {}) },
      }),
    (failure) => this.app.fail(failure),
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("endpoint") || changed.has("failed") || !this.hasUpdated)
      void this.#events.reload();
  }

  override render(): TemplateResult {
    const chip = (text: string, failed: boolean): TemplateResult =>
      html`<a
        class="chip"
        href=${this.address(failed)}
        aria-current=${failed === this.failed ? "true" : nothing}
        >${text}</a
      >`;
    return html`<div class="bar">
        ${chip("All", false)} ${chip("Failures", true)}
        <slot></slot>
      </div>
      ${this.#events.show((items) => this.#table(items))}`;
  }

  #table(items: readonly EntityEvent[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>End entity</th>
            <th>Status</th>
            <th>Event</th>
            <th>Type</th>
            <th>Endpoint</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (one) =>
              html`<tr>
                <td data-label="End entity">${entityOf(one)}</td>
                <td data-label="Status">
                  ${status(TONES[one.status], words(one.status))}${errorOf(one)}
                </td>
                <td data-label="Event"><span class="mono">${one.id}</span></td>
                <td data-label="Type">${one.type}<span class="under mono">${one.event}</span></td>
                <td data-label="Endpoint">
                  ${one.endpoint === undefined ? html`<span class="quiet">none</span>` : html`<a href=${link(["endpoints", one.endpoint])}>${one.endpoint}</a>`}
                </td>
                <td data-label="When" class="nowrap">${when(one.at)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">There is nothing like that here.</p>` : nothing}
    </div>`;
  }
}
define("cs-entity-event-list", EntityEventList);

const entityOf = ({ endEntity, subject }: EntityEvent): TemplateResult =>
  endEntity === undefined
    ? subject === undefined
      ? html`<span class="quiet">none</span>`
      : foreign(subject)
    : html`<a href=${link(["devices", endEntity])}>${short(endEntity)}</a
        >${subject === undefined ? nothing : html`<span class="under">${foreign(subject)}</span>`}`;

const errorOf = ({ error }: EntityEvent): TemplateResult | typeof nothing => {
  if (error === undefined) return nothing;
  const known = CODES[error];
  return html`<details class="small">
    <summary>The exact error</summary>
    <p>${known === undefined ? foreign(error) : html`${known.title}. ${known.nextStep}`}</p>
  </details>`;
};
