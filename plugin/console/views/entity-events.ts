import { html, nothing, type TemplateResult } from "lit";
import type { Event as EntityEvent } from "../api/calls.ts";
import { CODES } from "../api/words.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { foreign, short, when, words } from "../ui/format.ts";
import { Paged } from "../ui/paged.ts";
import { status } from "../ui/status.ts";
import { View } from "../ui/view.ts";

const TONES = { done: "good", failed: "bad", pending: "info" } as const;

/** What happened to end entities, in the columns that consoles have for it (R-08); a failure opens to its exact error. */
export class EntityEvents extends View {
  readonly #events = new Paged<EntityEvent>(
    this,
    (cursor) =>
      this.app.call("getEvents", {
        query: {
          cursor,
          endpoint: this.#endpoint,
          ...(this.#failed ? { failed: "true" } : {}),
        },
      }),
    (failure) => this.app.fail(failure),
  );

  get #failed(): boolean {
    return this.place.query.get("failed") === "true";
  }

  get #endpoint(): string | undefined {
    return this.place.query.get("endpoint") ?? undefined;
  }

  protected override arrive(): void {
    void this.#events.reload();
  }

  override render(): TemplateResult {
    const endpoint = this.#endpoint;
    const chip = (text: string, failed: boolean): TemplateResult =>
      html`<a
        class="chip"
        href=${link(["events", "entities"], { endpoint, failed: failed ? "true" : undefined })}
        aria-current=${failed === this.#failed ? "true" : nothing}
        >${text}</a
      >`;
    return html`${this.head("Events of end entities", "What was asked and what became of it, newest first.", "", { href: link(["events"]), text: "Events" })}
      <div class="bar">
        ${chip("All", false)} ${chip("Failures", true)}
        ${endpoint === undefined ? nothing : html`<span>of the endpoint <span class="mono">${endpoint}</span></span> <a href=${link(["events", "entities"], { failed: this.#failed ? "true" : undefined })}>Show all endpoints</a>`}
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
define("cs-entity-events", EntityEvents);

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
