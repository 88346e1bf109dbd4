import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Authority, BulkAnswer } from "../api/calls.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { count, foreign, plural } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { Loaded } from "../ui/loaded.ts";
import { problemNote } from "../ui/problem-note.ts";
import { saveFile } from "../ui/save-file.ts";
import { note } from "../ui/status.ts";
import { View } from "../ui/view.ts";
import { type BulkFile, type BulkRow, csvLine, readBulkFile } from "./bulk-file.ts";
import { REASONS_TO_REVOKE } from "./revocation-reasons.ts";

type Action = "revoke" | "suspend" | "unsuspend";
type Result = BulkAnswer["items"][number];

const ACTIONS = [
  ["revoke", "Revoke", "revoked"],
  ["suspend", "Suspend", "suspended"],
  ["unsuspend", "Unsuspend", "good again"],
] as const;
/** Rows of one request: small enough that the bar moves and a broken line loses little. */
const AT_ONCE = 100;
const MOST_BYTES = 20 * 1024 * 1024;
const SHOWN = 8;

/** Many certificates from a file: read, shown, carried out slice by slice; what was interrupted goes on where it stopped. */
export class Bulk extends View {
  @state() private action: Action = "revoke";
  @state() private reason = "unspecified";
  @state() private authority = "";
  @state() private file: BulkFile | undefined;
  @state() private name = "";
  @state() private fault: string | undefined;
  @state() private results: readonly Result[] = [];
  @state() private running = false;
  @state() private begun = false;
  @state() private broken: unknown;

