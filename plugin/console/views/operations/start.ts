import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Authority, Certificate, Device, Endpoint, Template } from "../../api/calls.ts";
import { STARTERS } from "../../api/words.ts";
import type { Right } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import type { FormElement } from "../../ui/form.ts";
import { foreign } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { CRL_SHARDS_FIELD, crlShardsOf } from "../authorities/crl-shards-field.ts";

interface Facts {
  readonly authority: Authority | undefined;
  readonly template: Template | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly device: Device | undefined;
  readonly certificate: Certificate | undefined;
}

const IDENTIFIER = { expression: "[a-z0-9_\\-]{2,18}", message: "2 to 18 of a–z, 0–9, _ and -." };

/** From nothing to a first certificate on one page; a step that is done has its tick and stays to be read. */
export class Start extends View {
  static override styles = [
    ...View.styles,
    css`
      ol {
        list-style: none;
        padding: 0;
        display: grid;
        gap: calc(var(--unit) * 2);
        max-inline-size: 52rem;
      }
      .step {
        display: grid;
        grid-template-columns: 2rem minmax(0, 1fr);
        gap: calc(var(--unit) * 1.5);
      }
      .dot {
        inline-size: 1.75rem;
        block-size: 1.75rem;
        border-radius: 50%;
        display: grid;
        place-items: center;
        background: var(--sunken);
        color: var(--quiet);
        font-weight: 600;
      }
      .now .dot {
        background: var(--accent);
        color: var(--on-accent);
      }
      .done .dot {
        background: var(--good-quiet);
        color: var(--good);
      }
      .later {
        opacity: 0.75;
      }
      ul.steps {
        list-style: none;
        padding: 0;
      }
    `,
  ];

  @state() private values: FieldValues = {
    organization: "",
    id: "ca",
    crlShards: "1",
    starter: STARTERS[0]?.id ?? "",
    device: "first-device",
    username: "",
  };
  @state() private busy = false;
  @state() private progress: readonly string[] = [];
  @state() private refused: unknown;

