import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { CertificateRequest, Issued } from "../api/calls.ts";
import { Refused } from "../api/problem.ts";
import { link } from "../app/route.ts";
import "../ui/commands.ts";
import { define } from "../ui/define.ts";
import type { FieldValues, Row } from "../ui/field-spec.ts";
import { visible } from "../ui/format.ts";
import type { FormElement } from "../ui/form.ts";
import { FormView } from "../ui/form-view.ts";
import { Loaded } from "../ui/loaded.ts";
import { note } from "../ui/status.ts";
import { textOf } from "../ui/text-of.ts";
import { choiceSources, type Sources } from "./choice-sources.ts";
import { detailFacts } from "./detail-facts.ts";
import { faultsOf } from "./faults-of.ts";
import { issueCommands } from "./issue-command.ts";
import { issueFields, profilesFor, SAN_KINDS } from "./issue-fields.ts";
import { pkcs12EncodingOf } from "./pkcs12-encoding.ts";
import "./once-only-secret.ts";
import { RequestReader } from "./request-reader.ts";

type SanType = (typeof SAN_KINDS)[number][0];

const BLANK: FieldValues = {
  ...{ how: "csr", authorityId: "", profileId: "" },
  ...{ csr: "", useCsrSubject: true, csrSubject: "", subject: "", sans: [] },
  ...{ keyAlgorithm: "rsa-2048", password: "", passwordAgain: "", encoding: "strong" },
  ...{ validity: "", otherValidity: "" },
};

/** Issues one certificate by hand; a dry run shows exactly what it would be. */
export class Issue extends FormView {
  @state() private dry: Issued | undefined;
  @state() private issued: Issued | undefined;
  @state() private kept = false;

