import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Authority, Endpoint, Template } from "../api/calls.ts";
import { link } from "../app/route.ts";
import { copyable } from "../ui/copy.ts";
import { define } from "../ui/define.ts";
import { base64Of } from "../ui/file-field.ts";
import { count, foreign, onDay, plural, when } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { Loaded } from "../ui/loaded.ts";
import { problemNote } from "../ui/problem-note.ts";
import { saveFile } from "../ui/save-file.ts";
import { authorityState, endpointState } from "../ui/state.ts";
import { note } from "../ui/status.ts";
import { View } from "../ui/view.ts";
import "./ca-profiles.ts";
import { kindName } from "./ca-kinds.ts";

interface Facts {
  readonly authority: Authority;
  readonly chain: readonly Authority[];
  readonly endpoints: readonly Endpoint[];
  readonly templates: readonly Template[];
}

/** One CA server: what it is, what to copy into other consoles, what to download. */
export class CaServer extends View {
  @state() private refused: unknown;

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
      endpoints: endpoints.items.filter(({ authorityId }) => authorityId === this.#id),
      templates: templates.items.filter(({ authorityId }) => authorityId === this.#id),
    };
  });

  get #id(): string {
    return this.place.rest[0] ?? "";
  }

  protected override arrive(): void {
    this.refused = undefined;
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const authority = this.#facts.value?.authority;
    const back = { href: link(["ca-servers"]), text: "CA servers" };
    const edit =
      authority !== undefined && this.app.may("authorities:manage")
        ? html`<wa-button appearance="outlined" href=${link(["ca-servers", authority.id, "edit"])}
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
    const { authority, endpoints, templates } = facts;
    return html`<div class="stack">
      ${authority.warnings.map((text) => note("warn", foreign(text)))}
      ${authority.status === "pending" ? this.#pending(authority) : nothing}
      <div class="halves">
        ${this.#certificate(facts)} ${this.#sheet(facts)}
        <section class="card stack tight">
          <h2>Addresses</h2>
          <dl class="facts">
            <dt>CRL</dt>
            <dd>
              ${authority.urls.crl === undefined ? html`<span class="quiet">${authority.crlEnabled ? "not yet" : "none: switched off"}</span>` : copyable(authority.urls.crl, "the CRL address")}
            </dd>
            <dt>OCSP</dt>
            <dd>
              ${authority.urls.ocsp === undefined ? html`<span class="quiet">off</span>` : copyable(authority.urls.ocsp, "the OCSP address")}
            </dd>
            <dt>CA certificate</dt>
            <dd>${copyable(authority.urls.caIssuers, "the address of the CA certificate")}</dd>
          </dl>
        </section>
        ${authority.kind === "issuing" ? html`<cs-ca-profiles .app=${this.app} .authority=${authority} @saved=${() => void this.#facts.reload()}></cs-ca-profiles>` : nothing}
        <section class="card stack tight">
          <h2>In use by</h2>
          ${endpoints.length + templates.length === 0 ? html`<p class="quiet">Nothing yet. Add a template, then an endpoint.</p>` : nothing}
          <ul>
            ${endpoints.map((endpoint) => html`<li>endpoint <a href=${link(["endpoints", endpoint.id])}>${foreign(endpoint.name)}</a> ${endpointState(endpoint)}</li>`)}
            ${templates.map((template) => html`<li>template <a href=${link(["templates", template.id])}>${foreign(template.name)}</a></li>`)}
          </ul>
        </section>
      </div>
    </div>`;
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

  /** The fingerprints in the spellings that other consoles want. */
  #sheet({ authority, chain }: Facts): TemplateResult {
    const root = chain.at(-1) ?? authority;
    return html`<section class="card stack tight">
      <h2>Fingerprints to copy</h2>
      <dl class="facts">
        ${[...(root.id === authority.id ? [] : [authority]), root].map((one) =>
          one.fingerprintSha256 === undefined
            ? nothing
            : html`
                <dt>${one === root ? "Root" : "This CA"}, SHA-256</dt>
                <dd>${copyable(one.fingerprintSha256, "the SHA-256 fingerprint")}</dd>
                <dt>${one === root ? "Root" : "This CA"}, SHA-1</dt>
                <dd>${copyable(one.fingerprintSha1 ?? "", "the SHA-1 fingerprint")}</dd>
              `,
        )}
      </dl>
      <p class="small quiet">
        Jamf wants the root's SHA-256; Windows CAThumbprint and Apple CAFingerprint are the root's
        SHA-1. Check a file with:
      </p>
      <code class="code">${`openssl x509 -fingerprint -sha256 -noout -in ${root.id}.pem`}</code>
      <p class="small quiet">or, on Windows:</p>
      <code class="code">${`certutil -hashfile ${root.id}.cer SHA256`}</code>
    </section>`;
  }

  #pending(authority: Authority): TemplateResult {
    return html`<section class="card stack">
      ${note("info", html`This CA has a key and a request. Have the request signed by the outside root, then bring the certificate here.`)}
      ${this.refused === undefined ? nothing : problemNote(this.refused)}
      ${
        this.app.may("authorities:manage")
          ? html`<div class="row">
              <wa-button
                appearance="outlined"
                @click=${() => this.#download("getAuthoritiesIdCsr", undefined, `${authority.id}.csr`)}
                >${icon("download")} Download certificate request</wa-button
              >
              <div class="field">
                <label for="certificate">Its certificate, PEM or DER</label>
                <input
                  id="certificate"
                  type="file"
                  accept=".pem,.cer,.crt,.der"
                  @change=${(event: Event) => void this.#certify(event)}
                />
              </div>
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
    const { authorities, endpoints, templates, certificates, more, liveDeployments, warning } =
      impact;
    const yes = await this.app.ask({
      title: "Delete this CA server?",
      text: `${warning} It takes with it ${plural(authorities.length, "CA")}, ${plural(endpoints.length, "endpoint")}, ${plural(templates.length, "template")}; ${count(certificates)}${more ? " or more" : ""} certificates become unusable${liveDeployments > 0 ? `, and ${plural(liveDeployments, "device")} lose what they use now` : ""}. The identifier is blocked for 24 hours.`,
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

  async #certify(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file === undefined) return;
    this.refused = undefined;
    try {
      const certificate = base64Of(new Uint8Array(await file.arrayBuffer()));
      await this.app.call("postAuthoritiesIdCertificate", { id: this.#id, body: { certificate } });
      this.app.say("The certificate fits; the CA can issue now.", "good");
      await this.#facts.reload();
    } catch (failure) {
      this.refused = failure;
      input.value = "";
    }
  }

  async #download(
    name: "getAuthoritiesIdCertificate" | "getAuthoritiesIdChain" | "getAuthoritiesIdCsr",
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

/** From this one up to the root. */
const chainOf = (authority: Authority, all: readonly Authority[]): readonly Authority[] => {
  const chain = [authority];
  for (
    let at = authority;
    at.parentId !== undefined && at.parentId !== at.id && chain.length < 10;
  ) {
    const parent = all.find(({ id }) => id === at.parentId);
    if (parent === undefined) break;
    chain.push(parent);
    at = parent;
  }
  return chain;
};
