import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Calls, CertificateRequest, Issued } from "../../api/calls.ts";
import { Refused } from "../../api/problem.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import type { FieldValues, Row } from "../../ui/field-spec.ts";
import { visible } from "../../ui/format.ts";
import type { FormElement } from "../../ui/form.ts";
import { FormView } from "../../ui/form-view.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note } from "../../ui/status.ts";
import { textOf } from "../../ui/text-of.ts";
import { choiceSources, type Sources } from "../shapes/choice-sources.ts";
import { detailFacts } from "./detail-facts.ts";
import { faultsOf } from "../shapes/faults-of.ts";
import { issueCommands } from "./issue-command.ts";
import { extensionsFor, issueFields, profilesFor, SAN_KINDS } from "./issue-fields.ts";
import { pkcs12EncodingOf } from "./pkcs12-encoding.ts";
import "../people/once-only-secret.ts";
import { RequestReader } from "./request-reader.ts";

/** What is asked for in lines. */
type Asked = Pick<Calls["postCertificates"]["request"]["body"], "sans" | "extensions">;

const named = ({ type = "", value = "" }: Row) => ({
  type: type as (typeof SAN_KINDS)[number][0],
  value: value.trim(),
});
const valued = ({ oid = "", value = "" }: Row) => ({ oid, value: value.replaceAll(/\s/g, "") });

const BLANK: FieldValues = {
  ...{ how: "csr", authorityId: "", profileId: "" },
  ...{ csr: "", useCsrSubject: true, csrSubject: "", subject: "", sans: [] },
  ...{ keyAlgorithm: "rsa-2048", password: "", passwordAgain: "", encoding: "strong" },
  ...{ validity: "", otherValidity: "", extensions: [] },
};

/** A dry run hands nothing over. */
const PASSWORDS = ["password", "passwordAgain"] as const;

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
    const rows = (values["extensions"] ?? []) as readonly Row[];
    const allowed = ["", ...(sources === undefined ? [] : extensionsFor(sources, values))];
    if (rows.some(({ oid = "" }) => !allowed.includes(oid)))
      this.values = {
        ...this.values,
        extensions: rows.filter(({ oid = "" }) => allowed.includes(oid)),
      };
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
          <wa-button appearance="outlined" @click=${() => void this.#send(true)}>Dry run</wa-button>
        </div>
      </form>
      ${
        this.dry === undefined
          ? nothing
          : html`<section class="card stack tight">
              <h2 id="dry" tabindex="-1">It would be</h2>
              <p class="quiet">
                ${
                  this.values["how"] === "csr"
                    ? "Serial number and times are new each time."
                    : "Serial number, times and the key with its identifier are new each time."
                }
                Nothing is issued yet.
              </p>
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

  /** The lines of a field, without empty ones. Half a line is no line: neither sent nor left out in silence. */
  #lines(
    name: string,
    columns: readonly [string, string],
    fault: string,
  ): readonly Row[] | undefined {
    const empty = (row: Row, column: string): boolean => (row[column] ?? "").trim() === "";
    const rows = ((this.values[name] ?? []) as readonly Row[]).filter(
      (row) => !columns.every((column) => empty(row, column)),
    );
    this.values = { ...this.values, [name]: rows };
    if (!rows.some((row) => columns.some((column) => empty(row, column)))) return rows;
    this.faults = { ...this.faults, [name]: fault };
    this.renderRoot.querySelector<FormElement>("cs-form")?.check();
    return undefined;
  }

  async #send(dryRun: boolean): Promise<void> {
    const sans = this.#lines("sans", ["type", "value"], "Each line needs a kind and a name.");
    const extensions = this.#lines(
      "extensions",
      ["oid", "value"],
      "Each line needs an extension and its value.",
    );
    if (sans === undefined || extensions === undefined) return;
    const asked = {
      ...(sans.length === 0 ? {} : { sans: sans.map(named) }),
      ...(extensions.length === 0 ? {} : { extensions: extensions.map(valued) }),
    };
    await this.saving(
      async () => {
        const issued = await this.#issue(asked, dryRun);
        if (dryRun) await this.#show(issued);
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
      dryRun ? PASSWORDS : [],
    );
  }

  /** The form is longer than a window: who asked is led to the answer. */
  async #show(issued: Issued): Promise<void> {
    this.dry = issued;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("#dry")?.focus();
  }

  #issue(asked: Asked, dryRun: boolean): Promise<Issued> {
    const text = (name: string): string => textOf(this.values[name]).trim();
    const validity = text(text("validity") === "other" ? "otherValidity" : "validity");
    const shared = {
      ...{ authorityId: text("authorityId"), profileId: text("profileId"), dryRun },
      ...asked,
      ...(validity === "" ? {} : { validity }),
    };
    if (text("how") === "csr") {
      const subject = this.values["useCsrSubject"] === true ? "" : text("subject");
      return this.app.call("postCertificates", {
        body: { ...shared, csr: text("csr"), ...(subject === "" ? {} : { subject }) },
      });
    }
    return this.app.call("postCertificatesPkcs12", {
      body: {
        ...shared,
        subject: text("subject"),
        ...(dryRun ? {} : { password: textOf(this.values["password"]) }),
        encoding: pkcs12EncodingOf(text("encoding")),
        keyAlgorithm: text("keyAlgorithm") as "rsa-2048",
      },
    });
  }
}
define("cs-issue", Issue);
