import { css, html, nothing, type TemplateResult } from "lit";
import type { Certificate, Deployment, Device, Template, Timeline } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { foreign, short, when, words } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { certificateState, deviceState } from "../../ui/state.ts";
import { View } from "../../ui/view.ts";
import { deviceCommands } from "./device-commands.ts";
import { deviceName } from "./device-name.ts";
import { timelineLines } from "./timeline-lines.ts";
import "./device-deployments.ts";
import "./device-inventory.ts";
import "./device-life.ts";

interface Facts {
  readonly device: Device;
  readonly deployments: readonly Deployment[];
  readonly certificates: readonly Certificate[];
  readonly timeline: Timeline;
  readonly templates: readonly Template[];
}

/** Why did this device not get its certificate: what it has, what it should have, what happened, what to do. */
export class DeviceView extends View {
  static override styles = [
    ...View.styles,
    css`
      .timeline {
        list-style: none;
        padding: 0;
      }
      .timeline > li {
        padding-block: 6px;
        border-block-end: 1px solid var(--line);
      }
      .timeline > li:last-child {
        border: 0;
      }
      .timeline .status {
        white-space: normal;
      }
    `,
  ];

  readonly #facts = new Loaded<Facts>(this, async () => {
    const id = this.place.rest[0] ?? "";
    const { call } = this.app;
    const [device, deployments, certificates, timeline, templates] = await Promise.all([
      call("getDevicesId", { id }),
      call("getDeployments", { query: { device: id, limit: 50 } }),
      call("getCertificates", { query: { device: id, limit: 50 } }),
      call("getDevicesIdTimeline", { id, query: { limit: 100 } }),
      call("getTemplates"),
    ]);
    return {
      device,
      deployments: deployments.items,
      certificates: certificates.items,
      timeline,
      templates: templates.items,
    };
  });

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const device = this.#facts.value?.device;
    return html`${this.head(device === undefined ? "Device" : foreign(deviceName(device)), device === undefined ? "" : html`${deviceState(device)} in ${foreign(device.hostId)}, ${words(device.platform)}`, "", { href: link(["devices"]), text: "Devices" })}
    ${this.#facts.show((facts) => this.#page(facts))}`;
  }

  #page({ device, deployments, certificates, templates, timeline }: Facts): TemplateResult {
    return html`<div class="stack">
      <div class="halves">
        <cs-device-deployments
          .app=${this.app}
          .device=${device}
          .deployments=${deployments}
          .templates=${templates}
          @changed=${() => void this.#facts.reload()}
        ></cs-device-deployments>
        <section class="card">
          <h2>About it</h2>
          <dl class="facts">
            <dt>Id in the MDM</dt>
            <dd>${foreign(device.hostDeviceId)}</dd>
            ${Object.entries(device.attributes).map(
              ([name, value]) =>
                html`<dt>${foreign(name)}</dt>
                  <dd>${foreign(value)}</dd>`,
            )}
            <dt>Known since</dt>
            <dd>${when(device.createdAt)}</dd>
            ${
              device.hostStatus === undefined
                ? nothing
                : html`<dt>Reported meanwhile</dt>
                    <dd>${words(device.hostStatus)}: it holds once the device is activated</dd>`
            }
          </dl>
        </section>
      </div>
      <section class="stack tight">
        <h2>Certificates</h2>
        <div class="table">
          <table>
            <thead>
              <tr>
                <th>Serial</th>
                <th>Subject</th>
                <th>Status</th>
                <th>Ends</th>
                <th>Template</th>
              </tr>
            </thead>
            <tbody>
              ${certificates.map(
                (certificate) =>
                  html`<tr>
                    <td data-label="Serial">
                      <a href=${link(["certificates", certificate.id])}
                        >${short(certificate.serial)}</a
                      >
                    </td>
                    <td data-label="Subject">${foreign(certificate.subject)}</td>
                    <td data-label="Status">${certificateState(certificate)}</td>
                    <td data-label="Ends">${expiryBadge(certificate.notAfter)}</td>
                    <td data-label="Template">${certificate.templateId ?? ""}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
          ${certificates.length === 0 ? html`<p class="empty">None was issued to this device yet.</p>` : nothing}
        </div>
      </section>
      <cs-device-inventory
        .app=${this.app}
        .device=${device}
        @changed=${() => void this.#facts.reload()}
      ></cs-device-inventory>
      <section class="card">
        <h2>What happened</h2>
        ${
          timeline.entries.length === 0
            ? html`<p class="quiet">Nothing yet.</p>`
            : html`<ol class="timeline">
                ${timelineLines(timeline.entries)}
              </ol>`
        }
        ${timeline.more ? html`<p class="small"><a href=${link(["events"], { subject: device.id })}>Older entries are in the ledger</a></p>` : nothing}
      </section>
      <cs-device-life
        .app=${this.app}
        .device=${device}
        .live=${certificates.filter(({ status }) => status === "issued").length}
        @changed=${() => void this.#facts.reload()}
      ></cs-device-life>
      <cs-commands
        .lines=${deviceCommands(
          this.app,
          device,
          deployments.filter(({ state: is }) => is !== "removed"),
        )}
      ></cs-commands>
    </div>`;
  }
}
define("cs-device", DeviceView);
