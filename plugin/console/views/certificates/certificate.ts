import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Certificate, CertificateDetails } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { copyable } from "../../ui/copy.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { foreign, onDay, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { saveFile } from "../../ui/save-file.ts";
import { certificateState } from "../../ui/state.ts";
import { note } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { certificateCommands, type Ending, suspendCommand } from "./certificate-commands.ts";
import { isEnded } from "./certificate-revoke.ts";
import { templateLink } from "../templates/template-link.ts";
import { detailFacts } from "./detail-facts.ts";

/** One certificate: what is in it, whose it is, and its end. */
export class CertificateView extends View {
  @state() private revoking = false;
  @state() private suspending = false;
  @state() private until = "";
  @state() private comment = "";

  readonly #certificate = new Loaded<Certificate>(this, () =>
    this.app.call("getCertificatesId", { id: this.place.rest[0] ?? "" }),
  );

  readonly #details = new Loaded<CertificateDetails>(this, () =>
    this.app.call("getCertificatesIdDetails", { id: this.place.rest[0] ?? "" }),
  );

  protected override arrive(): void {
    void this.#certificate.reload().then(() => this.#begin());
    void this.#details.reload();
  }

  /** What the list was asked to do: the dialog that asks first is open already. */
  #begin(): void {
    const { value } = this.#certificate;
    if (value === undefined || !this.app.may("certificates:change-status")) return;
    const wanted = this.place.query.get("do");
    const held = value.hold !== undefined;
    this.suspending = wanted === "suspend" && value.status === "issued";
    this.revoking = wanted === "revoke" && (value.status === "issued" || held);
    if (wanted === "unsuspend" && held) void this.#askUnsuspend(value);
  }

  async #askUnsuspend({ subject }: Certificate): Promise<void> {
    const yes = await this.app.ask({
      title: "Unsuspend this certificate?",
      text: `${subject} is good again, whatever it was suspended for.`,
      yes: "Unsuspend",
    });
    if (yes) await this.#unsuspend();
  }

  override render(): TemplateResult {
    const certificate = this.#certificate.value;
    const { status, hold, role } = certificate ?? {};
    const live = status === "issued" || status === "reserved";
    const ended = certificate !== undefined && isEnded(certificate);
    const mayChange = this.app.may("certificates:change-status");
    const actions =
      certificate === undefined
        ? ""
        : html`
            <wa-button
              appearance="outlined"
              @click=${() => void this.#download("getCertificatesIdPem", "pem")}
              >${icon("download")} PEM</wa-button
            >
            <wa-button
              appearance="outlined"
              @click=${() => void this.#download("getCertificatesIdDer", "cer")}
              >${icon("download")} DER</wa-button
            >
            ${
              hold !== undefined && mayChange
                ? html`<wa-button variant="brand" @click=${() => void this.#unsuspend()}
                    >Unsuspend</wa-button
                  >`
                : nothing
            }
            ${
              live && role !== "authority" && mayChange
                ? html`<wa-button appearance="outlined" @click=${() => (this.suspending = true)}
                    >Suspend</wa-button
                  >`
                : nothing
            }
            ${
              (live || hold !== undefined || ended) && role !== "authority" && mayChange
                ? html`<wa-button
                    variant=${ended ? "neutral" : "danger"}
                    appearance=${ended ? "outlined" : "accent"}
                    @click=${() => (this.revoking = true)}
                    >${ended ? "Known earlier …" : "Revoke"}</wa-button
                  >`
                : nothing
            }
          `;
    return html`${this.head(foreign(certificate?.subject ?? "Certificate"), certificate === undefined ? "" : certificateState(certificate), actions, { href: link(["certificates"]), text: "Certificates" })}
    ${this.#certificate.show((known) => this.#page(known))} ${this.#dialog()} ${this.#holdDialog()}`;
  }

  #page(one: Certificate): TemplateResult {
    return html`<div class="stack">
      <div class="halves">
        <section class="card">
          <h2>What is in it</h2>
          <dl class="facts">
            <dt>Subject</dt>
            <dd>${foreign(one.subject)}</dd>
            ${one.sans.map(
              ({ type, value }) =>
                html`<dt>${type}</dt>
                  <dd>${foreign(value)}</dd>`,
            )}
            <dt>Serial</dt>
            <dd>${copyable(one.serial, "the serial")}</dd>
            <dt>Valid</dt>
            <dd>${onDay(one.notBefore)} to ${onDay(one.notAfter)} ${expiryBadge(one.notAfter)}</dd>
            ${
              one.fingerprintSha256 === undefined
                ? nothing
                : html`<dt>SHA-256</dt>
                    <dd>${copyable(one.fingerprintSha256, "the fingerprint")}</dd>`
            }
          </dl>
        </section>
        <section class="card">
          <h2>Where it comes from</h2>
          <dl class="facts">
            <dt>CA server</dt>
            <dd><a href=${link(["ca-servers", one.authorityId])}>${one.authorityId}</a></dd>
            ${
              one.templateId === undefined
                ? nothing
                : html`<dt>Template</dt>
                    <dd>
                      ${templateLink(one.templateId)}${one.templateVersion === undefined ? nothing : `, version ${one.templateVersion}`}
                    </dd>`
            }
            ${
              one.endpointId === undefined
                ? nothing
                : html`<dt>Endpoint</dt>
                    <dd><a href=${link(["endpoints", one.endpointId])}>${one.endpointId}</a></dd>`
            }
            ${
              one.deviceId === undefined
                ? nothing
                : html`<dt>Device</dt>
                    <dd>
                      <a href=${link(["devices", one.deviceId])}
                        ><span class="mono">${one.deviceId.slice(0, 8)}</span> and what happened to
                        it</a
                      >
                    </dd>`
            }
            <dt>For</dt>
            <dd>${words(one.role)}</dd>
            ${
              one.hold === undefined
                ? nothing
                : html`<dt>Suspended</dt>
                    <dd>
                      for
                      ${one.hold.causes.map(words).join(", ")}${one.hold.until === undefined ? nothing : html`, until ${when(one.hold.until)}`}
                    </dd>`
            }
            <dt>Issued</dt>
            <dd>${when(one.issuedAt)}</dd>
            ${
              one.revokedAt === undefined
                ? nothing
                : html`<dt>Revoked</dt>
                    <dd>
                      ${when(one.revokedAt)},
                      ${words(one.revocationReason ?? "unspecified")}${one.invalidityDate === undefined ? nothing : html`; not to be trusted since ${onDay(one.invalidityDate)}`}
                    </dd>`
            }
          </dl>
          <p><a href=${link(["events"], { subject: one.id })}>Its entries in the ledger</a></p>
        </section>
        <section class="card">
          <h2>All that it says</h2>
          ${one.status === "reserved" || one.status === "failed" ? html`<p class="quiet">It was not signed.</p>` : this.#details.show(detailFacts)}
        </section>
      </div>
      <cs-commands .lines=${certificateCommands(this.app, one)}></cs-commands>
    </div>`;
  }

  #dialog(): TemplateResult | typeof nothing {
    const certificate = this.#certificate.value;
    return certificate === undefined
      ? nothing
      : html`<cs-certificate-revoke
          .app=${this.app}
          .certificate=${certificate}
          ?open=${this.revoking}
          @closed=${() => (this.revoking = false)}
          @revoked=${(event: CustomEvent<Certificate>) => this.#certificate.set(event.detail)}
        ></cs-certificate-revoke>`;
  }

  #holdDialog(): TemplateResult {
    return html`<wa-dialog
      label="Suspend this certificate?"
      ?open=${this.suspending}
      @wa-after-hide=${() => (this.suspending = false)}
    >
      <div class="stack">
        ${note("info", "CRL and OCSP call it on hold; unsuspending makes it good again.")}
        <div class="field">
          <label for="until">Until</label>
          <input
            id="until"
            type="datetime-local"
            .value=${this.until}
            @input=${(event: Event) => (this.until = (event.target as HTMLInputElement).value)}
          />
          <div class="help">It lifts by itself then; empty: until somebody unsuspends it.</div>
        </div>
        ${this.suspending ? this.#commentField() : nothing}
        <cs-commands .lines=${[suspendCommand(this.#id, this.#ending)]}></cs-commands>
      </div>
      <wa-button slot="footer" appearance="outlined" @click=${() => (this.suspending = false)}
        >Cancel</wa-button
      >
      <wa-button slot="footer" variant="brand" @click=${() => void this.#suspend()}
        >Suspend</wa-button
      >
    </wa-dialog>`;
  }

  get #id(): string {
    return this.place.rest[0] ?? "";
  }

  /** What stands in the dialog. */
  get #ending(): Ending {
    const until = this.until === "" ? undefined : new Date(this.until).toISOString();
    return { reason: "", comment: this.comment.trim(), invalidityDate: undefined, until };
  }

  get #said(): { readonly comment?: string } {
    const { comment } = this.#ending;
    return comment === "" ? {} : { comment };
  }

  #commentField(): TemplateResult {
    return html`<div class="field">
      <label for="comment">Comment</label>
      <input
        id="comment"
        maxlength="1000"
        .value=${this.comment}
        @input=${(event: Event) => (this.comment = (event.target as HTMLInputElement).value)}
      />
      <div class="help">Why, for the ledger.</div>
    </div>`;
  }

  async #suspend(): Promise<void> {
    const id = this.#id;
    this.suspending = false;
    const { until } = this.#ending;
    const body = { ...(until === undefined ? {} : { until }), ...this.#said };
    const held = await this.attempt(
      () => this.app.call("postCertificatesIdSuspend", { id, body }),
      "The certificate is suspended.",
    );
    if (held !== undefined) this.#certificate.set(held);
  }

  async #unsuspend(): Promise<void> {
    const id = this.#id;
    const good = await this.attempt(
      () => this.app.call("postCertificatesIdUnsuspend", { id, body: {} }),
      "The certificate is good again.",
    );
    if (good !== undefined) this.#certificate.set(good);
  }

  async #download(
    name: "getCertificatesIdPem" | "getCertificatesIdDer",
    ending: string,
  ): Promise<void> {
    const id = this.#id;
    const blob = await this.attempt(() => this.app.call(name, { id }));
    if (blob !== undefined) saveFile(blob, `${this.#certificate.value?.serial ?? id}.${ending}`);
  }
}
define("cs-certificate", CertificateView);
