import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Calls } from "../api/calls.ts";
import { Refused } from "../api/problem.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import type { FieldSpec, FieldValues } from "../ui/field-spec.ts";
import type { FormElement } from "../ui/form.ts";
import { problemNote } from "../ui/problem-note.ts";
import { textOf } from "../ui/text-of.ts";
import { View } from "../ui/view.ts";

type Body = Calls["postAuthoritiesOutside"]["request"]["body"];

const FIELDS: readonly FieldSpec[] = [
  {
    name: "name",
    label: "Name",
    help: "As it stands in lists.",
    type: "text",
    required: true,
  },
  {
    name: "id",
    label: "Identifier",
    help: "It cannot be changed later.",
    type: "text",
    required: true,
    format: {
      expression: "[a-z0-9_\\-]{2,18}",
      message: "2 to 18 lower-case letters, digits, _ and -.",
    },
  },
  {
    name: "serverType",
    label: "Kind",
    help: "What stands there; it decides which notes you are given.",
    type: "choice",
    required: true,
    choices: [
      { value: "other", label: "Another SCEP server" },
      { value: "digicert-one", label: "DigiCert ONE" },
      { value: "ejbca", label: "EJBCA" },
      { value: "ndes", label: "Microsoft NDES" },
      { value: "step-ca", label: "step-ca" },
      { value: "countersign", label: "Another Countersign" },
    ],
  },
  {
    name: "url",
    label: "SCEP URL",
    help: "Devices call it themselves; it goes into their profiles.",
    type: "text",
    required: true,
    example: "https://scep.example.com/scep/…",
  },
  {
    name: "code",
    label: "Enrolment code",
    help: "The challenge that it wants of every device; kept encrypted and not shown again.",
    type: "secret",
  },
  {
    name: "certificates",
    label: "CA certificates",
    help: "PEM, one after the other: the issuing CA first, the root last.",
    type: "lines",
    required: true,
  },
];

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A CA elsewhere whose SCEP URL the devices call themselves. */
export class OutsideCa extends View {
  @state() private values: FieldValues = {
    name: "",
    id: "",
    serverType: "other",
    url: "",
    code: "",
    certificates: "",
  };
  @state() private faults: Readonly<Record<string, string>> = {};
  @state() private refused: unknown;
  @state() private busy = false;

  protected override arrive(): void {
    this.refused = undefined;
  }

  override render(): TemplateResult {
    return html`${this.head("Add an outside CA", "It issues and revokes; here stand its profiles, its templates and what devices were sent.", "", { href: link(["ca-servers"]), text: "CA servers" })}
      <form class="card stack" novalidate @submit=${this.#submit}>
        <cs-form
          .fields=${FIELDS}
          .values=${this.values}
          .faults=${this.faults}
          @change=${(event: CustomEvent<FieldValues>) => {
            this.values = event.detail;
            this.app.keepHere("What you typed here is not saved.");
          }}
        ></cs-form>
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
        <div class="actions">
          <wa-button type="submit" variant="brand" ?loading=${this.busy}>Save</wa-button>
          <wa-button appearance="outlined" href=${link(["ca-servers"])}>Cancel</wa-button>
        </div>
      </form>`;
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.busy || this.renderRoot.querySelector<FormElement>("cs-form")?.check() !== true)
      return;
    const text = (name: string): string => textOf(this.values[name]).trim();
    const given = text("certificates");
    const body: Body = {
      id: text("id"),
      name: text("name"),
      url: text("url"),
      serverType: text("serverType") as NonNullable<Body["serverType"]>,
      certificates: given.match(BLOCK) ?? [given],
      ...(text("code") === "" ? {} : { code: text("code") }),
    };
    this.busy = true;
    this.refused = undefined;
    try {
      const made = await this.app.call("postAuthoritiesOutside", { body });
      this.app.keepHere(undefined);
      this.app.say("The CA server is saved.", "good");
      this.app.go(link(["ca-servers", made.id]));
    } catch (failure) {
      this.refused = failure;
      this.faults =
        failure instanceof Refused
          ? Object.fromEntries(
              (failure.problem.issues ?? []).map(({ path, message }) => [
                path.split(".")[0] ?? path,
                message,
              ]),
            )
          : {};
    } finally {
      this.busy = false;
    }
  };
}
define("cs-outside-ca", OutsideCa);
