import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Calls, Device } from "../../api/calls.ts";
import type { App, Tone } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { type CommandLine, option } from "../../ui/command-line.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import { plural } from "../../ui/format.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { deviceName } from "./device-name.ts";

/** What may have been revoked before. */
const AGAIN: readonly Device["status"][] = ["compromised", "wiped", "unenrolled", "decommissioned"];

/** What came of it. */
const wordsOf = ({
  revoked,
  predated,
}: Calls["postDevicesIdCompromised"]["answer"]): readonly [string, Tone] => {
  if (predated.length > 0)
    return [
      `${plural(predated.length, "certificate")} revoked before ${predated.length === 1 ? "is" : "are"} not to be trusted since then.`,
      "good",
    ];
  return revoked.length > 0
    ? ["Its certificates are revoked as keyCompromise.", "good"]
    : ["No certificate changed: none of it was to be trusted at that time.", "warn"];
};

/** The dialog that reports a device's keys as known to others, and since when. Fires `closed`, and `changed` once it is reported. */
export class DeviceCompromised extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) device!: Device;
  /** How many of its certificates are good now. */
  @property({ attribute: false }) live = 0;
  @property({ type: Boolean }) open = false;
  /** As the field has it, in the reader's own time zone. */
  @state() private since = "";
  @state() private typed = "";

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("open") || !this.open) return;
    this.since = "";
    this.typed = "";
  }

  override render(): TemplateResult {
    const name = deviceName(this.device);
    return html`<wa-dialog
      label="Are its keys known to others?"
      ?open=${this.open}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#tell("closed");
      }}
    >
      ${this.open ? this.#form(name) : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#tell("closed")}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant="danger"
        ?disabled=${!this.#ready(name)}
        @click=${() => void this.#report(name)}
        >Report compromised</wa-button
      >
    </wa-dialog>`;
  }

  #form(name: string): TemplateResult {
    return html`<div class="stack">
      ${
        this.#again
          ? note(
              "info",
              "What is revoked already is not to be trusted since the time you name, where that is earlier than is known; a later one changes nothing.",
            )
          : note(
              "warn",
              `Revokes ${plural(this.live, "certificate")} as keyCompromise. This cannot be undone.`,
            )
      }
      <div class="field">
        <label for="since">Not to be trusted since</label>
        <input
          id="since"
          type="datetime-local"
          .value=${this.since}
          @input=${(event: Event) => (this.since = (event.target as HTMLInputElement).value)}
        />
        <div class="help">
          The CRL says so: signatures from before that time stay
          believable${this.#again ? "." : ". Empty: since now."}
        </div>
      </div>
      <div class="field">
        <label for="typed">Type <span class="mono">${name}</span> to go on</label>
        <input
          id="typed"
          autocomplete="off"
          spellcheck="false"
          .value=${this.typed}
          @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
        />
      </div>
      <cs-commands .lines=${[this.#command]}></cs-commands>
    </div>`;
  }

  /** Nothing of it is live: there is only a date to be moved back. */
  get #again(): boolean {
    return this.live === 0 && AGAIN.includes(this.device.status);
  }

  #ready(name: string): boolean {
    return this.typed === name && (!this.#again || this.since !== "");
  }

  get #date(): string | undefined {
    return this.since === "" ? undefined : new Date(this.since).toISOString();
  }

  get #command(): CommandLine {
    return {
      what: "Report it",
      words: ["device", "compromised", this.device.id, ...option("since", this.#date)],
    };
  }

  #tell(event: "closed" | "changed"): void {
    this.dispatchEvent(new CustomEvent(event));
  }

  async #report(name: string): Promise<void> {
    if (!this.#ready(name)) return;
    const { app, device } = this;
    const since = this.#date;
    this.#tell("closed");
    const done = await attempt(app, () =>
      app.call("postDevicesIdCompromised", {
        id: device.id,
        body: since === undefined ? {} : { since },
      }),
    );
    if (done !== undefined) app.say(...wordsOf(done));
    this.#tell("changed");
  }
}
define("cs-device-compromised", DeviceCompromised);
