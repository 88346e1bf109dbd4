import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Calls, Device, Resolved } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { problemOf } from "../../api/problem.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { foreign } from "../../ui/format.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";

type Sans = NonNullable<Calls["postConsolesIdResolve"]["request"]["body"]["sans"]>;

const PAUSE = 250;

/** What subject and alternative names come to on a chosen device, as one types. */
export class SubjectPreview extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property() subject = "";
  @property({ attribute: false }) sans: Sans = [];
  /** Whose words the patterns are in; our own unless given. */
  @property() shape = "manageengine";
  @state() private devices: readonly Device[] = [];
  @state() private device = "";
  @state() private resolved: Resolved | undefined;
  @state() private fault = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A later question wins over an earlier one. */
  #asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.app.call("getDevices", { query: { limit: 50 } }).then(
      ({ items }) => {
        this.devices = items;
        this.device = items[0]?.id ?? "";
      },
      () => undefined,
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!["subject", "sans", "shape", "device"].some((name) => changed.has(name))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#resolve(), PAUSE);
  }

  async #resolve(): Promise<void> {
    const asked = (this.#asked += 1);
    if (this.device === "" || this.subject === "") return;
    try {
      const resolved = await this.app.call("postConsolesIdResolve", {
        id: this.shape,
        body: {
          subject: this.subject,
          sans: this.sans.filter(({ pattern }) => pattern !== ""),
          deviceId: this.device,
        },
      });
      if (asked !== this.#asked) return;
      this.resolved = resolved;
      this.fault = "";
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.resolved = undefined;
      this.fault = problemOf(thrown).detail ?? problemOf(thrown).title;
    }
  }

  override render(): TemplateResult {
    const { resolved } = this;
    if (this.devices.length === 0)
      return html`<p class="quiet">There is no device to try it on yet.</p>`;
    return html`<div class="stack tight">
      <div class="field">
        <label for="device">On the device</label>
        <select
          id="device"
          @change=${(event: Event) => (this.device = (event.target as HTMLSelectElement).value)}
        >
          ${this.devices.map(({ id, hostDeviceId, attributes }) => html`<option value=${id} ?selected=${id === this.device}>${attributes["devicename"] ?? hostDeviceId}</option>`)}
        </select>
      </div>
      <div aria-live="polite" class="stack tight">
        ${this.fault === "" ? nothing : note("warn", foreign(this.fault))}
        ${
          resolved === undefined
            ? nothing
            : html`
                ${resolved.subject === undefined ? nothing : html`<div><span class="quiet small">Subject</span><code class="code">${foreign(resolved.subject)}</code></div>`}
                ${resolved.sans.map(({ type, value }) => html`<div><span class="quiet small">${type}</span><code class="code">${foreign(value)}</code></div>`)}
                ${resolved.missing.map(({ variable, attribute }) => note("warn", html`<span class="mono">${foreign(variable)}</span> has no value on this device: it would be refused before anything is issued. Give the device the attribute <span class="mono">${attribute}</span>.`))}
                ${resolved.issues.map(({ path, message }) => note("warn", html`${path}: ${foreign(message)}`))}
              `
        }
      </div>
    </div>`;
  }
}
define("cs-subject-preview", SubjectPreview);
