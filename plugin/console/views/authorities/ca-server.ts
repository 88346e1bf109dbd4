import { html, nothing, type TemplateResult } from "lit";
import type { Authority, Endpoint, Template } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { copyable } from "../../ui/copy.ts";
import { define } from "../../ui/define.ts";
import { foreign, onDay, plural, when } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { saveFile } from "../../ui/save-file.ts";
import { authorityState, endpointState } from "../../ui/state.ts";
import { note } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { caCommands } from "./ca-commands.ts";
import { chainOf, fingerprints } from "./ca-fingerprints.ts";
import { kindName } from "./ca-kinds.ts";
import { detailFacts } from "../certificates/detail-facts.ts";
import { outsideName } from "./outside-kinds.ts";
import "./ca-cap.ts";
import "./ca-renewal-rules.ts";
import "./ca-keys.ts";
import "./ca-profiles.ts";
import "./ca-published.ts";
import "./ca-ras.ts";
import "./ca-request.ts";

interface Facts {
  readonly authority: Authority;
  readonly chain: readonly Authority[];
  /** CAs that it certified. */
  readonly below: readonly Authority[];
  readonly endpoints: readonly Endpoint[];
  readonly templates: readonly Template[];
}

/** One CA server: what it is, what to copy into other consoles, what to download. */
export class CaServer extends View {
  readonly #facts = new Loaded<Facts>(this, async () => {
    const [all, endpoints, templates] = await Promise.all([
      this.app.call("getAuthorities"),
      this.app.call("getEndpoints"),
      this.app.call("getTemplates"),
    ]);
    const authority = await this.app.call("getAuthoritiesId", { id: this.#id });
    return {
      authority,
      chain: chainOf(authority, all.items),
      below: all.items.filter(({ id, parentId }) => parentId === this.#id && id !== parentId),
      endpoints: endpoints.items.filter(({ authorityId }) => authorityId === this.#id),
      templates: templates.items.filter(({ authorityId }) => authorityId === this.#id),
    };
  });

  get #id(): string {
    return this.place.rest[0] ?? "";
  }

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const authority = this.#facts.value?.authority;
    const back = { href: link(["ca-servers"]), text: "CA servers" };
    const edit =
      authority !== undefined && this.app.may("authorities:manage")
        ? html`${
              isParent(authority)
                ? html`<wa-button
                    appearance="outlined"
                    href=${link(["ca-servers", "new"], { as: "entrust", parent: authority.id })}
                    >${icon("plus")} Add a CA below</wa-button
                  >`
                : nothing
            }
            <wa-button
              appearance="outlined"
              href=${link(authority.kind === "outside" ? ["ca-servers", "outside", authority.id] : ["ca-servers", authority.id, "edit"])}
              >${icon("edit")} Edit</wa-button
            >
            <wa-button
              appearance="outlined"
              variant="danger"
              @click=${() => void this.#delete(authority)}
              >${icon("bin")} Delete</wa-button
            >`
        : "";
    return html`${this.head(foreign(authority?.name ?? this.#id), authority === undefined ? "" : html`${kindName(authority.kind)} CA, ${authorityState(authority)}`, edit, back)}
    ${this.#facts.show((facts) => this.#page(facts))}`;
  }

  #page(facts: Facts): TemplateResult {
    const { authority, below, endpoints, templates } = facts;
    return html`<div class="stack">
      ${authority.warnings.map((text) => note("warn", foreign(text)))}
      ${
        authority.status === "pending" || authority.renewing
          ? html`<cs-ca-request
              .app=${this.app}
              .authority=${authority}
              @certified=${() => void this.#facts.reload()}
            ></cs-ca-request>`
          : nothing
      }
      <div class="halves">
        ${this.#certificate(facts)} ${fingerprints(facts.authority, facts.chain)}
        ${this.#addresses(authority)}
        ${authority.kind === "outside" || authority.status === "pending" ? nothing : html`<cs-ca-published .app=${this.app} .authority=${authority}></cs-ca-published>`}
        ${
          authority.kind === "outside" || authority.kind === "external"
            ? nothing
            : html`<cs-ca-keys
                .app=${this.app}
                .authority=${authority}
                @changed=${() => void this.#facts.reload()}
              ></cs-ca-keys>`
        }
        ${authority.kind === "issuing" ? html`<cs-ca-cap .app=${this.app} .authority=${authority}></cs-ca-cap>` : nothing}
        ${(authority.kind === "issuing" || authority.kind === "outside") && this.app.may("configuration:read") ? html`<cs-ca-renewal-rules .app=${this.app} .authority=${authority}></cs-ca-renewal-rules>` : nothing}
        ${
          authority.kind === "issuing"
            ? html`<cs-ca-ras
                .app=${this.app}
                .authority=${authority}
                .endpoints=${endpoints}
                @changed=${() => void this.#facts.reload()}
              ></cs-ca-ras>`
            : nothing
        }
        ${authority.kind === "issuing" && this.app.may("certificate-profiles:manage") ? html`<cs-ca-profiles .app=${this.app} .authority=${authority} @saved=${() => void this.#facts.reload()}></cs-ca-profiles>` : nothing}
        <section class="card stack tight">
          <h2>In use by</h2>
          ${endpoints.length + templates.length + below.length === 0 ? html`<p class="quiet">Nothing yet. ${isParent(authority) ? "Add a CA below it." : "Add a template, then an endpoint."}</p>` : nothing}
          <ul>
            ${below.map((one) => html`<li>CA server <a href=${link(["ca-servers", one.id])}>${foreign(one.name)}</a> ${authorityState(one)}</li>`)}
            ${endpoints.map((endpoint) => html`<li>endpoint <a href=${link(["endpoints", endpoint.id])}>${foreign(endpoint.name)}</a> ${endpointState(endpoint)}</li>`)}
            ${templates.map((template) => html`<li>template <a href=${link(["templates", template.id])}>${foreign(template.name)}</a></li>`)}
          </ul>
        </section>
      </div>
      ${
        authority.details === undefined
          ? nothing
          : html`<section class="card stack tight">
              <h2>All that its certificate says</h2>
              ${detailFacts(authority.details)}
            </section>`
      }
      <cs-commands .lines=${caCommands(this.app, authority)}></cs-commands>
    </div>`;
  }

  #addresses(authority: Authority): TemplateResult {
    const { outside, urls } = authority;
    if (outside !== undefined)
      return html`<section class="card stack tight">
        <h2>Where devices call it</h2>
        <dl class="facts">
          <dt>Kind</dt>
          <dd>${outsideName(outside.serverType)}</dd>
          <dt>SCEP URL</dt>
          <dd>${copyable(outside.url, "the SCEP URL")}</dd>
          <dt>Enrolment code</dt>
          <dd>${outside.codeSet ? "set; profiles carry it" : "none"}</dd>
        </dl>
      </section>`;
    return html`<section class="card stack tight">
      <h2>Addresses</h2>
      <dl class="facts">
        <dt>CRL</dt>
        <dd>
          ${urls.crl === undefined ? html`<span class="quiet">${authority.crlEnabled ? "not yet" : "none: switched off"}</span>` : copyable(urls.crl, "the CRL address")}
        </dd>
        <dt>OCSP</dt>
        <dd>${this.#ocsp(authority)}</dd>
        ${(authority.scepUrls ?? []).map(
          (url) =>
            html`<dt>SCEP</dt>
              <dd>${copyable(url, "the SCEP address")}</dd>`,
        )}
        <dt>CA certificate</dt>
        <dd>${copyable(urls.caIssuers, "the address of the CA certificate")}</dd>
      </dl>
    </section>`;
  }

  /** On for good: certificates that name the responder are with devices. */
  #ocsp(authority: Authority): TemplateResult {
    const { ocsp } = authority.urls;
    if (ocsp !== undefined)
      return html`${copyable(ocsp, "the OCSP address")}
        <div class="small quiet">On; it cannot be switched off, since certificates name it.</div>`;
    return html`<span class="quiet">off</span> ${
        this.app.may("authorities:manage") &&
        authority.keyStore !== undefined &&
        authority.status === "active"
          ? html`<wa-button
              size="s"
              appearance="outlined"
              @click=${() => void this.#ocspOn(authority)}
              >Switch OCSP on</wa-button
            >`
          : nothing
      }`;
  }

  #certificate({ authority }: Facts): TemplateResult {
    const issued = authority.status !== "pending";
    return html`<section class="card stack tight">
      <h2>Certificate</h2>
      <dl class="facts">
        <dt>Subject</dt>
        <dd>${foreign(authority.subject)}</dd>
        <dt>Identifier</dt>
        <dd>${copyable(authority.id, "the identifier")}</dd>
        ${
          authority.parentId === undefined
            ? nothing
            : html`<dt>Issued by</dt>
                <dd>
                  <a href=${link(["ca-servers", authority.parentId])}>${authority.parentId}</a>
                </dd>`
        }
        <dt>Valid</dt>
        <dd>
          ${onDay(authority.notBefore)} to ${onDay(authority.notAfter)}, ${when(authority.notAfter)}
        </dd>
        <dt>Key</dt>
        <dd>
          <span class="mono">${authority.keyAlgorithm}</span
          >${authority.keyStore === undefined ? nothing : html` in ${authority.keyStore}`}
        </dd>
        ${
          authority.serial === undefined
            ? nothing
            : html`<dt>Serial</dt>
                <dd>${copyable(authority.serial, "the serial")}</dd>`
        }
        <dt>Subject key id</dt>
        <dd>${copyable(authority.subjectKeyId, "the subject key id")}</dd>
      </dl>
      ${
        issued && this.app.may("ca-certificates:download")
          ? html`<div class="row">
              <wa-button
                appearance="outlined"
                size="s"
                @click=${() => this.#download("getAuthoritiesIdCertificate", "pem", `${authority.id}.pem`)}
                >${icon("download")} PEM</wa-button
              >
              <wa-button
                appearance="outlined"
                size="s"
                @click=${() => this.#download("getAuthoritiesIdCertificate", "der", `${authority.id}.cer`)}
                >${icon("download")} DER</wa-button
              >
              <wa-button
                appearance="outlined"
                size="s"
                @click=${() => this.#download("getAuthoritiesIdChain", undefined, `${authority.id}-chain.pem`)}
                >${icon("download")} Chain</wa-button
              >
            </div>`
          : nothing
      }
    </section>`;
  }

  /** Says first what goes with it, in numbers. */
  async #delete(authority: Authority): Promise<void> {
    const { id } = authority;
    const impact = await this.attempt(() => this.app.call("getAuthoritiesIdRemoval", { id }));
    if (impact === undefined) return;
    const { templates, liveDeployments, warning } = impact;
    const also = [
      ...(templates.length > 0
        ? [`${plural(templates.length, "template")} can issue no more`]
        : []),
      ...(liveDeployments > 0
        ? [`${plural(liveDeployments, "device loses", "devices lose")} what is in use now`]
        : []),
    ];
    const yes = await this.app.ask({
      title: "Delete this CA server?",
      text: `${warning}${also.length === 0 ? "" : ` Besides, ${also.join(", and ")}.`}`,
      yes: "Delete",
      dangerous: true,
      typed: id,
    });
    if (!yes) return;
    const done = await this.attempt(
      () =>
        this.app.call("deleteAuthoritiesId", {
          id,
          query: { confirm: id, ...(liveDeployments > 0 ? { force: "true" as const } : {}) },
          version: authority.version,
        }),
      "The CA server is deleted; its last CRL stays.",
    );
    if (done !== undefined) this.app.go(link(["ca-servers"]));
  }

  async #ocspOn({ id, version }: Authority): Promise<void> {
    const yes = await this.app.ask({
      title: "Switch OCSP on?",
      text: "Certificates that it issues from now on name the responder, so it can never be switched off again: relying parties would refuse them.",
      yes: "Switch it on",
      dangerous: true,
    });
    if (!yes) return;
    await this.attempt(
      () => this.app.call("patchAuthoritiesId", { id, body: { ocspEnabled: true }, version }),
      "OCSP is on.",
    );
    await this.#facts.reload();
  }

  async #download(
    name: "getAuthoritiesIdCertificate" | "getAuthoritiesIdChain",
    format: "pem" | "der" | undefined,
    fileName: string,
  ): Promise<void> {
    const id = this.#id;
    await this.attempt(async () => {
      const blob =
        name === "getAuthoritiesIdCertificate"
          ? await this.app.call(name, { id, query: { format } })
          : await this.app.call(name, { id });
      saveFile(blob, fileName);
    });
  }
}
define("cs-ca-server", CaServer);

/** Whether it certifies other CAs now (A-02). */
const isParent = ({ kind, status }: Authority): boolean =>
  status === "active" && (kind === "root" || kind === "intermediate" || kind === "external");
