import { html, nothing, type TemplateResult } from "lit";
import type { Endpoint } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import { copyable } from "../../ui/copy.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { daysUntil, foreign, plural, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { endpointState } from "../../ui/state.ts";
import { note } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import "./endpoint-activity.ts";
import "./mdm-servers.ts";

/** The objects behind SCEP addresses, one card each. */
export class Endpoints extends View {
  readonly #endpoints = new Loaded<readonly Endpoint[]>(
    this,
    async () => (await this.app.call("getEndpoints")).items,
  );

  protected override arrive(): void {
    void this.#endpoints.reload();
  }

  override render(): TemplateResult {
    const all = this.#endpoints.value;
    const off = all?.filter(({ enabled }) => !enabled).length ?? 0;
    const sentence =
      all === undefined
        ? ""
        : all.length === 0
          ? "There is none yet."
          : `${plural(all.length - off, "address", "addresses")} that devices can ask at${off > 0 ? `, ${off} switched off` : ""}.`;
    const add = this.app.may("configuration:manage")
      ? html`<wa-button variant="brand" href=${link(["endpoints", "new"])}
          >${icon("plus")} Add endpoint</wa-button
        >`
      : "";
    const tab = this.place.query.get("tab") ?? "endpoints";
    const chip = (name: string, text: string): TemplateResult =>
      html`<a
        class="chip"
        href=${link(["endpoints"], { tab: name === "endpoints" ? undefined : name })}
        aria-current=${tab === name ? "true" : nothing}
        >${text}</a
      >`;
    return html`${this.head("Endpoints", sentence, add)}
      <nav class="bar" aria-label="Endpoints">
        ${chip("endpoints", "Endpoints")} ${chip("activity", "Recent activity")}
        ${chip("mdm-servers", "MDM servers")}
      </nav>
      ${this.#list(tab)}`;
  }

  #list(tab: string): TemplateResult {
    if (tab === "activity")
      return html`<cs-endpoint-activity .app=${this.app}></cs-endpoint-activity>`;
    if (tab === "mdm-servers") return html`<cs-mdm-servers .app=${this.app}></cs-mdm-servers>`;
    return this.#cards();
  }

  #cards(): TemplateResult {
    return html`${this.#endpoints.show(
      (items) =>
        html`<div class="cards">${items.map((endpoint) => card(endpoint))}</div>
          ${items.length === 0 ? html`<p class="empty card">An endpoint is the SCEP address that goes into a console or a device.</p>` : nothing}`,
    )}`;
  }
}
define("cs-endpoints", Endpoints);

const CLIENT_CERTIFICATES: Readonly<Record<Endpoint["clientCertificates"], string>> = {
  "no-tls": "none: the address is plain HTTP",
  never: "not asked for",
  optional: "taken when offered",
  required: "asked for: devices without one are turned away before SCEP",
  unknown: "not known here: asked where TLS ends, in front of this server",
};

const card = (endpoint: Endpoint): TemplateResult =>
  html`<section class="card stack tight">
    <div class="row spread">
      <h2><a href=${link(["endpoints", endpoint.id])}>${foreign(endpoint.name)}</a></h2>
      ${endpointState(endpoint)}
    </div>
    <div>
      ${endpoint.url === undefined ? html`<span class="quiet">no address: set the SCEP address of the installation</span>` : copyable(endpoint.url, "the SCEP address")}
    </div>
    <dl class="facts">
      <dt>CA server</dt>
      <dd><a href=${link(["ca-servers", endpoint.authorityId])}>${endpoint.authorityId}</a></dd>
      <dt>Templates</dt>
      <dd>
        ${endpoint.templateIds.map((id, index) => html`${index === 0 ? nothing : ", "}<a href=${link(["templates", id])}>${id}</a>`)}
      </dd>
      <dt>Challenge</dt>
      <dd>${challengesOf(endpoint)}</dd>
      <dt>Client</dt>
      <dd>${words(endpoint.clientProfile)}</dd>
      <dt>RA certificate</dt>
      <dd>
        ${endpoint.ra === undefined ? nothing : foreign(endpoint.ra.subject)} ${raOf(endpoint)}
      </dd>
      <dt>Static password</dt>
      <dd>${endpoint.policies.some(({ secretSet }) => secretSet === true) ? "set" : "not set"}</dd>
      <dt>Client certificates (mTLS)</dt>
      <dd>${CLIENT_CERTIFICATES[endpoint.clientCertificates]}</dd>
    </dl>
    ${endpoint.warnings.map((text) => note("warn", foreign(text)))}
  </section>`;

/** How a device proves itself here. */
export const challengesOf = ({ policies, approval }: Endpoint): TemplateResult =>
  html`${policies.length === 0 ? html`<span class="warn">none yet</span>` : policies.map(({ kind }) => (kind === "static" ? "one for all" : "one-time")).join(", ")}${approval === "manual" ? ", and somebody approves" : nothing}`;

/** The RA certificate's end; it is what devices meet first. */
export const raOf = ({ ra }: Endpoint): TemplateResult => {
  if (ra === undefined) return html`<span class="quiet">none</span>`;
  if (ra.notAfter === undefined) return html`<span class="warn">waits for its certificate</span>`;
  const left = daysUntil(ra.notAfter);
  return html`${expiryBadge(ra.notAfter, left < 0 ? "Expired" : plural(left, "day"))}
    <span class="quiet">ends ${when(ra.notAfter)}</span>`;
};
