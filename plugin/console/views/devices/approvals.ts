import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Approval } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, when, words } from "../../ui/format.ts";
import { Paged } from "../../ui/paged.ts";
import { status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";

type State = "pending" | "approved" | "denied" | "issued";
/** Requests with lines of their own for the command line. */
const SHOWN = 5;
const TONES = {
  pending: "warn",
  approved: "info",
  denied: "bad",
  issued: "good",
  expired: "quiet",
} as const;

/** Requests that wait for somebody else's yes. */
export class Approvals extends View {
  @state() private denying: Approval | undefined;
  @state() private reason = "";
  /** The one that is being decided. */
  @state() private deciding: string | undefined;

  readonly #list = new Paged<Approval>(
    this,
    (cursor) => this.app.call("getApprovals", { query: { cursor, state: this.#state } }),
    (failure) => this.app.fail(failure),
  );

  get #state(): State | undefined {
    const asked = this.place.query.get("state") ?? "pending";
    return asked === "all" ? undefined : (asked as State);
  }

  protected override arrive(): void {
    void this.#list.reload();
  }

  override render(): TemplateResult {
    const items = this.#list.items;
    const sentence =
      items === undefined || this.#state !== "pending"
        ? ""
        : items.length === 0
          ? "Nobody waits."
          : `${plural(items.length, "request")} ${items.length === 1 ? "waits" : "wait"}; the device asks again by itself once somebody has said yes.`;
    return html`${this.head("Approvals", sentence)}
      <div class="bar" role="group" aria-label="Show">
        ${["pending", "approved", "denied", "issued", "all"].map(
          (name) =>
            html`<a
              class="chip"
              href=${link(["approvals"], { state: name })}
              aria-current=${(this.place.query.get("state") ?? "pending") === name ? "true" : nothing}
              >${words(name)}</a
            >`,
        )}
      </div>
      ${this.#list.show((all) => this.#table(all))}
      <cs-commands .lines=${this.#commands(items ?? [])}></cs-commands>
      <wa-dialog
        label="Deny this request?"
        ?open=${this.denying !== undefined}
        @wa-after-hide=${() => (this.denying = undefined)}
      >
        ${this.denying === undefined ? nothing : html`<p>${foreign(this.denying.subject)}</p>`}
        <div class="field">
          <label for="reason">Reason</label>
          <input
            id="reason"
            maxlength="500"
            .value=${this.reason}
            @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
          />
          <div class="help">
            For the ledger and whoever asks why; the device is told only that it was refused.
          </div>
        </div>
        <wa-button slot="footer" appearance="outlined" @click=${() => (this.denying = undefined)}
          >Cancel</wa-button
        >
        <wa-button slot="footer" variant="danger" @click=${() => void this.#deny()}>Deny</wa-button>
      </wa-dialog>`;
  }

  #commands(items: readonly Approval[]): readonly CommandLine[] {
    if (!this.app.may("approvals:decide")) return [];
    return items
      .filter((one) => one.state === "pending")
      .slice(0, SHOWN)
      .flatMap((one) => [
        ...(this.#own(one)
          ? []
          : [{ what: `Approve ${one.subject}`, words: ["approval", "approve", one.id] }]),
        { what: `Deny ${one.subject}`, words: ["approval", "deny", one.id] },
      ]);
  }

  #table(items: readonly Approval[]): TemplateResult {
    const may = this.app.may("approvals:decide");
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Subject</th>
            <th>Device</th>
            <th>At</th>
            <th>State</th>
            <th>Asked</th>
            <th>Until</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (one) =>
              html`<tr>
                <td data-label="Subject">
                  ${foreign(one.subject)}<span class="under mono">${one.transactionId}</span>
                </td>
                <td data-label="Device">
                  <a href=${link(["devices", one.deviceId])}
                    ><span class="mono">${one.deviceId.slice(0, 8)}</span></a
                  >
                </td>
                <td data-label="At">
                  <a href=${link(["endpoints", one.endpointId])}>${one.endpointId}</a>
                </td>
                <td data-label="State">
                  ${status(TONES[one.state], words(one.state))}${one.decidedBy === undefined ? nothing : html`<span class="under">by ${foreign(one.decidedBy)}${one.reason === undefined ? "" : html`: ${foreign(one.reason)}`}</span>`}
                </td>
                <td data-label="Asked">
                  ${when(one.createdAt)}${one.requestedBy === undefined ? nothing : html`<span class="under">for ${foreign(one.requestedBy)}</span>`}
                </td>
                <td data-label="Until">${when(one.expiresAt)}</td>
                <td data-label="">
                  ${
                    may && one.state === "pending"
                      ? html`${this.#own(one) ? html`<p class="small">You asked for this one, so somebody else approves it (four eyes).</p>` : nothing}
                          <div class="row">
                            <wa-button
                              size="s"
                              variant="brand"
                              ?disabled=${this.#own(one) || this.#waits(one)}
                              ?loading=${this.deciding === one.id}
                              @click=${() => void this.#approve(one)}
                              >Approve</wa-button
                            ><wa-button
                              size="s"
                              appearance="outlined"
                              ?disabled=${this.deciding !== undefined}
                              @click=${() => ((this.denying = one), (this.reason = ""))}
                              >Deny</wa-button
                            >
                          </div>`
                      : nothing
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">None.</p>` : nothing}
    </div>`;
  }

  /** Another one is being decided. */
  #waits({ id }: Approval): boolean {
    return this.deciding !== undefined && this.deciding !== id;
  }

  /** Four eyes, as the service counts them. */
  #own({ requestedBy }: Approval): boolean {
    const { id, approveOwn } = this.app.principal;
    return requestedBy === id && approveOwn !== true;
  }

  async #approve({ id }: Approval): Promise<void> {
    await this.#decide(
      id,
      () => this.app.call("postApprovalsIdApprove", { id }),
      "Approved; the certificate is issued when the device asks next.",
    );
  }

  async #deny(): Promise<void> {
    const { denying, reason } = this;
    if (denying === undefined) return;
    this.denying = undefined;
    await this.#decide(
      denying.id,
      () =>
        this.app.call("postApprovalsIdDeny", {
          id: denying.id,
          body: reason === "" ? {} : { reason },
        }),
      "Denied.",
    );
  }

  async #decide(id: string, work: () => Promise<unknown>, done: string): Promise<void> {
    if (this.deciding !== undefined) return;
    this.deciding = id;
    await this.attempt(work, done);
    this.app.decided();
    await this.#list.reload();
    this.deciding = undefined;
  }
}
define("cs-approvals", Approvals);
