import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Calls, LedgerRow } from "../../api/calls.ts";
import { EVENTS } from "../../api/words.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, short, when, words } from "../../ui/format.ts";
import { Paged } from "../../ui/paged.ts";
import { status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { eventWords } from "./event-words.ts";

type Kind = NonNullable<NonNullable<Calls["getLedger"]["request"]["query"]>["event"]>;

/** The ledger: every change of state, newest first. */
export class Events extends View {
  readonly #rows = new Paged<LedgerRow>(
    this,
    (cursor) =>
      this.app.call("getLedger", {
        query: {
          cursor,
          event: (this.place.query.get("event") ?? undefined) as Kind | undefined,
          subject: this.place.query.get("subject") ?? undefined,
        },
      }),
    (failure) => this.app.fail(failure),
  );

  protected override arrive(): void {
    void this.#rows.reload();
  }

  override render(): TemplateResult {
    const chosen = this.place.query.get("event") ?? "";
    return html`${this.head("Events", "Each change is one entry of a ledger whose entries are chained: what was changed or left out later shows.")}
      <div class="bar">
        <label for="event">Kind</label>
        <span
          ><select
            id="event"
            @change=${(event: Event) => this.app.go(link(["events"], { event: (event.target as HTMLSelectElement).value }))}
          >
            <option value="" .selected=${live(chosen === "")}>All</option>
            ${EVENTS.map((name) => html`<option value=${name} .selected=${live(name === chosen)}>${words(name.replace(".", ": "))}</option>`)}
          </select></span
        >
        <a href=${link(["events", "entities"])}>Of end entities</a>
        <a href=${link(["events", "refused"])}>What was refused, and why</a>
      </div>
      ${this.#rows.show(
        (rows) =>
          html`<div class="table">
            <table>
              <thead>
                <tr>
                  <th>When</th>
                  <th>What</th>
                  <th>By</th>
                  <th>About</th>
                  <th>Details</th>
                  <th class="end">Entry</th>
                </tr>
              </thead>
              <tbody>
                ${rows.map((row) => {
                  const { tone, text } = eventWords(row);
                  return html`<tr>
                    <td data-label="When" class="nowrap">${when(row.at)}</td>
                    <td data-label="What">
                      ${status(tone, text)}<span class="under mono">${row.event}</span>
                    </td>
                    <td data-label="By">${foreign(row.principal)}</td>
                    <td data-label="About">${aboutOf(row)}</td>
                    <td data-label="Details" class="small">${detailsOf(row)}</td>
                    <td data-label="Entry" class="end">
                      ${row.sequence ?? html`<span class="quiet" title="It is sealed within a second">…</span>`}
                    </td>
                  </tr>`;
                })}
              </tbody>
            </table>
            ${rows.length === 0 ? html`<p class="empty">Nothing of this kind has happened.</p>` : nothing}
          </div>`,
      )}`;
  }
}
define("cs-events", Events);

const VIEWS: Readonly<Record<string, string>> = {
  authority: "ca-servers",
  template: "templates",
  endpoint: "endpoints",
  device: "devices",
  certificate: "certificates",
};

const aboutOf = ({ event, subjectId }: LedgerRow): TemplateResult | typeof nothing => {
  if (subjectId === undefined) return nothing;
  const view = event === "certificate.refused" ? "devices" : VIEWS[event.split(".")[0] ?? ""];
  return view === undefined
    ? short(subjectId)
    : html`<a href=${link([view, subjectId])}>${short(subjectId)}</a>`;
};

const detailsOf = ({ data }: LedgerRow): TemplateResult =>
  html`${Object.entries(data)
    .flatMap(([name, value]) => {
      const text = detailOf(value);
      return text === undefined ? [] : [[name, text] as const];
    })
    .slice(0, 4)
    .map(
      ([name, text]) =>
        html`<div><span class="quiet">${words(name)}</span> ${foreign(text.slice(0, 200))}</div>`,
    )}`;

/** Roles and scopes are lists; what is made of parts is read in the entry itself. */
const detailOf = (value: unknown): string | undefined => {
  if (Array.isArray(value))
    return value.every((one) => typeof one === "string") ? value.join(", ") || "none" : undefined;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
};
