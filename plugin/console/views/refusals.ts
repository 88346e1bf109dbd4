import { html, nothing, type TemplateResult } from "lit";
import type { LedgerRow } from "../api/calls.ts";
import { CODES } from "../api/words.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { foreign, plural, when } from "../ui/format.ts";
import { Loaded } from "../ui/loaded.ts";
import { status } from "../ui/status.ts";
import { View } from "../ui/view.ts";

/** How far before and after the time that was named an entry may lie. */
const AROUND = 3_600_000;
const MOST = 500;

interface Found {
  readonly rows: readonly LedgerRow[];
  /** Whether older refusals were not looked at. */
  readonly more: boolean;
}

/** "SCEP server returned an invalid response" (E-26): the refusal behind it, by device and time, with its cause and one next step. */
export class Refusals extends View {
  readonly #found = new Loaded<Found>(this, async () => {
    const device = this.#asked("device").toLowerCase();
    const [ledger, devices] = await Promise.all([
      this.app.call("getLedger", { query: { event: "certificate.refused", limit: MOST } }),
      device === ""
        ? undefined
        : this.app.call("getDevices", { query: { q: this.#asked("device"), limit: 50 } }),
    ]);
    const ids = new Set(devices?.items.map(({ id }) => id));
    const at = Date.parse(this.#asked("at"));
    const rows = ledger.items.filter(
      (row) =>
        (device === "" ||
          ids.has(row.subjectId ?? "") ||
          NAMED.some((name) => said(row, name).toLowerCase().includes(device))) &&
        (Number.isNaN(at) || Math.abs(Date.parse(row.at) - at) <= AROUND),
    );
    return { rows, more: ledger.cursor !== undefined };
  });

  #asked(name: "device" | "at"): string {
    return (this.place.query.get(name) ?? "").trim();
  }

  protected override arrive(): void {
    void this.#found.reload();
  }

  override render(): TemplateResult {
    const field = (name: "device" | "at", label: string, type: string): TemplateResult =>
      html`<label for=${name}>${label}</label>
        <input id=${name} name=${name} type=${type} .value=${this.#asked(name)} />`;
    return html`${this.head(
        "“SCEP server returned an invalid response”",
        "An MDM says so of every request that was refused here, and of every answer that is none. Name the device and when it was; what is wrong stands beside the entry.",
        "",
        { href: link(["events"]), text: "Events" },
      )}
      <form class="bar" @submit=${this.#look}>
        ${field("device", "Device, subject or address", "search")}
        ${field("at", "About when", "datetime-local")}
        <wa-button type="submit" size="s" appearance="outlined">Find</wa-button>
      </form>
      <div class="stack">
        ${this.#found.show((found) => results(found))}
        <p class="quiet">
          Nothing fits? Then the request never came here: open the address of the
          <a href=${link(["endpoints"])}>endpoint</a> from the device's network and look whether a
          proxy answers in its place, and whether the device trusts the CA.
        </p>
      </div>`;
  }

  readonly #look = (event: Event): void => {
    event.preventDefault();
    const value = (id: string): string =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
    this.app.go(link(["events", "refused"], { device: value("device"), at: value("at") }));
  };
}
define("cs-refusals", Refusals);

/** What of an entry a device may be known by. */
const NAMED = ["device", "claimSubject", "source", "transactionId"] as const;

const said = ({ data }: LedgerRow, name: string): string => {
  const value = data[name];
  return typeof value === "string" ? value : "";
};

const results = ({ rows, more }: Found): TemplateResult =>
  html`<p role="status">
      ${plural(rows.length, "refusal")}${more ? html` <span class="quiet">among the last ${MOST}</span>` : nothing}
    </p>
    ${rows.slice(0, 50).map((row) => entry(row))}`;

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