  readonly #sources = new Loaded<Sources>(this, () => choiceSources(this.app));
  readonly #request = new RequestReader(
    this,
    (csr) => this.app.call("postCertificatesRequest", { body: { csr } }),
    (contents, failure) => this.#read(contents, failure),
  );

  protected override arrive(): void {
    this.values = BLANK;
    void this.#sources.reload();
  }

  override render(): TemplateResult {
    return html`${this.head("Issue a certificate", "By hand, for what has no MDM.", "", { href: link(["certificates"]), text: "Certificates" })}
    ${this.issued === undefined ? this.#sources.show((sources) => this.#form(sources)) : this.#done(this.issued)}`;
  }

  protected override willUpdate(changed: Parameters<FormView["willUpdate"]>[0]): void {
    super.willUpdate(changed);
    if (changed.has("values")) this.#changed(changed.get("values") as FieldValues | undefined);
  }

  /** What follows from what was typed. */
  #changed(before: FieldValues | undefined): void {
    const { values } = this;
    this.dry = undefined;
    this.#request.take(values["how"] === "csr" ? textOf(values["csr"]) : "");
    const sources = this.#sources.value;
    const profiles = sources === undefined ? undefined : profilesFor(sources, values);
    if (profiles?.every(({ value }) => value !== values["profileId"]) === true)
      this.values = { ...this.values, profileId: "" };
    // Whoever types a subject begins with the request's.
    if (before?.["useCsrSubject"] === true && values["useCsrSubject"] === false)
      this.values = {
        ...this.values,
        subject: textOf(values["subject"]) || textOf(values["csrSubject"]),
      };
  }

  #read(contents: CertificateRequest | undefined, failure: unknown): void {
    this.values = { ...this.values, csrSubject: visible(contents?.subject ?? "") };
    const { csr: _, ...others } = this.faults;
    const fault =
      failure instanceof Refused
        ? (failure.issue("csr") ?? failure.problem.detail ?? failure.problem.title)
        : undefined;
    this.faults = fault === undefined ? others : { ...others, csr: fault };
  }

  #form(sources: Sources): TemplateResult {
    const isCsr = this.values["how"] === "csr";
    return html`<div class="halves form">
      <form
        class="card stack"
        novalidate
        @submit=${(event: Event) => {
          event.preventDefault();
          void this.#send(false);
        }}
      >
        ${this.fields(issueFields(sources, this.values, this.#request.contents))}
        <cs-commands .lines=${issueCommands(this.values)}></cs-commands>
        <div class="actions">
          <wa-button type="submit" variant="brand" ?loading=${this.busy}>Issue</wa-button>
          ${isCsr ? html`<wa-button appearance="outlined" @click=${() => void this.#send(true)}>Dry run</wa-button>` : nothing}
        </div>
      </form>
      ${
        this.dry === undefined
          ? nothing
          : html`<section class="card stack tight">
              <h2>It would be</h2>
              ${detailFacts(this.dry.details)}
            </section>`
      }
    </div>`;
  }

  #done(issued: Issued): TemplateResult {
    const { pkcs12, fileName = "certificate.p12", certificate } = issued;
    return html`<div class="stack">
      ${note("good", "The certificate is issued.")}
      ${
        pkcs12 === undefined || this.kept
          ? nothing
          : html`<cs-once-only-secret
              .app=${this.app}
              .file=${{ name: fileName, type: "application/x-pkcs12", content: pkcs12 }}
              what="PKCS#12 file"
              @done=${() => (this.kept = true)}
            >
              <p>The key in it is not kept here. It opens with the password that you typed.</p>
            </cs-once-only-secret>`
      }
      <section class="card">${detailFacts(issued.details)}</section>
      ${certificate === undefined ? nothing : html`<p><a href=${link(["certificates", certificate.id])}>Open it</a></p>`}
    </div>`;
  }

  /** Half a name is no name: neither sent nor left out in silence. */
  #sans(): readonly { readonly type: SanType; readonly value: string }[] | undefined {
    const rows = ((this.values["sans"] ?? []) as readonly Row[])
      .map(({ type = "", value = "" }) => ({ type: type as SanType, value: value.trim() }))
      .filter(({ type, value }) => (type as string) !== "" || value !== "");
    if (rows.every(({ type, value }) => (type as string) !== "" && value !== "")) return rows;
    this.faults = { ...this.faults, sans: "Each line needs a kind and a name." };
    this.renderRoot.querySelector<FormElement>("cs-form")?.check();
    return undefined;
  }

  async #send(dryRun: boolean): Promise<void> {
    const sans = this.#sans();
    if (sans === undefined) return;
    await this.saving(
      async () => {
        const issued = await this.#issue(sans, dryRun);
        if (dryRun) this.dry = issued;
        else {
          this.app.keepHere(undefined);
          this.values = { ...this.values, password: "", passwordAgain: "" };
          this.issued = issued;
        }
      },
      (failure) => {
        const { validity, ...faults } = faultsOf(failure);
        const member = textOf(this.values["validity"]) === "other" ? "otherValidity" : "validity";
        return validity === undefined ? faults : { ...faults, [member]: validity };
      },
    );
  }

  #issue(
    sans: readonly { readonly type: SanType; readonly value: string }[],
    dryRun: boolean,
  ): Promise<Issued> {
    const text = (name: string): string => textOf(this.values[name]).trim();
    const validity = text(text("validity") === "other" ? "otherValidity" : "validity");
    const shared = {
      ...{ authorityId: text("authorityId"), profileId: text("profileId") },
      ...(sans.length === 0 ? {} : { sans }),
      ...(validity === "" ? {} : { validity }),
    };
    if (text("how") === "csr") {
      const subject = this.values["useCsrSubject"] === true ? "" : text("subject");
      return this.app.call("postCertificates", {
        body: { ...shared, csr: text("csr"), ...(subject === "" ? {} : { subject }), dryRun },
      });
    }
    return this.app.call("postCertificatesPkcs12", {
      body: {
        ...shared,
        subject: text("subject"),
        password: textOf(this.values["password"]),
        encoding: pkcs12EncodingOf(text("encoding")),
        keyAlgorithm: text("keyAlgorithm") as "rsa-2048",
      },
    });
  }
}
define("cs-issue", Issue);
