import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { base64Of, tooLarge } from "../../ui/file-field.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { icon } from "../../ui/icon.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { saveFile } from "../../ui/save-file.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";

/** A request that an outside root is to sign, and the place for its certificate. Fires `certified`. */
export class CaRequest extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @state() private refused: unknown;
  @state() private notTaken: string | undefined;

  override render(): TemplateResult {
    const { authority } = this;
    return html`<section class="card stack">
      ${note(
        "info",
        authority.renewing
          ? "A renewal waits: have the request signed by the outside root, then bring the new certificate here. The old one goes on until then."
          : "This CA has a key and a request. Have the request signed by the outside root, then bring the certificate here.",
      )}
      ${this.refused === undefined ? nothing : problemNote(this.refused)}
      ${
        this.app.may("authorities:manage")
          ? html`<div class="row">
              <wa-button appearance="outlined" @click=${() => void this.#download()}
                >${icon("download")} Download certificate request</wa-button
              >
              <div class="field">
                <label for="certificate">Its certificate, PEM or DER</label>
                <input
                  id="certificate"
                  type="file"
                  accept=".pem,.cer,.crt,.der"
                  aria-describedby="certificate-help"
                  @change=${(event: Event) => void this.#certify(event.target as HTMLInputElement)}
                />
                <div class="help" id="certificate-help">Choose a file, or drop it here.</div>
                ${this.notTaken === undefined ? nothing : html`<div class="fault" role="alert">${icon("alert")}<span>${this.notTaken}</span></div>`}
              </div>
            </div>`
          : nothing
      }
    </section>`;
  }

  async #download(): Promise<void> {
    const { id } = this.authority;
    const blob = await attempt(this.app, () => this.app.call("getAuthoritiesIdCsr", { id }));
    if (blob !== undefined) saveFile(blob, `${id}.csr`);
  }

  async #certify(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    if (file === undefined) return;
    this.refused = undefined;
    this.notTaken = tooLarge(file);
    if (this.notTaken !== undefined) return;
    try {
      await this.app.call("postAuthoritiesIdCertificate", {
        id: this.authority.id,
        body: { certificate: base64Of(new Uint8Array(await file.arrayBuffer())) },
      });
      this.app.say("The certificate fits; the CA can issue now.", "good");
      this.dispatchEvent(new CustomEvent("certified"));
    } catch (failure) {
      this.refused = failure;
      input.value = "";
    }
  }
}
define("cs-ca-request", CaRequest);
