import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Issued } from "../api/calls.ts";
import { link } from "../app/route.ts";
import "../ui/commands.ts";
import { define } from "../ui/define.ts";
import type { FieldSpec, FieldValues, Row } from "../ui/field-spec.ts";
import type { FormElement } from "../ui/form.ts";
import { Loaded } from "../ui/loaded.ts";
import { problemNote } from "../ui/problem-note.ts";
import { saveFile } from "../ui/save-file.ts";
import { note } from "../ui/status.ts";
import { textOf } from "../ui/text-of.ts";
import { View } from "../ui/view.ts";
import { choiceSources, type Sources } from "./choice-sources.ts";
import { detailFacts } from "./detail-facts.ts";
import { issueCommands } from "./issue-command.ts";

type SanType = "rfc822" | "dns" | "uri" | "upn" | "ip";

const SAN_TYPES = [
  ["dns", "DNS name"],
  ["rfc822", "E-mail address"],
  ["upn", "User principal name"],
  ["uri", "URI"],
  ["ip", "IP address"],
] as const;

/** Only what this CA may issue by, and as a file only what may be one. */
const profilesFor = ({ choices, enabled }: Sources, values: FieldValues): FieldSpec["choices"] => {
  const some = enabled[textOf(values["authorityId"])];
  const all = choices[values["how"] === "pkcs12" ? "pkcs12-profiles" : "certificate-profiles"];
  return all?.filter(({ value }) => some?.includes(value) ?? true);
};

const fieldsOf = (sources: Sources, values: FieldValues): readonly FieldSpec[] => [
  {
    name: "how",
    label: "How",
    help: "With a request the key never leaves its owner; a PKCS#12 file has a key that the CA has made and does not keep.",
    type: "choice",
    required: true,
    choices: [
      { value: "csr", label: "From a certificate request (CSR)" },
      { value: "pkcs12", label: "As a PKCS#12 file, key included" },
    ],
  },
  {
    name: "authorityId",
    label: "CA server",
    help: "Who issues.",
    type: "choice",
    required: true,
    choices: sources.choices["issuing-authorities"],
  },
  {
    name: "profileId",
    label: "Profile",
    help: "What may be in it and for how long.",
    type: "choice",
    required: true,
    choices: profilesFor(sources, values),
  },
  {
    name: "csr",
    label: "Certificate request",
    help: "PEM, or base64 of DER.",
    type: "lines",
    pem: "CERTIFICATE REQUEST",
    required: true,
    when: { field: "how", is: ["csr"] },
  },
  {
    name: "subject",
    label: "Subject",
    help: "CN=…,O=…; left empty, the request's own.",
    type: "text",
    when: { field: "how", is: ["csr"] },
  },
  {
    name: "fileSubject",
    label: "Subject",
    help: "CN=…,O=…",
    type: "text",
    required: true,
    when: { field: "how", is: ["pkcs12"] },
  },
  {
    name: "sans",
    label: "Alternative names",
    help: "With none, a request's own are taken.",
    type: "rows",
    columns: [
      {
        name: "type",
        label: "Kind",
        type: "choice",
        ...{ choices: SAN_TYPES.map(([value, label]) => ({ value, label })) },
      },
      { name: "value", label: "Name", type: "text" },
    ],
  },
  {
    name: "password",
    label: "Password of the file",
    help: "You need it to install the file; it is not kept.",
    type: "secret",
    required: true,
    when: { field: "how", is: ["pkcs12"] },
  },
  {
    name: "encoding",
    label: "Encoding",
    help: "Old systems cannot read the strong one.",
    type: "choice",
    required: true,
    choices: [
      { value: "strong", label: "Strong (AES-256, SHA-256)" },
      { value: "compatible", label: "Compatible (3DES, for old systems)" },
    ],
    when: { field: "how", is: ["pkcs12"] },
  },
];

