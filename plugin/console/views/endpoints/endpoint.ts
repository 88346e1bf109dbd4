import { html, nothing, type TemplateResult } from "lit";
import type { About, Endpoint } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { copyable } from "../../ui/copy.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import { define } from "../../ui/define.ts";
import { foreign } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { endpointState } from "../../ui/state.ts";
import { note } from "../../ui/status.ts";
import "../../ui/tabs.ts";
import { View } from "../../ui/view.ts";
import {
  certificatesPanel,
  credentialsPanel,
  eventsPanel,
  factsOf,
  type TabName,
  tabsOf,
} from "./endpoint-panels.ts";
import { challengesOf, raOf } from "./endpoints.ts";
import { scepPlaces } from "./scep-places.ts";
import "../certificates/end-entity-list.ts";
import "./endpoint-templates.ts";
import "./endpoint-test.ts";

/** One endpoint: its address, its rules and the test that really enrols; what came of it stands in tabs (R-04). */
export class EndpointView extends View {
  readonly #endpoint = new Loaded<Endpoint>(this, () =>
    this.app.call("getEndpointsId", { id: this.place.rest[0] ?? "" }),
  );

  readonly #about = new Loaded<About>(this, () => this.app.call("getAbout"));

  protected override arrive(): void {
    void this.#endpoint.reload();
    void this.#about.reload();
  }

  override render(): TemplateResult {
    const endpoint = this.#endpoint.value;
    const actions =
      endpoint !== undefined && this.app.may("configuration:manage")
        ? html`<wa-button appearance="outlined" @click=${() => void this.#switch(endpoint)}
              >${endpoint.enabled ? "Switch off" : "Switch on"}</wa-button
            >
            <wa-button appearance="outlined" href=${link(["endpoints", endpoint.id, "edit"])}
              >${icon("edit")} Edit</wa-button
            >
            <wa-button
              appearance="outlined"
              variant="danger"
              @click=${() => void this.#delete(endpoint)}
              >${icon("bin")} Delete</wa-button
            >`
        : "";
    return html`${this.head(foreign(endpoint?.name ?? this.place.rest[0]), endpoint === undefined ? "" : endpointState(endpoint), actions, { href: link(["endpoints"]), text: "Endpoints" })}
    ${this.#endpoint.show((known) => this.#page(known))}`;
  }

  #page(endpoint: Endpoint): TemplateResult {
    const { id } = endpoint;
    const known = tabsOf(id, this.app.may("end-entities:manage"));
    const wanted = this.place.query.get("tab");
    const active = known.find(({ name }) => name === wanted)?.name ?? "set-up";
    return html`<div class="stack">
      ${endpoint.warnings.map((text) => note("warn", foreign(text)))} ${factsOf(endpoint)}
      <cs-tabs label="Of this endpoint" .tabs=${known} active=${active}
        >${this.#panel(active, endpoint)}</cs-tabs
      >
    </div>`;
  }

  #panel(active: TabName, endpoint: Endpoint): TemplateResult {
    const { app } = this;
    const { id } = endpoint;
    switch (active) {
      case "set-up":
        return this.#setUp(endpoint);
      case "end-entities":
        return html`<cs-end-entity-list .app=${app} endpoint=${id}></cs-end-entity-list>`;
      case "events":
        return eventsPanel(app, id, this.place.query.get("failed") === "true");
      case "certificates":
        return certificatesPanel(app, id);
      case "digital-ids":
        return html`<cs-endpoint-templates
          .app=${app}
          .ids=${endpoint.templateIds}
        ></cs-endpoint-templates>`;
      case "credentials":
        return credentialsPanel(app, endpoint);
    }
  }

  #setUp(endpoint: Endpoint): TemplateResult {
    const { url } = endpoint;
    return html`<div class="stack">
      <div class="halves">
        <section class="card stack tight">
          <h2>Address</h2>
          ${
            url === undefined
              ? html`<p class="quiet">The installation has no SCEP address yet.</p>`
              : html`<dl class="facts">
                    ${scepPlaces(url, endpoint.id, this.#about.value?.publicUrl).map(
                      ({ who, address, lacks }) =>
                        html`<dt>${who}</dt>
                          <dd>
                            ${address === undefined ? html`<span class="quiet">${lacks}</span>` : copyable(address, `the address for ${who}`)}
                          </dd>`,
                    )}
                  </dl>
                  <p class="small">
                    <a href="${url}?operation=GetCACaps" target="_blank" rel="noopener"
                      >Ask it for its capabilities (GetCACaps)</a
                    >, as a device does first.
                  </p>`
          }
        </section>
        <section class="card">
          <h2>Rules</h2>
          <dl class="facts">
            <dt>Templates</dt>
            <dd>
              ${endpoint.templateIds.map((id, index) => html`${index === 0 ? nothing : ", "}<a href=${link(["templates", id])}>${id}</a>`)}
            </dd>
            <dt>Challenge</dt>
            <dd>
              ${challengesOf(endpoint)}${endpoint.policies.some(({ secretSet }) => secretSet === true) ? html` <span class="quiet">(password set)</span>` : nothing}
            </dd>
            <dt>RA certificate</dt>
            <dd>
              ${raOf(endpoint)}${endpoint.ra?.fingerprintSha256 === undefined ? nothing : html`<div>${copyable(endpoint.ra.fingerprintSha256, "the RA's fingerprint")}</div>`}
            </dd>
            <dt>GetCACert</dt>
            <dd>RA, CA, intermediates${endpoint.includeRoot ? ", root" : ""}</dd>
            <dt>Old algorithms</dt>
            <dd>${endpoint.legacy ? "allowed (3DES, SHA-1)" : "refused"}</dd>
          </dl>
        </section>
      </div>
      ${
        this.app.may("challenges:mint")
          ? html`<cs-endpoint-test
              .app=${this.app}
              .endpoint=${endpoint}
              ?now=${this.place.query.get("test") === "now"}
            ></cs-endpoint-test>`
          : nothing
      }
      <cs-commands .lines=${this.#commands(endpoint)}></cs-commands>
    </div>`;
  }

  #commands({ id, enabled }: Endpoint): readonly CommandLine[] {
    const line = (what: string, verb: string): CommandLine => ({
      what,
      words: ["endpoint", verb, id],
    });
    return [
      line("Show it", "show"),
      ...(this.app.may("configuration:manage")
        ? [
            enabled ? line("Switch it off", "disable") : line("Switch it on", "enable"),
            line("Delete it", "delete"),
          ]
        : []),
    ];
  }

  async #switch(endpoint: Endpoint): Promise<void> {
    const enabled = !endpoint.enabled;
    if (!enabled) {
      const yes = await this.app.ask({
        title: "Switch this endpoint off?",
        text: "Devices that ask here are refused until it is switched on again; certificates that were issued stay good.",
        yes: "Switch off",
        dangerous: true,
      });
      if (!yes) return;
    }
    const changed = await this.attempt(
      () =>
        this.app.call("patchEndpointsId", {
          id: endpoint.id,
          body: { enabled },
          version: endpoint.version,
        }),
      enabled ? "The endpoint answers." : "The endpoint is off.",
    );
    if (changed !== undefined) this.#endpoint.set(changed);
  }

  async #delete(endpoint: Endpoint): Promise<void> {
    const yes = await this.app.ask({
      title: "Delete this endpoint?",
      text: "Its address answers 404 from then on, and devices that renew there cannot. What was issued stays good.",
      yes: "Delete",
      dangerous: true,
      typed: endpoint.id,
    });
    if (!yes) return;
    const done = await this.attempt(async () => {
      await this.app.call("deleteEndpointsId", { id: endpoint.id, version: endpoint.version });
      return true;
    }, "The endpoint is gone.");
    if (done === true) this.app.go(link(["endpoints"]));
  }
}
define("cs-endpoint", EndpointView);