  readonly #facts = new Loaded<Facts>(this, async () => {
    const { call } = this.app;
    const [authorities, templates, endpoints, devices, certificates] = await Promise.all([
      call("getAuthorities"),
      call("getTemplates"),
      call("getEndpoints"),
      call("getDevices", { query: { limit: 1 } }),
      call("getCertificates", { query: { role: "subscriber", limit: 1 } }),
    ]);
    const authority = authorities.items.find(
      ({ kind, status: is }) => kind === "issuing" && is === "active",
    );
    const template =
      templates.items.find(({ authorityId }) => authorityId === authority?.id) ??
      templates.items[0];
    return {
      authority,
      template,
      endpoint: endpoints.items.find(
        ({ templateIds }) => template !== undefined && templateIds.includes(template.id),
      ),
      device: devices.items[0],
      certificate: certificates.items[0],
    };
  });

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    return html`${this.head("Getting started", "From nothing to a first certificate: four steps, under two minutes.")}
    ${this.#facts.show((facts) => this.#steps(facts))}`;
  }

  #steps(facts: Facts): TemplateResult {
    const { authority, template, endpoint, certificate } = facts;
    const done = [
      authority !== undefined,
      template !== undefined,
      endpoint?.enabled === true,
      certificate !== undefined,
    ];
    const now = done.indexOf(false);
    const step = (
      index: number,
      title: string,
      text: TemplateResult | string,
      right: Right,
      form: () => TemplateResult,
    ): TemplateResult => {
      const is = done[index] === true ? "done" : index === now ? "now" : "later";
      return html`<li class="card step ${is}" aria-current=${is === "now" ? "step" : nothing}>
        <span class="dot">${is === "done" ? icon("check") : index + 1}</span>
        <div class="stack tight">
          <h2>${title}${is === "done" ? html` <span class="hidden">(done)</span>` : nothing}</h2>
          <div class="quiet">${text}</div>
          ${is === "now" ? html`${this.refused === undefined ? nothing : problemNote(this.refused)}${this.app.may(right) ? form() : html`<p>Your roles do not include this step: somebody else does it, and you go on from there.</p>`}` : nothing}
        </div>
      </li>`;
    };
    return html`<ol>
      ${step(
        0,
        "Make a CA server",
        authority === undefined
          ? "A root, an issuing CA below it, and the RA that speaks SCEP. Keys are made where the installation keeps its keys."
          : html`<a href=${link(["ca-servers", authority.id])}>${foreign(authority.name)}</a>
              issues.`,
        "authorities:manage",
        () => this.#form(AUTHORITY_FIELDS, "Make the CA server", () => this.#makeAuthority()),
      )}
      ${step(
        1,
        "Make a template from a starter",
        template === undefined
          ? "What certificates look like and how long they live. Everything can be changed later."
          : html`<a href=${link(["templates", template.id])}>${foreign(template.name)}</a>:
              <span class="mono">${foreign(template.subject)}</span>`,
        "configuration:manage",
        () => this.#form(TEMPLATE_FIELDS, "Make the template", () => this.#makeTemplate(authority)),
      )}
      ${step(
        2,
        "Open an endpoint",
        endpoint === undefined
          ? "The SCEP address that devices ask at, with a one-time challenge for each enrolment."
          : html`<a href=${link(["endpoints", endpoint.id])}>${foreign(endpoint.name)}</a>:
              <span class="mono">${endpoint.url ?? ""}</span>`,
        "configuration:manage",
        () => this.#form([], "Open the endpoint", () => this.#makeEndpoint(authority, template)),
      )}
      ${step(
        3,
        "Enrol a device",
        certificate === undefined
          ? endpoint === undefined
            ? "A simulated device asks as a real one would."
            : html`Test the endpoint with a throw-away device, or publish to a device of your MDM.`
          : html`${status("good", "Your first certificate is there")}
              <a href=${link(["certificates", certificate.id])}>${foreign(certificate.subject)}</a>
              <p>
                Next: let your MDM report what happens to its devices by
                <a href=${link(["endpoints"], { tab: "mdm-servers" })}>a credential of its own</a>,
                and say on
                ${template === undefined ? html`a template's page` : html`the page of <a href=${link(["templates", template.id])}>${foreign(template.name)}</a>`}
                which devices get certificates.
              </p>`,
        "challenges:mint",
        () =>
          endpoint === undefined
            ? html``
            : html`<div class="row">
                <wa-button variant="brand" href=${link(["endpoints", endpoint.id], { test: "now" })}
                  >${icon("play")} Enrol a test device</wa-button
                >
                <wa-button appearance="outlined" href=${link(["devices"])}>Add a device</wa-button>
              </div>`,
      )}
    </ol>`;
  }

  #form(fields: readonly FieldSpec[], action: string, act: () => Promise<void>): TemplateResult {
    return html`<form
      class="stack"
      @submit=${(event: Event) => {
        event.preventDefault();
        const form = this.renderRoot.querySelector<FormElement>("cs-form");
        if (form === null || form.check()) void this.#run(act);
      }}
    >
      ${
        fields.length === 0
          ? nothing
          : html`<cs-form
              .fields=${fields}
              .values=${this.values}
              @change=${(event: CustomEvent<FieldValues>) => (this.values = event.detail)}
            ></cs-form>`
      }
      ${
        this.progress.length === 0
          ? nothing
          : html`<ul class="steps small" role="status">
              ${this.progress.map((text, index) => html`<li>${index + 1 < this.progress.length ? status("good", text) : html`${text} …`}</li>`)}
            </ul>`
      }
      <div>
        <wa-button type="submit" variant="brand" ?loading=${this.busy}>${action}</wa-button>
      </div>
    </form>`;
  }

  async #run(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.refused = undefined;
    this.progress = [];
    try {
      await act();
      this.progress = [];
      await this.#facts.reload();
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = false;
    }
  }

  async #makeAuthority(): Promise<void> {
    const { organization, id, crlShards } = this.values as Readonly<Record<string, string>>;
    const name = (organization ?? "") === "" ? undefined : organization;
    await this.app.call("postHierarchies", {
      body: { id: id ?? "ca", name, organization: name, crlShards: crlShardsOf(crlShards) },
      watch: ({ step, of, message }) => {
        this.progress = [...this.progress, `${step} of ${of}: ${message}`];
      },
    });
  }

  async #makeTemplate(authority: Authority | undefined): Promise<void> {
    const starter = STARTERS.find(({ id }) => id === this.values["starter"]);
    if (starter === undefined || authority === undefined) return;
    const { description: _, ...template } = starter;
    await this.app.call("postTemplates", { body: { ...template, authorityId: authority.id } });
  }

  async #makeEndpoint(
    authority: Authority | undefined,
    template: Template | undefined,
  ): Promise<void> {
    if (authority === undefined || template === undefined) return;
    await this.app.call("postEndpoints", {
      body: {
        id: template.id,
        name: template.name,
        authorityId: template.authorityId,
        templateIds: [template.id],
        policies: [{ kind: "dynamic" }],
      },
    });
  }
}
define("cs-start", Start);

const AUTHORITY_FIELDS: readonly FieldSpec[] = [
  {
    name: "organization",
    label: "Organization",
    help: "Stands in the CA's subject and in profiles, as people read it.",
    type: "text",
    required: true,
    example: "Acme Ltd",
  },
  {
    name: "id",
    label: "Identifier",
    help: "Part of every address of this CA; it cannot be changed later.",
    type: "text",
    required: true,
    format: IDENTIFIER,
  },
  CRL_SHARDS_FIELD,
];

const TEMPLATE_FIELDS: readonly FieldSpec[] = [
  {
    name: "starter",
    label: "What is it for?",
    help: "The starter sets subject, usages and lifetime.",
    type: "choice",
    required: true,
    choices: STARTERS.map(({ id, name }) => ({ value: id, label: name ?? id })),
  },
];