/** Issues one certificate by hand; a dry run shows exactly what it would be. */
export class Issue extends View {
  @state() private values: FieldValues = {
    how: "csr",
    authorityId: "",
    profileId: "",
    csr: "",
    subject: "",
    fileSubject: "",
    sans: [],
    password: "",
    encoding: "strong",
  };
  @state() private refused: unknown;
  @state() private busy = false;
  @state() private dry: Issued | undefined;
  @state() private issued: Issued | undefined;

  readonly #sources = new Loaded<Sources>(this, () => choiceSources(this.app));

  protected override arrive(): void {
    void this.#sources.reload();
  }

  override render(): TemplateResult {
    return html`${this.head("Issue a certificate", "By hand, for what has no MDM.", "", { href: link(["certificates"]), text: "Certificates" })}
    ${this.issued === undefined ? this.#sources.show((sources) => this.#form(sources)) : this.#done(this.issued)}`;
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
        <cs-form
          .fields=${fieldsOf(sources, this.values)}
          .values=${this.values}
          @change=${(event: CustomEvent<FieldValues>) => {
            const profiles = profilesFor(sources, event.detail) ?? [];
            const keeps = profiles.some(({ value }) => value === event.detail["profileId"]);
            this.values = { ...event.detail, ...(keeps ? {} : { profileId: "" }) };
            this.dry = undefined;
          }}
        ></cs-form>
        <cs-commands .lines=${issueCommands(this.values)}></cs-commands>
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
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
    return html`<div class="stack">
      ${
        issued.pkcs12 === undefined
          ? note("good", "The certificate is issued.")
          : html`${note("warn", html`<strong>Save the file now: the key in it is not kept here.</strong>`)}
              <div>
                <wa-button variant="brand" @click=${() => this.#saveFile(issued)}
                  >Save the PKCS#12 file</wa-button
                >
              </div>`
      }
      <section class="card">${detailFacts(issued.details)}</section>
      ${issued.certificate === undefined ? nothing : html`<p><a href=${link(["certificates", issued.certificate.id])}>Open it</a></p>`}
    </div>`;
  }

  #saveFile(issued: Issued): void {
    const bytes = Uint8Array.from(atob(issued.pkcs12 ?? ""), (character) =>
      character.charCodeAt(0),
    );
    saveFile(
      new Blob([bytes], { type: "application/x-pkcs12" }),
      issued.fileName ?? "certificate.p12",
    );
    this.app.keepHere(undefined);
  }

  async #send(dryRun: boolean): Promise<void> {
    if (this.busy || this.renderRoot.querySelector<FormElement>("cs-form")?.check() !== true)
      return;
    this.busy = true;
    this.refused = undefined;
    try {
      const text = (name: string): string => textOf(this.values[name]);
      const sans = ((this.values["sans"] ?? []) as readonly Row[])
        .filter(({ type, value }) => (type ?? "") !== "" && (value ?? "") !== "")
        .map(({ type, value }) => ({ type: type as SanType, value: value ?? "" }));
      const shared = {
        authorityId: text("authorityId"),
        profileId: text("profileId"),
        ...(sans.length === 0 ? {} : { sans }),
      };
      if (text("how") === "csr") {
        const subject = text("subject");
        const issued = await this.app.call("postCertificates", {
          body: { ...shared, csr: text("csr"), ...(subject === "" ? {} : { subject }), dryRun },
        });
        if (dryRun) this.dry = issued;
        else this.issued = issued;
      } else {
        const encoding = text("encoding") === "compatible" ? "compatible" : "strong";
        this.issued = await this.app.call("postCertificatesPkcs12", {
          body: { ...shared, subject: text("fileSubject"), password: text("password"), encoding },
        });
        this.values = { ...this.values, password: "" };
        this.app.keepHere("The PKCS#12 file is handed over this once. Have you saved it?");
      }
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = false;
    }
  }
}
define("cs-issue", Issue);