  readonly #authorities = new Loaded<readonly Authority[]>(
    this,
    async () => (await this.app.call("getAuthorities")).items,
  );

  protected override arrive(): void {
    void this.#authorities.reload();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.running = false;
  }

  override render(): TemplateResult {
    return html`${this.head("Change many certificates", "From a list of serial numbers: look at what is in it first, then carry it out.", "", { href: link(["certificates"]), text: "Certificates" })}
      <div class="stack">
        ${this.begun ? this.#progress() : html`${this.#form()} ${this.file === undefined ? nothing : this.#preview(this.file)}`}
      </div>`;
  }

  #form(): TemplateResult {
    const pick = (event: Event): string => (event.target as HTMLSelectElement).value;
    return html`<section class="card fields">
      <div class="field">
        <label for="action">What to do</label>
        <select id="action" @change=${(event: Event) => (this.action = pick(event) as Action)}>
          ${ACTIONS.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
        </select>
      </div>
      ${
        this.action === "revoke"
          ? html`<div class="field">
              <label for="reason">Reason</label>
              <select id="reason" @change=${(event: Event) => (this.reason = pick(event))}>
                ${REASONS_TO_REVOKE.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
              </select>
              <div class="help">For lines that give none of their own.</div>
            </div>`
          : nothing
      }
      <div class="field">
        <label for="authority">CA server</label>
        <select id="authority" @change=${(event: Event) => (this.authority = pick(event))}>
          <option value="">Any</option>
          ${(this.#authorities.value ?? []).map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
        </select>
        <div class="help">
          Two CAs may have used one serial; with a CA named, only its own counts.
        </div>
      </div>
      <div class="field">
        <label for="file">File</label>
        <input
          id="file"
          type="file"
          accept=".csv,.txt,.json"
          aria-describedby="file-help"
          aria-invalid=${this.fault === undefined ? "false" : "true"}
          @change=${(event: Event) => void this.#read(event.target as HTMLInputElement)}
        />
        <div class="help" id="file-help">
          CSV with a column of serial numbers, in any spelling of hex; a column
          <span class="mono">reason</span> counts line by line. The export of a filtered list will
          do.
        </div>
        ${this.fault === undefined ? nothing : html`<div class="fault" role="alert">${icon("alert")}<span>${foreign(this.fault)}</span></div>`}
      </div>
    </section>`;
  }

  async #read(input: HTMLInputElement): Promise<void> {
    const picked = input.files?.[0];
    this.file = undefined;
    this.fault = undefined;
    if (picked === undefined) return;
    try {
      if (picked.size > MOST_BYTES)
        throw new Error("The file is larger than 20 MB; cut it in parts.");
      const file = readBulkFile(await picked.text());
      if (file.rows.length === 0) throw new Error("No line of the file names a certificate.");
      this.file = file;
      this.name = picked.name;
    } catch (thrown) {
      this.fault = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  #preview({ rows, left }: BulkFile): TemplateResult {
    const verb = ACTIONS.find(([value]) => value === this.action)?.[1] ?? "";
    return html`<section class="card stack tight" aria-label="Preview">
      <h2>${plural(rows.length, "certificate")} in ${foreign(this.name)}</h2>
      ${
        left.length === 0
          ? nothing
          : note(
              "warn",
              html`${plural(left.length, "line")} of the file
              ${left.length === 1 ? "names" : "name"} no certificate and
              ${left.length === 1 ? "is" : "are"} passed over: line
              ${left
                .slice(0, SHOWN)
                .map(({ line }) => line)
                .join(", ")}${left.length > SHOWN ? " …" : ""}.`,
            )
      }
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Serial or id</th>
              <th>Reason</th>
              <th>CA server</th>
            </tr>
          </thead>
          <tbody>
            ${rows.slice(0, SHOWN).map(
              (row) =>
                html`<tr>
                  <td data-label="Serial">
                    <span class="mono">${foreign(row.serial ?? row.id)}</span>
                  </td>
                  <td data-label="Reason">
                    ${this.action === "revoke" ? foreign(row.reason ?? this.reason) : ""}
                  </td>
                  <td data-label="CA server">
                    ${foreign(row.authorityId ?? (this.authority === "" ? "any" : this.authority))}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
        ${rows.length > SHOWN ? html`<div class="foot">and ${count(rows.length - SHOWN)} more</div>` : nothing}
      </div>
      <div class="actions">
        <wa-button
          variant=${this.action === "unsuspend" ? "brand" : "danger"}
          @click=${() => void this.#begin(rows.length)}
          >${verb} ${plural(rows.length, "certificate")}</wa-button
        >
      </div>
    </section>`;
  }

  async #begin(all: number): Promise<void> {
    const yes = await this.app.ask({
      title: `${ACTIONS.find(([value]) => value === this.action)?.[1] ?? ""} ${plural(all, "certificate")}?`,
      text:
        this.action === "revoke"
          ? "Devices lose what they use these for, within a minute. Revoking cannot be undone."
          : "OCSP and the next CRL say so at once.",
      yes: "Go on",
      dangerous: this.action !== "unsuspend",
      ...(this.action === "revoke" ? { typed: String(all) } : {}),
    });
    if (!yes) return;
    this.begun = true;
    this.results = [];
    await this.#run();
  }

  /** Goes on behind the last row that was answered. A slice that was cut off on its way is sent again: what it had done is told as done already. */
  async #run(): Promise<void> {
    const rows = this.file?.rows ?? [];
    this.broken = undefined;
    this.running = true;
    this.app.keepHere("The run is not through yet; the rest would be left as it is.");
    try {
      while (this.results.length < rows.length && this.#goesOn()) {
        const from = this.results.length;
        const slice = rows.slice(from, from + AT_ONCE);
        const answer = await this.app.call("postCertificatesBulk", {
          body: { action: this.action, rows: slice.map((row) => this.#asked(row)) },
        });
        this.results = [
          ...this.results,
          ...answer.items.map((item) => ({ ...item, row: from + item.row })),
        ];
      }
    } catch (thrown) {
      this.broken = thrown;
    } finally {
      this.running = false;
      if (this.results.length === rows.length) this.app.keepHere(undefined);
    }
  }

  /** Pause, or leaving the page, says no. */
  #goesOn(): boolean {
    return this.running;
  }

  #asked(row: BulkRow): BulkRow {
    const { authority } = this;
    return {
      ...(authority === "" ? {} : { authorityId: authority }),
      ...(this.action === "revoke" ? { reason: this.reason } : {}),
      ...row,
    };
  }

  #progress(): TemplateResult {
    const all = this.file?.rows.length ?? 0;
    const { results } = this;
    const done = results.filter((one) => one.done).length;
    const refused = results.filter((one) => !one.done);
    const word = ACTIONS.find(([value]) => value === this.action)?.[2] ?? "";
    const through = results.length === all;
    return html`<section class="card stack">
      <div>
        <progress
          id="bar"
          max=${all}
          value=${results.length}
          aria-label="Certificates that were dealt with"
        ></progress>
        <p role="status">
          ${count(results.length)} of ${count(all)}: ${count(done)}
          ${word}${refused.length === 0 ? "" : html`, <span class="bad">${count(refused.length)} refused</span>`}${through ? ". That was all." : ""}
        </p>
      </div>
      ${this.broken === undefined ? nothing : problemNote(this.broken)}
      <div class="actions">
        ${
          through
            ? html`<wa-button variant="brand" @click=${() => this.#again()}
                >Another file</wa-button
              >`
            : this.running
              ? html`<wa-button appearance="outlined" @click=${() => (this.running = false)}
                  >Pause</wa-button
                >`
              : html`<wa-button variant="brand" @click=${() => void this.#run()}
                  >${icon("play")} Continue</wa-button
                >`
        }
        <wa-button
          appearance="outlined"
          ?disabled=${results.length === 0}
          @click=${() => this.#save()}
          >${icon("download")} Results (CSV)</wa-button
        >
      </div>
      ${refused.length === 0 ? nothing : this.#refused(refused)}
    </section>`;
  }

  #refused(refused: readonly Result[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Serial or id</th>
            <th>Why it was refused</th>
          </tr>
        </thead>
        <tbody>
          ${refused.slice(0, 50).map(
            ({ row, detail, code }) =>
              html`<tr>
                <td data-label="Serial"><span class="mono">${foreign(this.#nameOf(row))}</span></td>
                <td data-label="Why">${foreign(detail ?? code)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${refused.length > 50 ? html`<div class="foot">and ${count(refused.length - 50)} more, in the result file</div>` : nothing}
    </div>`;
  }

  #nameOf(row: number): string {
    const named = this.file?.rows[row];
    return named?.serial ?? named?.id ?? "";
  }

  #again(): void {
    this.begun = false;
    this.file = undefined;
    this.results = [];
  }

  #save(): void {
    const lines = this.results.map(({ row, id, done, code, detail }) =>
      csvLine([this.#nameOf(row), id ?? "", done ? "done" : "refused", code ?? "", detail ?? ""]),
    );
    const text = csvLine(["serial", "id", "result", "code", "detail"]) + lines.join("");
    saveFile(new Blob([text], { type: "text/csv" }), `${this.action}-results.csv`);
  }
}
define("cs-bulk", Bulk);
