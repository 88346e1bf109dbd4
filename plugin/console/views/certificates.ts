import { html, nothing, type TemplateResult } from "lit";
import type { Calls, Certificate } from "../api/calls.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { foreign, onDay, short, when } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { Paged } from "../ui/paged.ts";
import { saveFile } from "../ui/save-file.ts";
import { certificateState } from "../ui/state.ts";
import { View } from "../ui/view.ts";
import { csvOf } from "./certificates-csv.ts";

type Query = NonNullable<Calls["getCertificates"]["request"]["query"]>;

const DAY = 86_400_000;
const EXPORT_PAGE = 500;
const MOST_EXPORTED = 100_000;

/** All certificates, with filters that read like a sentence; each filter is part of the address. */
export class Certificates extends View {
  readonly #list = new Paged<Certificate>(
    this,
    (cursor) => this.app.call("getCertificates", { query: { ...this.#query(), cursor } }),
    (failure) => this.app.fail(failure),
  );

  protected override arrive(): void {
    void this.#list.reload();
  }

  #query(): Query {
    const given = this.place.query;
    const named = (name: string): string | undefined => given.get(name) ?? undefined;
    return {
      status: named("status") as Query["status"],
      role: (named("role") ?? "subscriber") as Query["role"],
      authority: named("authority"),
      template: named("template"),
      device: named("device"),
      serial: named("serial"),
      expiresAfter: named("expiresAfter"),
      expiresBefore: named("expiresBefore"),
    };
  }

  override render(): TemplateResult {
    const exports = html`<wa-button appearance="outlined" @click=${() => void this.#export("csv")}
        >${icon("download")} CSV</wa-button
      >
      <wa-button appearance="outlined" @click=${() => void this.#export("json")}
        >${icon("download")} JSON</wa-button
      >`;
    return html`${this.head("Certificates", this.#sentence(), exports)} ${this.#filters()}
    ${this.#list.show((items) => this.#table(items))}`;
  }

  #sentence(): TemplateResult | string {
    const { query } = this.place;
    const parts = [
      ["status", "status"],
      ["serial", "serial"],
      ["template", "template"],
      ["authority", "CA server"],
      ["device", "device"],
      ["role", "for"],
    ].flatMap(([name, word]) =>
      query.has(name ?? "") ? [`${word} ${query.get(name ?? "")}`] : [],
    );
    const after = query.get("expiresAfter");
    const before = query.get("expiresBefore");
    const ends =
      before === null
        ? ""
        : html`ending ${after === null ? nothing : html`from ${onDay(after)} `}to ${onDay(before)}`;
    if (parts.length === 0 && ends === "")
      return "Everything that was issued to devices, newest first.";
    return html`${foreign(parts.join(" · "))}${parts.length > 0 && ends !== "" ? " · " : nothing}${ends}
      <a href=${link(["certificates"])}>Show all</a>`;
  }

  #filters(): TemplateResult {
    const now = Date.now();
    const iso = (days: number): string => new Date(now + days * DAY).toISOString();
    const { query } = this.place;
    const chip = (
      text: string,
      wanted: Readonly<Record<string, string>>,
      here: boolean,
    ): TemplateResult =>
      html`<a
        class="chip"
        href=${link(["certificates"], wanted)}
        aria-current=${here ? "true" : nothing}
        >${text}</a
      >`;
    const ends = query.has("expiresBefore");
    return html`<div class="bar">
      ${chip("All", {}, query.size === 0)}
      ${chip("In use", { status: "issued", expiresAfter: iso(0) }, query.get("status") === "issued" && !ends)}
      ${chip("Ends in 7 days", { status: "issued", expiresAfter: iso(0), expiresBefore: iso(7) }, false)}
      ${chip("Ends in 30 days", { status: "issued", expiresAfter: iso(0), expiresBefore: iso(30) }, false)}
      ${chip("Expired", { status: "issued", expiresBefore: iso(0) }, query.get("status") === "issued" && ends && !query.has("expiresAfter"))}
      ${chip("Revoked", { status: "revoked" }, query.get("status") === "revoked")}
      <form class="row" role="search" @submit=${this.#bySerial}>
        <label for="serial" class="hidden">Serial number</label>
        <span
          ><input
            id="serial"
            placeholder="Serial, in any spelling"
            .value=${query.get("serial") ?? ""}
            spellcheck="false"
            autocomplete="off"
        /></span>
        <wa-button type="submit" appearance="outlined" size="s">Find</wa-button>
      </form>
    </div>`;
  }

  readonly #bySerial = (event: Event): void => {
    event.preventDefault();
    const text = this.renderRoot.querySelector<HTMLInputElement>("#serial")?.value.trim() ?? "";
    this.app.go(link(["certificates"], text === "" ? {} : { serial: text }));
  };

  #table(items: readonly Certificate[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Subject</th>
            <th>Serial</th>
            <th>Status</th>
            <th>Ends</th>
            <th>Template</th>
            <th>CA server</th>
            <th>Device</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (certificate) =>
              html`<tr>
                <td data-label="Subject">
                  <span
                    ><a href=${link(["certificates", certificate.id])}
                      >${foreign(certificate.subject)}</a
                    ></span
                  >
                  ${certificate.sans.length === 0 ? nothing : html`<span class="under">${foreign(certificate.sans.map(({ value }) => value).join(", "))}</span>`}
                </td>
                <td data-label="Serial">${short(certificate.serial, 6)}</td>
                <td data-label="Status">${certificateState(certificate)}</td>
                <td data-label="Ends" class="nowrap">${when(certificate.notAfter)}</td>
                <td data-label="Template">
                  ${certificate.templateId === undefined ? nothing : html`<a href=${link(["templates", certificate.templateId])}>${certificate.templateId}</a>`}
                </td>
                <td data-label="CA server">
                  <a href=${link(["ca-servers", certificate.authorityId])}
                    >${certificate.authorityId}</a
                  >
                </td>
                <td data-label="Device">
                  ${certificate.deviceId === undefined ? nothing : html`<a href=${link(["devices", certificate.deviceId])}><span class="mono">${certificate.deviceId.slice(0, 8)}</span></a>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">No certificate is like that.</p>` : nothing}
    </div>`;
  }

  /** Exactly what the filters show, page by page. */
  async #export(kind: "csv" | "json"): Promise<void> {
    await this.attempt(async () => {
      const all: Certificate[] = [];
      let cursor: string | undefined;
      do {
        const page = await this.app.call("getCertificates", {
          query: { ...this.#query(), limit: EXPORT_PAGE, cursor },
        });
        all.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== undefined && all.length < MOST_EXPORTED);
      const text = kind === "csv" ? csvOf(all) : JSON.stringify(all, null, 2);
      saveFile(
        new Blob([text], { type: kind === "csv" ? "text/csv" : "application/json" }),
        `certificates.${kind}`,
      );
      if (cursor !== undefined)
        this.app.say(
          `The file ends after ${MOST_EXPORTED} rows; narrow the filter for the rest.`,
          "warn",
        );
    });
  }
}
define("cs-certificates", Certificates);
