import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, Calls } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { capShown } from "./cap-shown.ts";
import "../../ui/form-dialog.ts";

type Cap = Calls["getAuthoritiesIdCap"]["answer"];

/** How far the API counts where there is no cap. */
const COUNTED_TO = 10_000;
const FIELDS: readonly FieldSpec[] = [
  {
    name: "certificates",
    label: "Most active certificates",
    help: "Leave it empty for no cap. A renewed certificate counts beside its successor until it ends.",
    type: "text",
    format: { expression: "[0-9]{0,9}", message: "A whole number, or nothing." },
  },
];

/** How many certificates of an issuing CA are active, and how many may be (O-02). */
export class CaCap extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @state() private editing = false;

  readonly #cap = new Loaded<Cap>(this, () =>
    this.app.call("getAuthoritiesIdCap", { id: this.authority.id }),
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("authority")) void this.#cap.reload();
  }

  override render(): TemplateResult {
    const known = this.#cap.value;
    const cap = known?.cap;
    return html`<section class="card stack tight">
      <h2>Active certificates</h2>
      ${this.#cap.show(
        (shown) =>
          html`<p>
              <b>${capShown(shown, COUNTED_TO)}</b>
              <span class="quiet">${shown.cap === undefined ? "no cap" : "issued/cap"}</span>
            </p>
            ${shown.cap !== undefined && shown.active >= shown.cap ? note("warn", "The cap is reached: nothing is issued until a certificate is revoked or expires, or the cap is raised.") : nothing}`,
        1,
      )}
      ${
        known !== undefined && this.app.may("authorities:manage")
          ? html`<div>
              <wa-button appearance="outlined" size="s" @click=${() => (this.editing = true)}
                >${cap === undefined ? "Set a cap" : "Change the cap"}</wa-button
              >
            </div>`
          : nothing
      }
      <cs-form-dialog
        label="Cap on active certificates"
        ?open=${this.editing}
        .fields=${FIELDS}
        .values=${{ certificates: cap === undefined ? "" : String(cap) }}
        .save=${(values: FieldValues) => this.#save(values)}
        @closed=${() => (this.editing = false)}
      ></cs-form-dialog>
    </section>`;
  }

  async #save({ certificates }: FieldValues): Promise<void> {
    const typed = typeof certificates === "string" ? certificates.trim() : "";
    this.#cap.set(
      await this.app.call("patchAuthoritiesIdCap", {
        id: this.authority.id,
        body: { certificates: typed === "" ? null : Number(typed) },
        version: this.#cap.value?.version,
      }),
    );
  }
}
define("cs-ca-cap", CaCap);
