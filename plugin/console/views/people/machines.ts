import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, Calls, Credential } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { foreign, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { textOf } from "../../ui/text-of.ts";
import { machineCommand, machineCommands } from "./people-commands.ts";
import { PKCS12_ENCODING, pkcs12EncodingOf } from "../certificates/pkcs12-encoding.ts";
import { MACHINE_ROLES, roleChoices } from "./role-names.ts";
import "../../ui/commands.ts";
import "../../ui/form-dialog.ts";
import "./once-only-secret.ts";

type Roles = Calls["postCredentials"]["request"]["body"]["roles"];

interface Facts {
  readonly machines: readonly Credential[];
  readonly authorities: readonly Authority[];
}

interface HandedOver {
  readonly pkcs12: string;
  readonly password: string;
  readonly fileName: string;
}

const VALIDITY: FieldSpec = {
  name: "validity",
  label: "Its key is good for",
  help: "After that it needs a new one; shorter is safer.",
  type: "choice",
  required: true,
  choices: [
    { value: "P30D", label: "30 days" },
    { value: "P90D", label: "90 days" },
    { value: "P180D", label: "180 days" },
    { value: "P1Y", label: "1 year" },
  ],
};

const machineFields = (authorities: readonly Authority[]): readonly FieldSpec[] => [
  {
    name: "id",
    label: "Identifier",
    help: "Of the machine or program: 2 to 18 lower-case letters, digits, _ and -.",
    type: "text",
    required: true,
    format: {
      expression: "[a-z0-9_-]{2,18}",
      message: "2 to 18 lower-case letters, digits, _ and -.",
    },
  },
  { name: "name", label: "Name", help: "For people; the identifier unless given.", type: "text" },
  {
    name: "roles",
    label: "Roles",
    help: "None that gives roles to others.",
    type: "choices",
    required: true,
    choices: roleChoices(MACHINE_ROLES),
  },
  {
    name: "authorityIds",
    label: "Only for these CA servers",
    help: "None chosen: for all of them.",
    type: "choices",
    choices: authorities.map(({ id, name }) => ({ value: id, label: name })),
  },
];
const ACTIVE: FieldSpec = {
  name: "active",
  label: "Active",
  help: "An inactive machine is refused, whatever key it has.",
  type: "yes-no",
};

const KEY: FieldValues = { validity: "P1Y", encoding: "strong" };
const BLANK: FieldValues = { id: "", name: "", roles: [], authorityIds: [], ...KEY };

/** Machines and programs with credentials of their own: scope, end, new keys. */
export class Machines extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @state() private editing: Credential | "new" | undefined;
  @state() private rotating: Credential | undefined;
  @state() private handed: HandedOver | undefined;

  readonly #facts = new Loaded<Facts>(this, async () => {
    const [machines, authorities] = await Promise.all([
      this.app.call("getCredentials"),
      this.app.call("getAuthorities"),
    ]);
    return { machines: machines.items, authorities: authorities.items };
  });

  protected override firstUpdated(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    return html`<div class="stack tight">
        <div class="row spread">
          <h2>Machines</h2>
          <wa-button size="s" appearance="outlined" @click=${() => (this.editing = "new")}
            >${icon("key")} Add machine</wa-button
          >
        </div>
        ${this.handed === undefined ? nothing : this.#handedOver(this.handed)}
        ${this.#facts.show(
          ({ machines }) =>
            html`${this.#table(machines)}
              <cs-commands .lines=${machineCommands(machines)}></cs-commands>`,
        )}
      </div>
      ${this.#dialogs()}`;
  }

  #dialogs(): TemplateResult {
    const { editing, rotating } = this;
    const stored = typeof editing === "object" ? editing : undefined;
    const own = machineFields(this.#facts.value?.authorities ?? []);
    const fields =
      stored === undefined
        ? [...own, VALIDITY, PKCS12_ENCODING]
        : [...own.map((field) => ({ ...field, readOnly: field.name === "id" })), ACTIVE];
    return html`<cs-form-dialog
        label=${stored === undefined ? "Add machine" : "Change machine"}
        ?open=${editing !== undefined}
        .fields=${fields}
        .values=${stored === undefined ? BLANK : valuesOf(stored)}
        .command=${(values: FieldValues) => [machineCommand(stored, values)]}
        .save=${(values: FieldValues) => this.#save(editing, values)}
        @closed=${() => (this.editing = undefined)}
      ></cs-form-dialog>
      <cs-form-dialog
        label="A new key for ${rotating?.id ?? "it"}"
        yes="Make it"
        ?open=${rotating !== undefined}
        .fields=${[VALIDITY, PKCS12_ENCODING]}
        .values=${KEY}
        .save=${(values: FieldValues) => this.#rotate(rotating, values)}
        @closed=${() => (this.rotating = undefined)}
        ><p>The key it has now is good for a week more.</p></cs-form-dialog
      >`;
  }

  #table(machines: readonly Credential[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Machine</th>
            <th>Roles</th>
            <th>Key good until</th>
            <th>Last used</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${machines.map(
            (machine) =>
              html`<tr>
                <td data-label="Machine">
                  ${foreign(machine.name)}<span class="under mono">${machine.id}</span>
                  ${machine.active ? nothing : status("quiet", "Inactive")}
                </td>
                <td data-label="Roles">
                  ${machine.roles.map(words).join(", ")}<span class="under"
                    >${machine.authorityIds.length === 0 ? "for all CA servers" : `for ${machine.authorityIds.join(", ")}`}</span
                  >
                </td>
                <td data-label="Key until">${keysOf(machine)}</td>
                <td data-label="Last used">
                  ${machine.lastUsedAt === undefined ? html`<span class="quiet">never</span>` : when(machine.lastUsedAt)}
                </td>
                <td data-label="">
                  <div class="row">
                    <wa-button
                      size="s"
                      appearance="outlined"
                      @click=${() => (this.editing = machine)}
                      >Edit</wa-button
                    >
                    <wa-button
                      size="s"
                      appearance="outlined"
                      @click=${() => (this.rotating = machine)}
                      >New key</wa-button
                    >
                    <wa-button
                      size="s"
                      appearance="plain"
                      @click=${() => void this.#remove(machine)}
                      >Delete</wa-button
                    >
                  </div>
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${machines.length === 0 ? html`<p class="empty">No machine has a credential of its own.</p>` : nothing}
    </div>`;
  }

  #handedOver({ pkcs12, password, fileName }: HandedOver): TemplateResult {
    return html`<cs-once-only-secret
      .app=${this.app}
      .secret=${password}
      .file=${{ name: fileName, type: "application/x-pkcs12", content: pkcs12 }}
      what="password of the key file"
      @done=${() => (this.handed = undefined)}
    >
      <p>Save the key file, too: it is not kept here.</p>
    </cs-once-only-secret>`;
  }

  async #save(editing: Credential | "new" | undefined, values: FieldValues): Promise<void> {
    const roles = values["roles"] as Roles;
    const authorityIds = values["authorityIds"] as readonly string[];
    const name = textOf(values["name"]).trim();
    const named = name === "" ? {} : { name };
    if (typeof editing === "object")
      await this.app.call("patchCredentialsId", {
        id: editing.id,
        body: { ...named, roles, authorityIds, active: values["active"] === true },
        version: editing.version,
      });
    else {
      const scope = authorityIds.length === 0 ? {} : { authorityIds };
      const body = { id: textOf(values["id"]), ...named, roles, ...scope, ...keyOf(values) };
      this.handed = await this.app.call("postCredentials", { body });
    }
    this.app.say("Saved.", "good");
    await this.#facts.reload();
  }

  async #remove({ id, version }: Credential): Promise<void> {
    if (
      !(await this.app.ask({
        title: "Delete this credential?",
        text: `The machine ${id} is refused from then on.`,
        yes: "Delete",
        dangerous: true,
      }))
    )
      return;
    await attempt(
      this.app,
      () => this.app.call("deleteCredentialsId", { id, version }),
      "Deleted.",
    );
    await this.#facts.reload();
  }

  async #rotate(machine: Credential | undefined, values: FieldValues): Promise<void> {
    if (machine === undefined) return;
    const { id } = machine;
    this.handed = await this.app.call("postCredentialsIdRotate", { id, body: keyOf(values) });
    this.app.say("A new key is made; the old one is good for a week more.", "good");
    await this.#facts.reload();
  }
}
define("cs-machines", Machines);

const keyOf = (values: FieldValues) => ({
  validity: textOf(values["validity"]),
  encoding: pkcs12EncodingOf(values["encoding"]),
});

const valuesOf = ({ id, name, roles, authorityIds, active }: Credential): FieldValues => ({
  ...{ id, name, roles, authorityIds, active },
});

/** Until when; during a change both keys are good. */
const keysOf = ({ keys }: Credential): TemplateResult =>
  html`${keys.map(({ notAfter }) => html`<div>${expiryBadge(notAfter)}</div>`)}`;
