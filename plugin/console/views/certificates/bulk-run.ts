import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { App } from "../../app/app.ts";
import { define } from "../../ui/define.ts";
import { count, foreign } from "../../ui/format.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { icon } from "../../ui/icon.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { saveFile } from "../../ui/save-file.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { ACTIONS } from "./bulk-actions.ts";
import { type BulkRow, csvLine } from "./bulk-file.ts";
import { type BulkResult, type BulkRun, forgetRun, keepSlice } from "./bulk-kept.ts";

/** Rows of one request: small enough that the bar moves and a broken line loses little. */
const AT_ONCE = 100;

/** A run over many certificates, slice by slice; what was interrupted goes on where it stopped. Fires `over`. */
export class BulkRunElement extends LitElement {
  static override styles = [styles, tableStyles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) run!: BulkRun;
  /** What was answered before this page was there. */
  @property({ attribute: false }) answered: readonly BulkResult[] = [];
  /** It was begun on an earlier page, and goes on when somebody says so. */
  @property({ type: Boolean }) found = false;
  @state() private results: readonly BulkResult[] = [];
  @state() private going = false;
  @state() private broken: unknown;
  /** What kept lists from being signed at the end; undefined before it, empty once they are. */
  @state() private unpublished: readonly string[] | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("run")) return;
    this.results = this.answered;
    if (!this.found) void this.#go();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.going = false;
  }

  /** Goes on behind the last row that was answered. A slice that was cut off on its way is sent again: what it had done is told as done already. */
  async #go(): Promise<void> {
    const { rows } = this.run;
    this.broken = undefined;
    this.going = true;
    this.app.keepHere(
      "The run is not through yet; it goes on where it stopped when you come back to it.",
    );
    try {
      while (this.results.length < rows.length && this.#goesOn()) {
        const from = this.results.length;
        const slice = rows.slice(from, from + AT_ONCE);
        const answer = await this.app.call("postCertificatesBulk", {
          body: { action: this.run.action, rows: slice.map((row) => this.#asked(row)) },
        });
        const items = answer.items.map((item) => ({ ...item, row: from + item.row }));
        this.results = [...this.results, ...items];
        await keepSlice(this.run.id, from, items);
      }
      if (this.results.length === rows.length && this.run.publishNow === true)
        this.unpublished = await this.#publish();
    } catch (thrown) {
      this.broken = thrown;
    } finally {
      this.going = false;
      if (this.results.length === rows.length) {
        this.app.keepHere(undefined);
        await forgetRun(this.run.id);
      }
    }
  }

  /** Each list once, behind all slices. What cannot be signed now follows by itself. */
  async #publish(): Promise<readonly string[]> {
    const done = this.results.filter((one) => one.done);
    const faults: string[] = [];
    for (const id of new Set(done.map(({ authorityId }) => authorityId)))
      try {
        if (id !== undefined) await this.app.call("postAuthoritiesIdCrl", { id });
      } catch (thrown) {
        faults.push(`${id ?? ""}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    return faults;
  }

  /** Pause, or leaving the page, says no. */
  #goesOn(): boolean {
    return this.going;
  }

  #asked(row: BulkRow): BulkRow {
    const { action, authority, reason, comment } = this.run;
    return {
      ...(authority === "" ? {} : { authorityId: authority }),
      ...(action === "revoke" ? { reason } : {}),
      ...(comment === "" ? {} : { comment }),
      ...row,
    };
  }

  override render(): TemplateResult {
    const all = this.run.rows.length;
    const { results } = this;
    const done = results.filter((one) => one.done).length;
    const refused = results.filter((one) => !one.done);
    const word = ACTIONS.find(([value]) => value === this.run.action)?.[2] ?? "";
    const through = results.length === all;
    return html`<section class="card stack">
      ${
        this.found && !through && !this.going
          ? note(
              "info",
              "This run was interrupted when its page was left or loaded again. It goes on where it stopped; what is done stays done.",
            )
          : nothing
      }
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
      ${this.broken === undefined ? nothing : problemNote(this.broken)} ${this.#published()}
      <div class="actions">
        ${
          through
            ? html`<wa-button variant="brand" @click=${() => this.#over()}>Another file</wa-button>`
            : this.going
              ? html`<wa-button appearance="outlined" @click=${() => (this.going = false)}
                  >Pause</wa-button
                >`
              : html`<wa-button variant="brand" @click=${() => void this.#go()}
                  >${icon("play")} Continue</wa-button
                >`
        }
        ${
          through || this.going
            ? nothing
            : html`<wa-button appearance="outlined" @click=${() => void this.#leave()}
                >Leave the rest</wa-button
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

  #published(): TemplateResult | typeof nothing {
    if (this.unpublished === undefined) return nothing;
    return this.unpublished.length === 0
      ? note("good", "The CRLs are signed and show it.")
      : note(
          "warn",
          html`Not signed yet, and following by
          ${this.unpublished.length === 1 ? "itself" : "themselves"}:
          ${foreign(this.unpublished.join("; "))}`,
        );
  }

  #refused(refused: readonly BulkResult[]): TemplateResult {
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
    const named = this.run.rows[row];
    return named?.serial ?? named?.id ?? "";
  }

  #over(): void {
    this.app.keepHere(undefined);
    this.dispatchEvent(new CustomEvent("over"));
  }

  async #leave(): Promise<void> {
    const left = this.run.rows.length - this.results.length;
    const yes = await this.app.ask({
      title: "Leave the rest as it is?",
      text: `${count(left)} of the list are not dealt with and stay as they are.`,
      yes: "Leave them",
    });
    if (!yes) return;
    await forgetRun(this.run.id);
    this.#over();
  }

  #save(): void {
    const lines = this.results.map(({ row, id, done, code, detail }) =>
      csvLine([this.#nameOf(row), id ?? "", done ? "done" : "refused", code ?? "", detail ?? ""]),
    );
    const text = csvLine(["serial", "id", "result", "code", "detail"]) + lines.join("");
    saveFile(new Blob([text], { type: "text/csv" }), `${this.run.action}-results.csv`);
  }
}
define("cs-bulk-run", BulkRunElement);
