import { html, nothing, type TemplateResult } from "lit";
import type { Deployment, Distribution, Endpoint, HostGroup, Template } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { copyable } from "../../ui/copy.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import { define } from "../../ui/define.ts";
import { foreign, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { deploymentState } from "../../ui/state.ts";
import { View } from "../../ui/view.ts";
import { usageName } from "./usage-names.ts";
import { lifeText } from "./life-text.ts";
import "./distribution.ts";
import "../shapes/subject-preview.ts";

interface Facts {
  readonly template: Template;
  readonly endpoints: readonly Endpoint[];
  readonly deployments: readonly Deployment[];
  readonly distribution: Distribution;
  readonly groups: readonly HostGroup[];
}

/** One template: what it makes, for whom, and where it is asked for. */
export class TemplateView extends View {
  readonly #facts = new Loaded<Facts>(this, async () => {
    const id = this.place.rest[0] ?? "";
    const [template, endpoints, deployments, distribution, groups] = await Promise.all([
      this.app.call("getTemplatesId", { id }),
      this.app.call("getEndpoints"),
      this.app.call("getDeployments", { query: { template: id, limit: 20 } }),
      this.app.call("getTemplatesIdDistribution", { id }),
      this.app.call("getGroups", { query: { limit: 500 } }),
    ]);
    return {
      template,
      endpoints: endpoints.items.filter(({ templateIds }) => templateIds.includes(id)),
      deployments: deployments.items,
      distribution,
      groups: groups.items,
    };
  });

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const template = this.#facts.value?.template;
    const actions =
      template !== undefined && this.app.may("configuration:manage")
        ? html`<wa-button appearance="outlined" href=${link(["templates", template.id, "edit"])}
              >${icon("edit")} Edit</wa-button
            >
            <wa-button
              appearance="outlined"
              variant="danger"
              @click=${() => void this.#delete(template)}
              >${icon("bin")} Delete</wa-button
            >`
        : "";
    return html`${this.head(foreign(template?.name ?? this.place.rest[0]), template === undefined ? "" : html`Version ${template.version}, changed ${when(template.updatedAt)}`, actions, { href: link(["templates"]), text: "Templates" })}
    ${this.#facts.show((facts) => this.#page(facts))}`;
  }

  #page({ template, endpoints, deployments, distribution, groups }: Facts): TemplateResult {
    return html`<div class="stack">
      <div class="halves">
        <section class="card">
          <h2>What it makes</h2>
          <dl class="facts">
            <dt>Subject</dt>
            <dd>${copyable(template.subject, "the subject", foreign(template.subject))}</dd>
            ${template.sans.map(
              ({ type, pattern }) =>
                html`<dt>${type}</dt>
                  <dd class="mono">${foreign(pattern)}</dd>`,
            )}
            <dt>Issued by</dt>
            <dd>
              <a href=${link(["ca-servers", template.authorityId])}>${template.authorityId}</a>
            </dd>
            <dt>Keys</dt>
            <dd>${template.keyAlgorithms.join(", ")}</dd>
            <dt>Key usage</dt>
            <dd>${template.keyUsages.map(words).join(", ")}</dd>
            <dt>Extended</dt>
            <dd>${template.extendedKeyUsages.map(usageName).join(", ")}</dd>
            <dt>Valid for</dt>
            <dd>${lifeText(template.validity)}, at most ${lifeText(template.maxValidity)}</dd>
            <dt>Key</dt>
            <dd>
              ${template.delivery === "pkcs12" ? html`made at the CA and handed over once, as PKCS#12 (${words(template.pkcs12Encoding)})` : "made by the device, which asks over SCEP"}
            </dd>
            <dt>Challenge</dt>
            <dd>
              ${template.delivery === "pkcs12" ? "none: nothing is asked" : html`${words(template.challengeMode)}${template.challengeMode === "dynamic" ? html`, good for ${lifeText(template.challengeLifetime)}` : nothing}`}
            </dd>
            <dt>Renews</dt>
            <dd>in the last ${lifeText(template.renewalWindow)}</dd>
          </dl>
        </section>
        <section class="card stack tight">
          <h2>What a device would get</h2>
          <cs-subject-preview
            .app=${this.app}
            .subject=${template.subject}
            .sans=${template.sans}
          ></cs-subject-preview>
        </section>
        <section class="card">
          <h2>Asked for at</h2>
          ${
            endpoints.length === 0
              ? html`<p class="quiet">
                  No endpoint offers it
                  yet.${this.app.may("configuration:manage") ? html` <a href=${link(["endpoints", "new"], { template: template.id })}>Open one</a>.` : nothing}
                </p>`
              : html`<ul>
                  ${endpoints.map(({ id, url }) => html`<li><a href=${link(["endpoints", id])}>${id}</a> <span class="mono">${url}</span></li>`)}
                </ul>`
          }
        </section>
        <section class="card">
          <h2>On devices</h2>
          ${deployments.length === 0 ? html`<p class="quiet">Published to no device yet.</p>` : nothing}
          <ul>
            ${deployments.map((deployment) => html`<li><a href=${link(["devices", deployment.deviceId])}>${deployment.deviceId.slice(0, 8)}</a> ${deploymentState(deployment)}</li>`)}
          </ul>
          ${deployments.length > 0 ? html`<p><a href=${link(["devices"], { template: template.id })}>All of them</a></p>` : nothing}
        </section>
      </div>
      <cs-distribution
        .app=${this.app}
        .distribution=${distribution}
        .groups=${groups}
        @changed=${() => void this.#facts.reload()}
      ></cs-distribution>
      <cs-commands .lines=${this.#commands(template)}></cs-commands>
    </div>`;
  }

  #commands({ id }: Template): readonly CommandLine[] {
    return [
      { what: "Show it", words: ["template", "show", id] },
      { what: "Show whom it is for", words: ["distribution", "show", id] },
      ...(this.app.may("configuration:manage")
        ? [{ what: "Delete it", words: ["template", "delete", id] }]
        : []),
    ];
  }

  async #delete(template: Template): Promise<void> {
    const yes = await this.app.ask({
      title: "Delete this template?",
      text: "No new certificate is issued by it. Those that were issued stay as they are. It is refused while an endpoint or a device uses it.",
      yes: "Delete",
      dangerous: true,
      typed: template.id,
    });
    if (!yes) return;
    const done = await this.attempt(async () => {
      await this.app.call("deleteTemplatesId", { id: template.id, version: template.version });
      return true;
    }, "The template is gone.");
    if (done === true) this.app.go(link(["templates"]));
  }
}
define("cs-template", TemplateView);
