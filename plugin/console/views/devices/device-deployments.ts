import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Deployment, Device, Template } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { foreign, visible, when } from "../../ui/format.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { saveFile } from "../../ui/save-file.ts";
import { deploymentState } from "../../ui/state.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { nextStepOf } from "../shapes/next-step.ts";
import "../people/once-only-secret.ts";

interface Minted {
  readonly secret: string;
  readonly expiresAt: string;
  readonly scepUrl: string | undefined;
}

/** What a device should have, where that stands, and what to do next. Fires `changed`. */
export class DeviceDeployments extends LitElement {
  static override styles = [
    styles,
    formStyles,
    css`
      .deployment {
        border-block-start: 1px solid var(--line);
        padding-block: calc(var(--unit) * 1.5);
      }
      .deployment:first-of-type {
        border: 0;
        padding-block-start: 0;
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) device!: Device;
  @property({ attribute: false }) deployments: readonly Deployment[] = [];
  @property({ attribute: false }) templates: readonly Template[] = [];
  @state() private minted: Minted | undefined;
  @state() private minting = false;

  override render(): TemplateResult {
    const { device, deployments, templates } = this;
    const live = deployments.filter(({ state: is }) => is !== "removed");
    const may =
      this.app.may("deployments:manage") &&
      (device.status === "enrolled" || device.status === "unmanaged");
    const open = templates.filter(({ id }) => !live.some(({ templateId }) => templateId === id));
    return html`<section class="card">
      <h2>What it should have</h2>
      ${this.#secret()}
      <div class="stack tight">
        ${live.map(
          (deployment) =>
            html`<div class="deployment stack tight">
              <div class="row spread">
                <a href=${link(["templates", deployment.templateId])}
                  >${foreign(this.#nameOf(deployment))}</a
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
                      ${this.app.may("challenges:mint") && !this.#madeHere(deployment) ? html`<wa-button size="s" appearance="outlined" ?loading=${this.minting} @click=${() => void this.#mint(deployment)}>Mint a challenge</wa-button>` : nothing}
                      ${
                        this.#madeHere(deployment) && deployment.state === "installed"
                          ? nothing
                          : html`<wa-button
                              size="s"
                              appearance="outlined"
                              @click=${() => void this.#profile(deployment)}
                              >Download the profile</wa-button
                            >`
                      }
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
                    ${open.map(({ id, name }) => html`<option value=${id}>${visible(name)}</option>`)}
                  </select></span
                >
                <wa-button type="submit" variant="brand" size="s">Publish</wa-button>
              </form>`
            : nothing
        }
      </div>
    </section>`;
  }

  #secret(): TemplateResult | typeof nothing {
    const { minted } = this;
    return minted === undefined
      ? nothing
      : html`<cs-once-only-secret
          .app=${this.app}
          .secret=${minted.secret}
          what="one-time challenge"
          @done=${() => (this.minted = undefined)}
        >
          <p>
            Good until ${when(minted.expiresAt)}, for this device
            only.${minted.scepUrl === undefined ? nothing : html` Ask at <span class="mono">${minted.scepUrl}</span>.`}
          </p>
        </cs-once-only-secret>`;
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent("changed"));
  }

  async #act(
    name: "postDeploymentsIdUnlock" | "postDeploymentsIdRenew",
    { id }: Deployment,
    done: string,
  ): Promise<void> {
    await attempt(this.app, () => this.app.call(name, { id }), done);
    this.#changed();
  }

  async #publish(templateId: string): Promise<void> {
    const deviceId = this.device.id;
    await attempt(
      this.app,
      () => this.app.call("postDeployments", { body: { deviceId, templateId } }),
      "The profile is on its way.",
    );
    this.#changed();
  }

  async #mint({ deviceId, templateId, endpointId }: Deployment): Promise<void> {
    if (this.minting) return;
    this.minting = true;
    const minted = await attempt(this.app, () =>
      this.app.call("postChallenges", { body: { deviceId, templateId, endpointId } }),
    );
    this.minting = false;
    if (minted !== undefined)
      this.minted = { secret: minted.secret, expiresAt: minted.expiresAt, scepUrl: minted.scepUrl };
  }

  #nameOf({ templateId }: Deployment): string {
    return this.templates.find(({ id }) => id === templateId)?.name ?? templateId;
  }

  /** Whether the key comes with the profile. */
  #madeHere({ templateId }: Deployment): boolean {
    return this.templates.find(({ id }) => id === templateId)?.delivery === "pkcs12";
  }

  async #profile(deployment: Deployment): Promise<void> {
    const { id, templateId } = deployment;
    const madeHere = this.#madeHere(deployment);
    const yes = await this.app.ask({
      title: madeHere ? "Make a key and download it?" : "Download the profile?",
      text: madeHere
        ? "A new key and certificate are made, and the profile carries both with their password: who has the file is this device. Nothing of it is kept here. A certificate that was handed over before and never seen on the device is revoked a day later."
        : "A profile carries a challenge: who has the file can enrol as this device.",
      yes: "Download",
      dangerous: madeHere,
    });
    if (!yes) return;
    const blob = await attempt(this.app, () => this.app.call("postDeploymentsIdProfile", { id }));
    if (blob !== undefined)
      saveFile(
        blob,
        `${templateId}${blob.type.includes("aspen") ? ".mobileconfig" : blob.type.includes("xml") ? ".xml" : ".json"}`,
      );
    if (madeHere) this.#changed();
  }

  async #remove(deployment: Deployment): Promise<void> {
    const { id } = deployment;
    const yes = await this.app.ask({
      title: "Take the profile off the device?",
      text: `The device loses the profile of ${this.#nameOf(deployment)} at its next check-in. Its certificate stays until it ends or is revoked.`,
      yes: "Take it off",
      dangerous: true,
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("deleteDeploymentsId", { id }),
      "The profile is being taken off.",
    );
    this.#changed();
  }
}
define("cs-device-deployments", DeviceDeployments);
