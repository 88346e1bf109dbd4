import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Authority } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { count, foreign, plural, visible } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { ACTIONS, type BulkAction } from "./bulk-actions.ts";
import { type BulkFile, readBulkFile } from "./bulk-file.ts";
import { type BulkResult, type BulkRun, keepRun, keptRun, runId } from "./bulk-kept.ts";
import { publishNowField } from "../templates/publish-now-field.ts";
import { REASONS_TO_REVOKE } from "./revocation-reasons.ts";
import "./bulk-run.ts";

const MOST_BYTES = 20 * 1024 * 1024;
const SHOWN = 8;

/** Many certificates from a file: read, shown, carried out slice by slice; what was interrupted goes on where it stopped. */
export class Bulk extends View {
  @state() private action: BulkAction = "revoke";
  @state() private reason = "unspecified";
  @state() private authority = "";
  @state() private file: BulkFile | undefined;
  @state() private name = "";
  @state() private fault: string | undefined;
  @state() private comment = "";
  @state() private publishNow = false;
  @state() private begun = false;
  @state() private run: BulkRun | undefined;
  /** What an earlier page has got done of the run; undefined: it was begun here. */
  @state() private found: readonly BulkResult[] | undefined;

  readonly #authorities = new Loaded<readonly Authority[]>(
    this,
    async () => (await this.app.call("getAuthorities")).items,
  );

  protected override arrive(): void {
    void this.#authorities.reload();
    void this.#find();
  }

  /** A run that this person has begun in this browser and that is not through. */
  async #find(): Promise<void> {
    if (this.begun) return;
    const kept = await keptRun(runId(this.app.principal));
    if (kept === undefined) return;
    this.run = kept.run;
    this.found = kept.results;
    this.begun = true;
  }

  #progress(run: BulkRun): TemplateResult {
    return html`<h2>${foreign(run.name)}</h2>
      <cs-bulk-run
        .app=${this.app}
        .run=${run}
        .answered=${this.found ?? []}
        ?found=${this.found !== undefined}
        @over=${() => {
          this.begun = false;
          this.run = undefined;
          this.found = undefined;
          this.file = undefined;
        }}
      ></cs-bulk-run>`;
  }

  override render(): TemplateResult {
    return html`${this.head("Change many certificates", "From a list of serial numbers: look at what is in it first, then carry it out.", "", { href: link(["certificates"]), text: "Certificates" })}
      <div class="stack">
        ${this.begun && this.run !== undefined ? this.#progress(this.run) : html`${this.#form()} ${this.file === undefined ? nothing : this.#preview(this.file)}`}
      </div>`;
  }

  #form(): TemplateResult {
    const pick = (event: Event): string =>
      (event.target as HTMLInputElement | HTMLSelectElement).value;
    return html`<section class="card fields">
      <div class="field">
        <label for="action">What to do</label>
        <select id="action" @change=${(event: Event) => (this.action = pick(event) as BulkAction)}>
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
          ${(this.#authorities.value ?? []).map(({ id, name }) => html`<option value=${id}>${visible(name)}</option>`)}
        </select>
        <div class="help">
          Two CAs may have used one serial; with a CA named, only its own counts.
        </div>
      </div>
      <div class="field">
        <label for="comment">Comment</label>
        <input
          id="comment"
          maxlength="1000"
          .value=${this.comment}
          @input=${(event: Event) => (this.comment = pick(event))}
        />
        <div class="help">Why, for the ledger.</div>
      </div>
      ${publishNowField("The CRLs", this.publishNow, (now) => (this.publishNow = now))}
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
    this.run = {
      id: runId(this.app.principal),
      action: this.action,
      reason: this.reason,
      authority: this.authority,
      comment: this.comment.trim(),
      publishNow: this.publishNow,
      name: this.name,
      rows: this.file?.rows ?? [],
    };
    this.found = undefined;
    await keepRun(this.run);
    this.begun = true;
  }
}
define("cs-bulk", Bulk);
