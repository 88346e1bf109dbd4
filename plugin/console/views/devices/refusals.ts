import { html, nothing, type TemplateResult } from "lit";
import type { LedgerRow, RefusalsFound } from "../../api/calls.ts";
import { CODES } from "../../api/words.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, when } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";

/** "SCEP server returned an invalid response" (E-26): the refusal behind it, by device and time, with its cause and one next step. */
export class Refusals extends View {
  readonly #found = new Loaded<RefusalsFound>(this, () => this.#look());

  /** What was asked for; `before`: what is added to. */
  async #look(before?: RefusalsFound): Promise<RefusalsFound> {
    const [device, at] = [this.#asked("device"), Date.parse(this.#asked("at"))];
    const found = await this.app.call("getLedgerRefusals", {
      query: {
        device: device === "" ? undefined : device,
        at: Number.isNaN(at) ? undefined : new Date(at).toISOString(),
        // The same time as before, whatever the clock says now.
        since: before === undefined || !Number.isNaN(at) ? undefined : before.from,
        cursor: before?.cursor,
      },
    });
    if (before === undefined) return found;
    const looked = before.looked + found.looked;
    return { ...found, to: before.to, looked, items: [...before.items, ...found.items] };
  }

  #asked(name: "device" | "at"): string {
    return (this.place.query.get(name) ?? "").trim();
  }

  protected override arrive(): void {
    void this.#found.reload();
  }

  override render(): TemplateResult {
    const field = (name: "device" | "at", label: string, type: string): TemplateResult =>
      html`<label for=${name}>${label}</label>
        <input
          id=${name}
          name=${name}
          type=${type}
          .value=${name === "at" ? local(this.#asked(name)) : this.#asked(name)}
        />`;
    return html`${this.head(
        "“SCEP server returned an invalid response”",
        "An MDM says so of every request that was refused here, and of every answer that is none. Name the device and when it was; what is wrong stands beside the entry.",
        "",
        { href: link(["events"]), text: "Events" },
      )}
      <form class="bar" @submit=${this.#ask}>
        ${field("device", "Device, subject or address", "search")}
        ${field("at", "About when", "datetime-local")}
        <wa-button type="submit" size="s" appearance="outlined">Find</wa-button>
      </form>
      <div class="stack">
        ${this.#found.show((found) => this.#results(found))}
        <p class="quiet">
          Nothing fits? Then the request never came here: open the address of the
          <a href=${link(["endpoints"])}>endpoint</a> from the device's network and look whether a
          proxy answers in its place, and whether the device trusts the CA.
        </p>
      </div>`;
  }

  #results(found: RefusalsFound): TemplateResult {
    const { items, looked, complete, from, lookedBackTo } = found;
    return html`<p role="status">
        <span>${plural(items.length, "refusal")}</span>
        <span class="quiet"
          >${complete ? html`since ${when(from)}` : html`among ${looked} that were looked at, back to ${when(lookedBackTo)}: the search stopped early`}</span
        >
      </p>
      ${items.map((row) => entry(row))}
      ${
        complete
          ? nothing
          : html`<div>
              <wa-button appearance="outlined" @click=${() => void this.#further(found)}
                >Look further back</wa-button
              >
            </div>`
      }`;
  }

  async #further(found: RefusalsFound): Promise<void> {
    await this.attempt(() => this.#found.extend(() => this.#look(found)));
  }

  readonly #ask = (event: Event): void => {
    event.preventDefault();
    const value = (id: string): string =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
    const at = Date.parse(value("at"));
    this.app.go(
      link(["events", "refused"], {
        device: value("device"),
        at: Number.isNaN(at) ? undefined : new Date(at).toISOString(),
      }),
    );
  };
}
define("cs-refusals", Refusals);

/** As the field has it, in the reader's own time zone; an address means the same time everywhere. */
const local = (iso: string): string => {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  const ahead = date.getTimezoneOffset() * 60_000;
  return new Date(date.getTime() - ahead).toISOString().slice(0, 16);
};

const said = ({ data }: LedgerRow, name: string): string => {
  const value = data[name];
  return typeof value === "string" ? value : "";
};

const entry = (row: LedgerRow): TemplateResult => {
  const label = said(row, "label");
  const { title, nextStep } = CODES[label] ?? {
    title: "The message could not be opened",
    nextStep: "Let the device fetch the CA certificates anew and send its request again.",
  };
  const [subject, endpoint] = [said(row, "claimSubject"), said(row, "endpoint")];
  return html`<section class="card stack tight">
    <h2>${status("bad", title)}</h2>
    <dl class="facts">
      <dt>When</dt>
      <dd>${when(row.at)}</dd>
      <dt>Cause</dt>
      <dd>${foreign(said(row, "detail"))} <span class="mono quiet">${label}</span></dd>
      <dt>Next step</dt>
      <dd>${nextStep}</dd>
      <dt>Who</dt>
      <dd>
        ${row.subjectId === undefined ? nothing : html`<a href=${link(["devices", row.subjectId])}>device</a> `}${subject === "" ? nothing : html`${foreign(subject)} `}from
        ${foreign(said(row, "source"))} at
        <a href=${link(["endpoints", endpoint])}>${foreign(endpoint)}</a>
      </dd>
    </dl>
  </section>`;
};
