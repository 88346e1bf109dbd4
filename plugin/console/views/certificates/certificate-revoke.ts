import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Calls, Certificate } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { when } from "../../ui/format.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { type Ending, revokeCommand } from "./certificate-commands.ts";
import { publishNowField } from "../templates/publish-now-field.ts";
import { REASONS_TO_REVOKE } from "./revocation-reasons.ts";

type Reason = NonNullable<
  NonNullable<Calls["postCertificatesIdRevoke"]["request"]["body"]>["reason"]
>;

const COMPROMISES: readonly Reason[] = ["keyCompromise", "cACompromise", "aACompromise"];

/** Whether it is revoked for good: then only an earlier date can follow. */
export const isEnded = ({ status, hold }: Pick<Certificate, "status" | "hold">): boolean =>
  status === "revoked" && hold === undefined;

/**
 * The dialog that revokes a certificate, or says of one that is revoked already that it was not to be trusted even before. Fires `closed`, and
 * `revoked` with the certificate as it is then.
 */
export class CertificateRevoke extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) certificate!: Certificate;
  @property({ type: Boolean }) open = false;
  @state() private reason: Reason = "unspecified";
  /** As the field has it, in the reader's own time zone. */
  @state() private since = "";
  @state() private comment = "";
  @state() private publishNow = false;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("open") || !this.open) return;
    this.reason = this.#ended ? "keyCompromise" : "unspecified";
    this.since = "";
    this.comment = "";
    this.publishNow = false;
  }

  get #ended(): boolean {
    return isEnded(this.certificate);
  }

  override render(): TemplateResult {
    return html`<wa-dialog
      label=${this.#ended ? "Not to be trusted even before?" : "Revoke this certificate?"}
      ?open=${this.open}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#close();
      }}
    >
      ${this.open ? this.#form() : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#close()}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant="danger"
        ?disabled=${this.#ended && this.since === ""}
        @click=${() => void this.#revoke()}
        >${this.#ended ? "Move the date back" : "Revoke"}</wa-button
      >
    </wa-dialog>`;
  }

  #form(): TemplateResult {
    const { invalidityDate, revokedAt } = this.certificate;
    return html`<div class="stack">
      ${
        this.#ended
          ? note(
              "info",
              html`It is not to be trusted since ${when(invalidityDate ?? revokedAt)}. An earlier
              date goes to the CRL; a later one changes nothing.`,
            )
          : note(
              "warn",
              "It is on the next CRL and in OCSP's answers at once; the device loses what it used it for. This cannot be undone.",
            )
      }
      <div class="field">
        <label for="reason">Reason</label>
        <select
          id="reason"
          @change=${(event: Event) => (this.reason = (event.target as HTMLSelectElement).value as Reason)}
        >
          ${REASONS_TO_REVOKE.map(([value, label]) => html`<option value=${value} ?selected=${value === this.reason}>${label}</option>`)}
        </select>
        <div class="help">${REASONS_TO_REVOKE.find(([value]) => value === this.reason)?.[2]}</div>
      </div>
      ${this.#dated ? this.#sinceField() : nothing}
      <div class="field">
        <label for="comment">Comment</label>
        <input
          id="comment"
          maxlength="1000"
          .value=${this.comment}
          @input=${(event: Event) => (this.comment = (event.target as HTMLInputElement).value)}
        />
        <div class="help">Why, for the ledger.</div>
      </div>
      ${publishNowField("The CRL", this.publishNow, (now) => (this.publishNow = now))}
      <cs-commands .lines=${[revokeCommand(this.certificate.id, this.#ending)]}></cs-commands>
    </div>`;
  }

  #sinceField(): TemplateResult {
    return html`<div class="field">
      <label for="since">Not to be trusted since</label>
      <input
        id="since"
        type="datetime-local"
        .value=${this.since}
        @input=${(event: Event) => (this.since = (event.target as HTMLInputElement).value)}
      />
      <div class="help">
        Signatures from before that time stay
        believable${this.#ended ? "." : "; empty if it is not known."}
      </div>
    </div>`;
  }

  get #dated(): boolean {
    return this.#ended || COMPROMISES.includes(this.reason);
  }

  /** What stands in the dialog. */
  get #ending(): Ending {
    const dated = this.since !== "" && this.#dated;
    return {
      reason: this.reason,
      comment: this.comment.trim(),
      invalidityDate: dated ? new Date(this.since).toISOString() : undefined,
      until: undefined,
      publishNow: this.publishNow,
    };
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }

  async #revoke(): Promise<void> {
    const { app, reason, certificate } = this;
    const { invalidityDate, comment, publishNow } = this.#ending;
    const done = this.#ended
      ? "It is not to be trusted since then."
      : "The certificate is revoked.";
    const body = { reason, invalidityDate, publishNow, ...(comment === "" ? {} : { comment }) };
    const { id } = certificate;
    this.#close();
    const answered = await attempt(
      app,
      () => app.call("postCertificatesIdRevoke", { id, body }),
      done,
    );
    // It stays revoked when its list could not be signed.
    const revoked =
      answered === undefined && publishNow
        ? await attempt(app, () => app.call("getCertificatesId", { id }))
        : answered;
    if (revoked !== undefined)
      this.dispatchEvent(new CustomEvent<Certificate>("revoked", { detail: revoked }));
  }
}
define("cs-certificate-revoke", CertificateRevoke);
