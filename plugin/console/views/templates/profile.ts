import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { CertificateProfile } from "../../api/calls.ts";
import { Refused } from "../../api/problem.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec } from "../../ui/field-spec.ts";
import { FormView } from "../../ui/form-view.ts";
import { foreign } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note } from "../../ui/status.ts";
import { textOf } from "../../ui/text-of.ts";
import { definitionOf, fieldOf, PROFILE_FIELDS, valuesOf } from "./profile-fields.ts";

const NEW = "new";
const RAW: FieldSpec = {
  name: "definition",
  label: "Raw profile information",
  help: "JSON with exactly the members shown; a fault is named with its path.",
  type: "lines",
  required: true,
};
const START: CertificateProfile["definition"] = {
  allowedCATypes: ["subord"],
  validity_period: "P1Y",
  usages: ["digitalSignature", "keyEncipherment", "1.3.6.1.5.5.7.3.2"],
  allowed_extensions: [],
  ignore_unknown_extensions: true,
  ca_constraint: { cA: false },
  backdate: "PT30M",
  truncate_to_ca_not_after: false,
  fill_san_dns_with_cn: false,
};

const fieldsOf = (isNew: boolean, raw: boolean): readonly FieldSpec[] => [
  {
    name: "id",
    label: "Identifier",
    help: "Templates and CAs name the profile by it.",
    type: "text",
    required: true,
    readOnly: !isNew,
  },
  { name: "group", label: "Group", help: "Where it stands in the catalogue.", type: "text" },
  { name: "description", label: "Description", help: "One line for pick lists.", type: "text" },
  {
    name: "pkcs12",
    label: "May be issued as PKCS#12",
    help: "The CA may make the key and hand out a file.",
    type: "yes-no",
  },
  ...(raw ? [RAW] : PROFILE_FIELDS),
];

/** One profile: read, clone, or change, by fields or as raw JSON. */
export class ProfileView extends FormView {
  @state() private raw = false;

  readonly #profile = new Loaded<CertificateProfile | typeof NEW>(this, async () => {
    const from = this.place.query.get("from");
    const id = this.#id;
    const read = id !== NEW ? id : from;
    const profile =
      read === null ? undefined : await this.app.call("getCertificateProfilesId", { id: read });
    this.values = {
      id: id === NEW ? "" : id,
      group: profile?.group ?? "",
      description: profile?.description ?? "",
      pkcs12: profile?.pkcs12 ?? false,
      ...valuesOf(profile?.definition ?? START),
      definition: JSON.stringify(profile?.definition ?? START, null, 2),
    };
    this.raw = false;
    return id === NEW || profile === undefined ? NEW : profile;
  });

  get #id(): string {
    return this.place.rest[0] ?? NEW;
  }

  protected override arrive(): void {
    this.refused = undefined;
    void this.#profile.reload();
  }

  override render(): TemplateResult {
    const profile = this.#profile.value;
    const may = this.app.may("certificate-profiles:manage");
    const actions =
      profile === undefined || profile === NEW || !may
        ? ""
        : html`<wa-button
              appearance="outlined"
              href=${link(["profiles", NEW], { from: profile.id })}
              >Clone</wa-button
            >
            ${profile.origin === "custom" ? html`<wa-button appearance="outlined" variant="danger" @click=${() => void this.#delete(profile)}>${icon("bin")} Delete</wa-button>` : nothing}`;
    return html`${this.head(this.#id === NEW ? "Add profile" : this.#id, profile === undefined || profile === NEW ? "" : foreign(profile.description), actions, { href: link(["profiles"]), text: "Profiles" })}
    ${this.#profile.show((known) => this.#page(known, may))}`;
  }

  #page(profile: CertificateProfile | typeof NEW, may: boolean): TemplateResult {
    const isNew = profile === NEW;
    const editable = may && (isNew || profile.origin === "custom");
    return html`<div class="stack">
      ${!isNew && profile.note !== "" ? note("info", foreign(profile.note)) : nothing}
      ${!isNew && profile.origin === "system" ? note("info", "Shipped profiles never change: clone it to have your own.") : nothing}
      ${
        editable
          ? html`<form class="card stack" novalidate @submit=${this.#submit}>
              <label class="check"
                ><input
                  type="checkbox"
                  .checked=${live(this.raw)}
                  @change=${(event: Event) => this.#switch(event.target as HTMLInputElement)}
                />Edit the raw profile information</label
              >
              ${this.fields(fieldsOf(isNew, this.raw))}
              <div class="actions">
                <wa-button type="submit" variant="brand" ?loading=${this.busy}>Save</wa-button>
              </div>
            </form>`
          : isNew
            ? nothing
            : html`<section class="card">
                <code class="code">${JSON.stringify(profile.definition, null, 2)}</code>
              </section>`
      }
    </div>`;
  }

  /** The same profile in the other way of writing it; JSON that is none stays where it is. */
  #switch(input: HTMLInputElement): void {
    const { values } = this;
    this.refused = undefined;
    try {
      this.values = this.raw
        ? { ...values, ...valuesOf(parsed(textOf(values["definition"]))) }
        : { ...values, definition: JSON.stringify(definitionOf(values), null, 2) };
      this.raw = input.checked;
    } catch (failure) {
      this.refused = failure;
      input.checked = this.raw;
    }
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const known = this.#profile.value;
    if (known === undefined) return;
    await this.saving(
      async () => {
        const definition = this.raw
          ? parsed(textOf(this.values["definition"]))
          : definitionOf(this.values);
        const body = {
          group: textOf(this.values["group"]),
          description: textOf(this.values["description"]),
          pkcs12: this.values["pkcs12"] === true,
          definition,
        };
        const saved =
          known === NEW
            ? await this.app.call("postCertificateProfiles", {
                body: {
                  id: textOf(this.values["id"]),
                  ...(body.group === "" ? { ...body, group: undefined } : body),
                },
              })
            : await this.app.call("patchCertificateProfilesId", {
                id: known.id,
                body,
                version: known.version,
              });
        this.app.keepHere(undefined);
        this.app.say("The profile is saved.", "good");
        if (known === NEW) this.app.go(link(["profiles", saved.id]));
        else await this.#profile.reload();
      },
      (failure) => {
        const issues = failure instanceof Refused ? (failure.problem.issues ?? []) : [];
        return this.raw
          ? {}
          : Object.fromEntries(issues.map(({ path, message }) => [fieldOf(path), message]));
      },
    );
  };

  async #delete({ id, version }: CertificateProfile): Promise<void> {
    const yes = await this.app.ask({
      title: "Delete this profile?",
      text: "It is refused while a template or a CA uses it.",
      yes: "Delete",
      dangerous: true,
      typed: id,
    });
    if (!yes) return;
    const done = await this.attempt(async () => {
      await this.app.call("deleteCertificateProfilesId", { id, version });
      return true;
    }, "The profile is gone.");
    if (done === true) this.app.go(link(["profiles"]));
  }
}
define("cs-profile", ProfileView);

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : "";
    throw new Error(`The raw profile is not JSON: ${why}`, { cause: fault });
  }
};
