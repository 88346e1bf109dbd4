import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Certificate, Deployment, Device, Template, Timeline } from "../api/calls.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { foreign, short, when, words } from "../ui/format.ts";
import { Loaded } from "../ui/loaded.ts";
import { saveFile } from "../ui/save-file.ts";
import { certificateState, deploymentState, deviceState } from "../ui/state.ts";
import { note } from "../ui/status.ts";
import { View } from "../ui/view.ts";
import { deviceName } from "./devices.ts";
import { timelineLines } from "./timeline-lines.ts";
import { nextStepOf } from "./next-step.ts";
import "./once-only-secret.ts";

interface Facts {
  readonly device: Device;
  readonly deployments: readonly Deployment[];
  readonly certificates: readonly Certificate[];
  readonly timeline: Timeline;
  readonly templates: readonly Template[];
}

interface Minted {
  readonly secret: string;
  readonly expiresAt: string;
  readonly scepUrl: string | undefined;
}

/** Why did this device not get its certificate: what it has, what it should have, what happened, what to do. */
export class DeviceView extends View {
  static override styles = [
    ...View.styles,
    css`
      .deployment {
        border-block-start: 1px solid var(--line);
        padding-block: calc(var(--unit) * 1.5);
      }
      .deployment:first-of-type {
        border: 0;
        padding-block-start: 0;
      }
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

  @state() private minted: Minted | undefined;

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
    this.minted = undefined;
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const device = this.#facts.value?.device;
    const actions =
      device !== undefined && this.app.may("host-events:report") && device.status === "enrolled"
        ? html`<wa-button appearance="outlined" @click=${() => void this.#end(device, "unenrol")}
              >Unenrol</wa-button
            >
            <wa-button
              appearance="outlined"
              variant="danger"
              @click=${() => void this.#end(device, "wipe")}
              >Wipe</wa-button
            >`
        : "";
    return html`${this.head(device === undefined ? "Device" : foreign(deviceName(device)), device === undefined ? "" : html`${deviceState(device)} in ${foreign(device.hostId)}, ${words(device.platform)}`, actions, { href: link(["devices"]), text: "Devices" })}
    ${this.#facts.show((facts) => this.#page(facts))}`;
  }

  #page(facts: Facts): TemplateResult {
    const { device, certificates, timeline } = facts;
    return html`<div class="stack">
      ${
        this.minted === undefined
          ? nothing
          : html`<cs-once-only-secret
              .app=${this.app}
              .secret=${this.minted.secret}
              what="one-time challenge"
              @done=${() => (this.minted = undefined)}
            >
              <p>
                Good until ${when(this.minted.expiresAt)}, for this device
                only.${this.minted.scepUrl === undefined ? nothing : html` Ask at <span class="mono">${this.minted.scepUrl}</span>.`}
              </p>
            </cs-once-only-secret>`
      }
      <div class="halves">
        <section class="card">
          <h2>What it should have</h2>
          ${this.#deployments(facts)}
        </section>
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
                    <td data-label="Ends">${when(certificate.notAfter)}</td>
                    <td data-label="Template">${certificate.templateId ?? ""}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
          ${certificates.length === 0 ? html`<p class="empty">None was issued to this device yet.</p>` : nothing}
        </div>
      </section>
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
    </div>`;
  }

  #deployments({ device, deployments, templates }: Facts): TemplateResult {
    const live = deployments.filter(({ state: is }) => is !== "removed");
    const may =
      this.app.may("deployments:manage") &&
      (device.status === "enrolled" || device.status === "unmanaged");
    const open = templates.filter(({ id }) => !live.some(({ templateId }) => templateId === id));
    return html`<div class="stack tight">
      ${live.map(
        (deployment) =>
          html`<div class="deployment stack tight">
            <div class="row spread">
              <a href=${link(["templates", deployment.templateId])}
                >${templates.find(({ id }) => id === deployment.templateId)?.name ?? deployment.templateId}</a
              >
              ${deploymentState(deployment)}
            </div>
            ${note(
              deployment.state === "failed" || deployment.state === "locked"
                ? "bad"
                : deployment.state === "installed" || deployment.state === "issued"
                  ? "good"
                  : "info",
              html`<strong>Next step:</strong> ${nextStepOf(deployment)}
                ${deployment.failure === undefined ? nothing : html`<div class="small">${foreign(deployment.failure)}</div>`}`,
            )}
            ${
              may
                ? html`<div class="row">
                    ${
                      deployment.state === "locked"
                        ? html`<wa-button
                            size="s"
                            variant="brand"
                            @click=${() => void this.#act("postDeploymentsIdUnlock", deployment, "The lock is lifted; the profile is sent again.")}
                            >Lift the lock</wa-button
                          >`
                        : nothing
                    }
                    ${
                      deployment.certificateId !== undefined && deployment.state !== "renewing"
                        ? html`<wa-button
                            size="s"
                            appearance="outlined"
                            @click=${() => void this.#act("postDeploymentsIdRenew", deployment, "The device is asked for a new certificate.")}
                            >Renew now</wa-button
                          >`
                        : nothing
                    }
                    ${
                      deployment.state === "failed"
                        ? html`<wa-button
                            size="s"
                            variant="brand"
                            @click=${() => void this.#publish(deployment.templateId)}
                            >Send the profile again</wa-button
                          >`
                        : nothing
                    }
                    ${this.app.may("challenges:mint") ? html`<wa-button size="s" appearance="outlined" @click=${() => void this.#mint(deployment)}>Mint a challenge</wa-button>` : nothing}
                    <wa-button
                      size="s"
                      appearance="outlined"
                      @click=${() => void this.#profile(deployment)}
                      >Download the profile</wa-button
                    >
                    <wa-button
                      size="s"
                      appearance="plain"
                      @click=${() => void this.#remove(deployment)}
                      >Take it off</wa-button
                    >
                  </div>`
                : nothing
            }
          </div>`,
      )}
      ${live.length === 0 ? html`<p class="quiet">No template is published to it.</p>` : nothing}
      ${
        may && open.length > 0
          ? html`<form
              class="row"
              @submit=${(event: Event) => {
                event.preventDefault();
                void this.#publish(
                  this.renderRoot.querySelector<HTMLSelectElement>("#publish")?.value ?? "",
                );
              }}
            >
              <label for="publish">Publish</label>
              <span
                ><select id="publish">
                  ${open.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
                </select></span
              >
              <wa-button type="submit" variant="brand" size="s">Publish</wa-button>
            </form>`
          : nothing
      }
    </div>`;
  }

  async #act(
    name: "postDeploymentsIdUnlock" | "postDeploymentsIdRenew",
    { id }: Deployment,
    done: string,
  ): Promise<void> {
    await this.attempt(() => this.app.call(name, { id }), done);
    await this.#facts.reload();
  }

  async #publish(templateId: string): Promise<void> {
    const deviceId = this.#facts.value?.device.id ?? "";
    await this.attempt(
      () => this.app.call("postDeployments", { body: { deviceId, templateId } }),
      "The profile is on its way.",
    );
    await this.#facts.reload();
  }

  async #mint({ deviceId, templateId, endpointId }: Deployment): Promise<void> {
    const minted = await this.attempt(() =>
      this.app.call("postChallenges", { body: { deviceId, templateId, endpointId } }),
    );
    if (minted !== undefined)
      this.minted = { secret: minted.secret, expiresAt: minted.expiresAt, scepUrl: minted.scepUrl };
  }

  async #profile({ id, templateId }: Deployment): Promise<void> {
    const yes = await this.app.ask({
      title: "Download the profile?",
      text: "A profile carries a challenge: who has the file can enrol as this device.",
      yes: "Download",
    });
    if (!yes) return;
    const blob = await this.attempt(() => this.app.call("postDeploymentsIdProfile", { id }));
    if (blob !== undefined)
      saveFile(
        blob,
        `${templateId}${blob.type.includes("aspen") ? ".mobileconfig" : blob.type.includes("xml") ? ".xml" : ".json"}`,
      );
  }

  async #remove({ id }: Deployment): Promise<void> {
    const yes = await this.app.ask({
      title: "Take the profile off the device?",
      text: "The device loses the profile at its next check-in. Its certificate stays until it ends or is revoked.",
      yes: "Take it off",
      dangerous: true,
    });
    if (!yes) return;
    await this.attempt(
      () => this.app.call("deleteDeploymentsId", { id }),
      "The profile is being taken off.",
    );
    await this.#facts.reload();
  }

  async #end(device: Device, how: "wipe" | "unenrol"): Promise<void> {
    const live =
      this.#facts.value?.certificates.filter(({ status }) => status === "issued").length ?? 0;
    const name = deviceName(device);
    const yes = await this.app.ask({
      title: how === "wipe" ? "Wipe: revoke everything of this device?" : "Has this device left?",
      text: `Revokes ${live} ${live === 1 ? "certificate" : "certificates"} and burns its open challenges, as the MDM's hook does. It does not erase the device itself.`,
      yes: how === "wipe" ? "Revoke all" : "Unenrol",
      dangerous: true,
      typed: name,
    });
    if (!yes) return;
    await this.attempt(
      () =>
        this.app.call(how === "wipe" ? "postDevicesIdWipe" : "postDevicesIdUnenrol", {
          id: device.id,
        }),
      "Its certificates are revoked.",
    );
    await this.#facts.reload();
  }
}
define("cs-device", DeviceView);
