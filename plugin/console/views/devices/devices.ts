import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Calls, Deployment, Device } from "../../api/calls.ts";
import { STATES } from "../../api/words.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Paged } from "../../ui/paged.ts";
import { deploymentState, deviceState } from "../../ui/state.ts";
import { View } from "../../ui/view.ts";
import { nextStepOf } from "../shapes/next-step.ts";
import { deviceName } from "./device-name.ts";
import "./device-add.ts";

type State = NonNullable<NonNullable<Calls["getDeployments"]["request"]["query"]>["state"]>;

/** All devices; or, where it was asked for a state, the deployments that stand there. */
export class Devices extends View {
  @state() private adding = false;
  readonly #devices = new Paged<Device>(
    this,
    (cursor) => this.app.call("getDevices", { query: { cursor } }),
    (failure) => this.app.fail(failure),
  );
  readonly #deployments = new Paged<Deployment>(
    this,
    (cursor) =>
      this.app.call("getDeployments", {
        query: {
          cursor,
          state: (this.place.query.get("state") ?? undefined) as State | undefined,
          template: this.place.query.get("template") ?? undefined,
        },
      }),
    (failure) => this.app.fail(failure),
  );

  get #byDeployment(): boolean {
    return this.place.query.has("state") || this.place.query.has("template");
  }

  protected override arrive(): void {
    void (this.#byDeployment ? this.#deployments.reload() : this.#devices.reload());
  }

  override render(): TemplateResult {
    const add = this.app.may("host-events:report")
      ? html`<wa-button variant="brand" @click=${() => (this.adding = true)}
          >${icon("plus")} Add device</wa-button
        >`
      : "";
    return html`${this.head("Devices", "Those your MDM has reported, and those that enrolled without one.", add)}
      <div class="bar" role="group" aria-label="Show">
        ${this.#chip("All devices", {})}
        ${["failed", "locked", "requested", "renewing", "installed"].map((name) => this.#chip(words(name), { state: name }))}
        ${this.app.may("end-entities:manage") ? html`<a class="chip" href=${link(["devices", "end-entities"])}>End entities</a>` : nothing}
      </div>
      ${
        this.#byDeployment
          ? this.#deployments.show((items) => this.#deploymentTable(items))
          : this.#devices.show((items) => deviceTable(items))
      }
      <cs-device-add
        .app=${this.app}
        ?open=${this.adding}
        @closed=${() => (this.adding = false)}
      ></cs-device-add>`;
  }

  #chip(text: string, query: Readonly<Record<string, string>>): TemplateResult {
    const here =
      (query["state"] ?? null) === this.place.query.get("state") &&
      !this.place.query.has("template");
    return html`<a
      class="chip"
      href=${link(["devices"], query)}
      aria-current=${here ? "true" : nothing}
      >${text}</a
    >`;
  }

  #deploymentTable(items: readonly Deployment[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Device</th>
            <th>Template</th>
            <th>State</th>
            <th>Since</th>
            <th>Next step</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (deployment) =>
              html`<tr>
                <td data-label="Device">
                  <a href=${link(["devices", deployment.deviceId])}
                    ><span class="mono">${deployment.deviceId.slice(0, 8)}</span></a
                  >
                </td>
                <td data-label="Template">
                  <a href=${link(["templates", deployment.templateId])}>${deployment.templateId}</a>
                </td>
                <td data-label="State">${deploymentState(deployment)}</td>
                <td data-label="Since">${when(deployment.since)}</td>
                <td data-label="Next step">${nextStepOf(deployment)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">${STATES[this.place.query.get("state") ?? ""]?.meaning ?? ""} No device is there.</p>` : nothing}
    </div>`;
  }
}
define("cs-devices", Devices);

const deviceTable = (items: readonly Device[]): TemplateResult =>
  html`<div class="table">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>User</th>
          <th>Platform</th>
          <th>Status</th>
          <th>MDM</th>
          <th>Last change</th>
        </tr>
      </thead>
      <tbody>
        ${items.map(
          (device) =>
            html`<tr>
              <td data-label="Name">
                <span
                  ><a href=${link(["devices", device.id])}>${foreign(deviceName(device))}</a></span
                >
                <span class="under"
                  >${foreign(device.attributes["serialnumber"] ?? device.hostDeviceId)}</span
                >
              </td>
              <td data-label="User">
                ${foreign(device.attributes["username"] ?? device.attributes["email"] ?? "")}
              </td>
              <td data-label="Platform">${words(device.platform)}</td>
              <td data-label="Status">${deviceState(device)}</td>
              <td data-label="MDM">${foreign(device.hostId)}</td>
              <td data-label="Last change">${when(device.updatedAt)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${items.length === 0 ? html`<p class="empty">Devices come from your MDM's hooks; one can be added by hand to try things out.</p>` : nothing}
  </div>`;
