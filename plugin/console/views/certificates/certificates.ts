import { html, nothing, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, onDay } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { saveFile } from "../../ui/save-file.ts";
import { View } from "../../ui/view.ts";
import type { CertificateQuery } from "./certificate-list.ts";
import "./certificate-list.ts";

const EXPIRING: Readonly<Record<string, string>> = {
  "7d": "ending within 7 days",
  "30d": "ending within 30 days",
  expired: "expired",
};

/** All certificates, with filters that read like a sentence; each filter is part of the address. */
export class Certificates extends View {
  #query(): CertificateQuery {
    const given = this.place.query;
    const named = (name: string): string | undefined => given.get(name) ?? undefined;
    return {
      status: named("status") as CertificateQuery["status"],
      // The installation's own are no subscribers'.
      ...(given.get("internal") === "true"
        ? { internal: "true" as const }
        : { role: (named("role") ?? "subscriber") as CertificateQuery["role"] }),
      expiring: named("expiring") as CertificateQuery["expiring"],
      q: named("q"),
      authority: named("authority"),
      template: named("template"),
      device: named("device"),
      endpoint: named("endpoint"),
      serial: named("serial"),
      expiresAfter: named("expiresAfter"),
      expiresBefore: named("expiresBefore"),
    };
  }

  override render(): TemplateResult {
    const issue = this.app.may("certificates:issue")
      ? html`<wa-button variant="brand" href=${link(["certificates", "new"])}
          >${icon("plus")} Issue</wa-button
        >`
      : nothing;
    const bulk = this.app.may("certificates:change-status")
      ? html`<wa-button appearance="outlined" href=${link(["certificates", "bulk"])}
          >From a file …</wa-button
        >`
      : nothing;
    const exports = html`${issue}${bulk}<wa-button
        appearance="outlined"
        @click=${() => void this.#export("csv")}
        >${icon("download")} CSV</wa-button
      >
      <wa-button appearance="outlined" @click=${() => void this.#export("json")}
        >${icon("download")} JSON</wa-button
      >`;
    return html`${this.head("Certificates", this.#sentence(), exports)} ${this.#filters()}
      <cs-certificate-list .app=${this.app} .query=${this.#query()}></cs-certificate-list>`;
  }

  #sentence(): TemplateResult | string {
    const { query } = this.place;
    const parts = [
      ["status", "status"],
      ["serial", "serial"],
      ["template", "template"],
      ["authority", "CA server"],
      ["device", "device"],
      ["endpoint", "endpoint"],
      ["role", "for"],
      ["q", "with the words"],
    ].flatMap(([name, word]) =>
      query.has(name ?? "") ? [`${word} ${query.get(name ?? "")}`] : [],
    );
    const after = query.get("expiresAfter");
    const before = query.get("expiresBefore");
    const ends =
      before === null
        ? ""
        : html`ending ${after === null ? nothing : html`from ${onDay(after)} `}to ${onDay(before)}`;
    const expiring = EXPIRING[query.get("expiring") ?? ""];
    if (expiring !== undefined) parts.unshift(expiring);
    if (query.get("internal") === "true") parts.unshift("of CAs, RAs, responders and listeners");
    if (parts.length === 0 && ends === "")
      return "Everything that was issued to devices, newest first.";
    return html`${foreign(parts.join(" · "))}${parts.length > 0 && ends !== "" ? " · " : nothing}${ends}
      <a href=${link(["certificates"])}>Show all</a>`;
  }

  #filters(): TemplateResult {
    const { query } = this.place;
    const chip = (text: string, wanted: Readonly<Record<string, string>>): TemplateResult => {
      const here =
        query.size === Object.keys(wanted).length &&
        Object.entries(wanted).every(([name, value]) => query.get(name) === value);
      return html`<a
        class="chip"
        href=${link(["certificates"], wanted)}
        aria-current=${here ? "true" : nothing}
        >${text}</a
      >`;
    };
    return html`<div class="bar">
      ${chip("All", {})} ${chip("Ends in 7 days", { expiring: "7d" })}
      ${chip("Ends in 30 days", { expiring: "30d" })} ${chip("Expired", { expiring: "expired" })}
      ${chip("Revoked", { status: "revoked" })} ${chip("Internal", { internal: "true" })}
      <form class="row" role="search" @submit=${this.#find}>
        <label for="words" class="hidden">Subject, name, serial or fingerprint</label>
        <span
          ><input
            id="words"
            placeholder="Subject, name, serial …"
            .value=${query.get("q") ?? query.get("serial") ?? ""}
            spellcheck="false"
            autocomplete="off"
        /></span>
        <wa-button type="submit" appearance="outlined" size="s">Find</wa-button>
      </form>
    </div>`;
  }

  readonly #find = (event: Event): void => {
    event.preventDefault();
    const text = this.renderRoot.querySelector<HTMLInputElement>("#words")?.value.trim() ?? "";
    const serial = /^(?:0x)?(?:[0-9a-f]{2}[\s:-]?){8,}$/i.test(text);
    this.app.go(link(["certificates"], text === "" ? {} : serial ? { serial: text } : { q: text }));
  };

  /** Exactly what the filters show, all of it. */
  async #export(format: "csv" | "json"): Promise<void> {
    await this.attempt(async () => {
      const blob = await this.app.call("getCertificatesExport", {
        query: { ...this.#query(), format },
      });
      saveFile(blob, format === "csv" ? "certificates.csv" : "certificates.ndjson");
    });
  }
}
define("cs-certificates", Certificates);
