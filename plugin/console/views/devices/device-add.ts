import { html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues, Row } from "../../ui/field-spec.ts";
import "../../ui/form-dialog.ts";

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
  @property({ attribute: false }) app!: App;
  @property({ type: Boolean }) open = false;

  override render(): TemplateResult {
    return html`<cs-form-dialog
      label="Add device"
      yes="Add"
      ?open=${this.open}
      .fields=${FIELDS}
      .values=${BLANK}
      .save=${(values: FieldValues) => this.#add(values)}
      @closed=${() => this.dispatchEvent(new CustomEvent("closed"))}
    ></cs-form-dialog>`;
  }

  async #add(values: FieldValues): Promise<void> {
    const { deviceId, platform, hostId, attributes } = values as unknown as Readonly<
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
        attributes: Object.fromEntries(filled.map(({ name, value }) => [name ?? "", value ?? ""])),
      },
    });
    this.app.go(link(["devices", device.id]));
  }
}
define("cs-device-add", DeviceAdd);
