import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Endpoint, EndpointTest as Tested } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { define } from "../../ui/define.ts";
import { foreign } from "../../ui/format.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { icon } from "../../ui/icon.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { note, status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { STEP_TITLES } from "../shapes/test-steps.ts";

/** The test button: it really enrols, and says of each step how it went. */
export class EndpointTest extends LitElement {
  static override styles = [
    styles,
    formStyles,
    css`
      select {
        inline-size: auto;
        max-inline-size: 100%;
      }
      ol {
        list-style: none;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 calc(var(--unit) * 2);
        padding-block: 6px;
        border-block-end: 1px solid var(--line);
      }
      li > .wide {
        grid-column: 1 / -1;
      }
      .status {
        white-space: normal;
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) endpoint!: Endpoint;
  /** Runs as soon as it is shown. */
  @property({ type: Boolean }) now = false;
  @state() private template = "";
  @state() private busy = false;
  @state() private tested: Tested | undefined;
  @state() private refused: unknown;

  protected override firstUpdated(_: PropertyValues): void {
    if (this.now) void this.#run();
  }

  async #run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.tested = undefined;
    this.refused = undefined;
    try {
      const templateId = this.template === "" ? this.endpoint.templateIds[0] : this.template;
      this.tested = await this.app.call("postEndpointsIdTest", {
        id: this.endpoint.id,
        body: { templateId },
      });
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = false;
    }
  }

  override render(): TemplateResult {
    const { templateIds } = this.endpoint;
    return html`<section class="card stack tight">
      <div class="row spread">
        <h2>Test</h2>
        <div class="row">
          ${
            templateIds.length < 2
              ? nothing
              : html`<label class="hidden" for="template">Template</label>
                  <select
                    id="template"
                    @change=${(event: Event) => (this.template = (event.target as HTMLSelectElement).value)}
                  >
                    ${templateIds.map((id) => html`<option value=${id}>${id}</option>`)}
                  </select>`
          }
          <wa-button variant="brand" ?loading=${this.busy} @click=${() => void this.#run()}
            >${icon("play")} Enrol a test device</wa-button
          >
        </div>
      </div>
      <p class="quiet">
        A throw-away device asks at the public address as a real one would, gets a certificate, and
        is revoked again.
      </p>
      <div aria-live="polite">
        ${this.busy ? html`<p>${status("info", "The device is enrolling…")}</p>` : nothing}
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
        ${this.tested === undefined ? nothing : this.#steps(this.tested)}
      </div>
    </section>`;
  }

  #steps({ ok, steps }: Tested): TemplateResult {
    return html`<div class="stack tight">
      <ol>
        ${steps.map(
          (step) =>
            html`<li>
              ${status(step.ok ? "good" : "bad", STEP_TITLES[step.step] ?? step.step)}<span
                class="quiet nowrap"
                >${step.milliseconds} ms</span
              >
              <span class="wide small quiet">${foreign(step.detail)}</span>
              ${step.ok ? nothing : html`<div class="wide">${note("bad", html`<strong>Next step:</strong> ${step.nextStep} <span class="mono small quiet">${step.code}</span>`)}</div>`}
            </li>`,
        )}
      </ol>
      ${ok ? note("good", "Everything works: a real device will get its certificate here.") : nothing}
    </div>`;
  }
}
define("cs-endpoint-test", EndpointTest);
