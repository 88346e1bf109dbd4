import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { App } from "../app/app.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import type { FieldSpec, FieldValues, Row } from "../ui/field-spec.ts";
import type { FormElement } from "../ui/form.ts";
import { problemNote } from "../ui/problem-note.ts";
import { styles } from "../ui/styles.ts";

const FIELDS: readonly FieldSpec[] = [
  {
    name: "deviceId",
    label: "Id in the MDM",
    help: "Whatever tells it from all others there.",
    type: "text",
    required: true,
  },
  {
    name: "platform",
    label: "Platform",
    help: "Decides which profile it gets.",
    type: "choice",
    required: true,
    choices: [
      { value: "apple", label: "Apple" },
      { value: "windows", label: "Windows" },
      { value: "android", label: "Android" },
      { value: "other", label: "Other" },
    ],
  },
  {
    name: "hostId",
    label: "MDM",
    help: "The name under which the MDM reports its devices.",
    type: "text",
    required: true,
  },
  {
    name: "attributes",
    label: "Attributes",
    help: "What variables in subjects stand for.",
    type: "rows",
    columns: [
      { name: "name", label: "Name", type: "text" },
      { name: "value", label: "Value", type: "text" },
    ],
  },
];

const BLANK: FieldValues = {
  deviceId: "",
  platform: "apple",
  hostId: "manual",
  attributes: ["devicename", "username", "email", "serialnumber"].map((name) => ({
    name,
    value: "",
  })),
};

/** A device by hand, as the MDM would report it. */
export class DeviceAdd extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ type: Boolean }) open = false;
  @state() private values = BLANK;
  @state() private refused: unknown;
  @state() private busy = false;

  override render(): TemplateResult {
    return html`<wa-dialog
      label="Add device"
      ?open=${this.open}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#close();
      }}
    >
      ${
        this.open
          ? html`<div class="stack">
              <cs-form
                .fields=${FIELDS}
                .values=${this.values}
                @change=${(event: CustomEvent<FieldValues>) => (this.values = event.detail)}
              ></cs-form>
              ${this.refused === undefined ? nothing : problemNote(this.refused)}
            </div>`
          : nothing
      }
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#close()}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant="brand"
        ?loading=${this.busy}
        @click=${() => void this.#add()}
        >Add</wa-button
      >
    </wa-dialog>`;
  }

  #close(): void {
    this.values = BLANK;
    this.refused = undefined;
    this.dispatchEvent(new CustomEvent("closed"));
  }

  async #add(): Promise<void> {
    const form = this.renderRoot.querySelector<FormElement>("cs-form");
    if (this.busy || form?.check() !== true) return;
    this.busy = true;
    try {
      const { deviceId, platform, hostId, attributes } = this.values as unknown as Readonly<
        Record<string, string>
      > & { readonly attributes: readonly Row[] };
      const filled = attributes.filter(
        ({ name, value }) => (name ?? "") !== "" && (value ?? "") !== "",
      );
      const device = await this.app.call("postDevices", {
        body: {
          hostId: hostId ?? "",
          deviceId: deviceId ?? "",
          platform: platform as "apple",
          attributes: Object.fromEntries(
            filled.map(({ name, value }) => [name ?? "", value ?? ""]),
          ),
        },
      });
      this.#close();
      this.app.go(link(["devices", device.id]));
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = false;
    }
  }
}
define("cs-device-add", DeviceAdd);
