import { html, nothing, type TemplateResult } from "lit";
import type { About, Alert, OutboxLetter } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import { copyable } from "../../ui/copy.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, words } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note, status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";

const HOUR = 3600;

interface Watch {
  readonly alerts: readonly Alert[];
  /** What was given up; the first of it. */
  readonly dead: readonly OutboxLetter[];
  /** There is more of it. */
  readonly more: boolean;
}

/** What the installation was started with, how the page looks, and who is here. */
export class SettingsView extends View {
  readonly #about = new Loaded<About>(this, () => this.app.call("getAbout"));

  readonly #watch = new Loaded<Watch>(this, async () => {
    const [alerts, dead] = await Promise.all([
      this.app.call("getAlerts"),
      this.app.call("getOutbox", { query: { state: "dead", limit: 100 } }),
    ]);
    return { alerts: alerts.items, dead: dead.items, more: dead.cursor !== undefined };
  });

  protected override arrive(): void {
    if (!this.app.may("configuration:read")) return;
    void this.#about.reload();
    void this.#watch.reload();
  }

  override render(): TemplateResult {
    const { principal, base } = this.app;
    return html`${this.head("Settings", "Settings of the installation are made where it is started; here they are shown.")}
      <div class="halves">
        ${
          this.app.may("configuration:read")
            ? html`<section class="card">
                  <h2>Installation</h2>
                  ${this.#about.show((about) => installation(about))}
                </section>
                <section class="card">
                  <h2>Watched</h2>
                  ${this.#watch.show(watched)}
                </section>`
            : nothing
        }
        <section class="card">
          <h2>You</h2>
          <dl class="facts">
            <dt>Name</dt>
            <dd>${foreign(principal.id)}</dd>
            <dt>Tenant</dt>
            <dd>${foreign(principal.tenant)}</dd>
            <dt>Roles</dt>
            <dd>${(principal.roles ?? []).map(words).join(", ")}</dd>
            <dt>Rights</dt>
            <dd class="small">${principal.rights.join(", ")}</dd>
          </dl>
        </section>
        <section class="card">
          <h2>For programs</h2>
          <dl class="facts">
            <dt>Admin API</dt>
            <dd>${copyable(new URL("api/v1", base).href, "the address of the API")}</dd>
            <dt>OpenAPI 3.1</dt>
            <dd>
              <a href=${link(["reference"])}>Reference</a>,
              <a href=${new URL("api/openapi.json", base).href} target="_blank" rel="noopener"
                >openapi.json</a
              >
            </dd>
            <dt>Health</dt>
            <dd>
              <a href=${new URL("readyz", base).href} target="_blank" rel="noopener">readyz</a>
            </dd>
          </dl>
        </section>
      </div>`;
  }
}
define("cs-settings", SettingsView);

const installation = (about: About): TemplateResult =>
  html`<div class="stack tight">
    ${about.publicUrl === undefined ? note("warn", "No public address is set: CA certificates could not say where their CRL is. Set publicUrl before the first CA.") : nothing}
    <dl class="facts">
      <dt>Organization</dt>
      <dd>${foreign(about.organization)}</dd>
      <dt>Public address</dt>
      <dd>
        ${about.publicUrl === undefined ? html`<span class="quiet">not set</span>` : copyable(about.publicUrl, "the public address")}
      </dd>
      <dt>SCEP address</dt>
      <dd>
        ${about.scepUrl === undefined ? html`<span class="quiet">not set</span>` : copyable(about.scepUrl, "the SCEP address")}
      </dd>
      <dt>Key stores</dt>
      <dd>
        ${about.keyStores.map((name, index) => html`${index === 0 ? nothing : ", "}<span class="mono">${name}</span>${index === 0 ? " (new keys)" : ""}`)}
      </dd>
      <dt>MDM servers</dt>
      <dd>
        ${about.hosts.length === 0 ? html`<span class="quiet">none</span>` : about.hosts.join(", ")}
      </dd>
      <dt>CRL</dt>
      <dd>
        every ${plural(about.crlIntervalSeconds / HOUR, "hour")}, valid for
        ${plural(about.crlLifetimeSeconds / HOUR, "hour")}
      </dd>
      <dt>RA keys</dt>
      <dd>replaced ${plural(about.rotation.raDaysBefore, "day")} before their end</dd>
    </dl>
  </div>`;

const watched = ({ alerts, dead, more }: Watch): TemplateResult =>
  html`<dl class="facts">
    <dt><a href=${link(["settings", "alerts"])}>Alerts</a></dt>
    <dd>
      ${alerts.length === 0 ? status("good", "None stands") : status("warn", `${plural(alerts.length, "alert")} ${alerts.length === 1 ? "stands" : "stand"}`)}
      <div class="small quiet">What is watched, at which value, and who is told.</div>
    </dd>
    <dt><a href=${link(["settings", "outbox"])}>Outbox</a></dt>
    <dd>
      ${dead.length === 0 ? status("good", "Nothing was given up") : status("bad", `${more ? "More than " : ""}${plural(dead.length, "entry", "entries")} given up`)}
      <div class="small quiet">What MDM servers and others are still to be told.</div>
    </dd>
  </dl>`;
