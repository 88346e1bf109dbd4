import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Authority, Calls, Credential, Person, TokenRecord } from "../api/calls.ts";
import { define } from "../ui/define.ts";
import type { FieldSpec, FieldValues } from "../ui/field-spec.ts";
import type { FormElement } from "../ui/form.ts";
import { foreign, plural, when, words } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { Loaded } from "../ui/loaded.ts";
import { problemNote } from "../ui/problem-note.ts";
import { saveFile } from "../ui/save-file.ts";
import { status } from "../ui/status.ts";
import { textOf } from "../ui/text-of.ts";
import { View } from "../ui/view.ts";
import { HUMAN_ROLES, MACHINE_ROLES } from "./role-names.ts";
import "./once-only-secret.ts";

type Roles = Calls["postPeople"]["request"]["body"]["roles"];

interface Facts {
  readonly people: readonly Person[];
  readonly machines: readonly Credential[];
  readonly tokens: readonly TokenRecord[];
  readonly authorities: readonly Authority[];
}

interface HandedOver {
  readonly pkcs12: string;
  readonly password: string;
  readonly fileName: string;
}

const choices = (roles: readonly (readonly [string, string])[]): FieldSpec["choices"] =>
  roles.map(([value, label]) => ({ value, label }));

const PERSON: readonly FieldSpec[] = [
  {
    name: "id",
    label: "Subject or e-mail address",
    help: "As the MDM or your sign-in service calls them; also before they have ever signed in.",
    type: "text",
    required: true,
  },
  {
    name: "roles",
    label: "Roles",
    help: "What they may do.",
    type: "choices",
    choices: choices(HUMAN_ROLES),
  },
  {
    name: "approveOwn",
    label: "May approve their own requests",
    help: "Four eyes are the rule; granting this is an entry of the ledger.",
    type: "yes-no",
  },
  {
    name: "active",
    label: "Active",
    help: "An inactive person may do nothing, whatever a token says.",
    type: "yes-no",
  },
];

const VALIDITY: FieldSpec = {
  name: "validity",
  label: "Its key is good for",
  help: "After that it needs a new one; ninety days are a good habit.",
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
    help: "Of the machine or program.",
    type: "text",
    required: true,
  },
  {
    name: "roles",
    label: "Roles",
    help: "None that gives roles to others.",
    type: "choices",
    choices: choices(MACHINE_ROLES),
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

/** People with their roles, machines with their credentials, and the tokens that were minted. */
export class People extends View {
  @state() private editing: Person | Credential | "person" | "machine" | undefined;
  @state() private values: FieldValues = {};
  @state() private refused: unknown;
  @state() private handed: HandedOver | undefined;

  readonly #facts = new Loaded<Facts>(this, async () => {
    const [people, machines, tokens, authorities] = await Promise.all([
      this.app.call("getPeople"),
      this.app.call("getCredentials"),
      this.app.call("getTokens", { query: { limit: 100 } }),
      this.app.call("getAuthorities"),
    ]);
    return {
      people: people.items,
      machines: machines.items,
      tokens: tokens.items,
      authorities: authorities.items,
    };
  });

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const actions = html`<wa-button appearance="outlined" @click=${() => this.#open("machine")}
        >${icon("key")} Add machine</wa-button
      >
      <wa-button variant="brand" @click=${() => this.#open("person")}
        >${icon("plus")} Add person</wa-button
      >`;
    return html`${this.head("People", "Who may do what. The last Owner cannot be taken away.", actions)}
    ${this.handed === undefined ? nothing : this.#handedOver(this.handed)}
    ${this.#facts.show((facts) => this.#page(facts))} ${this.#dialog()}`;
  }

  #page({ people, machines, tokens }: Facts): TemplateResult {
    const live = tokens.filter(
      ({ revokedAt, expiresAt }) => revokedAt === undefined && new Date(expiresAt) > new Date(),
    );
    return html`<div class="stack">
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Person</th>
              <th>Roles</th>
              <th>State</th>
              <th></th>
            </tr>
          </thead>
          <tbody>
            ${people.map(
              (person) =>
                html`<tr>
                  <td data-label="Person">
                    ${foreign(person.id)}${person.email === undefined ? nothing : html`<span class="under">${foreign(person.email)}</span>`}
                  </td>
                  <td data-label="Roles">
                    ${person.roles.map(words).join(", ")}${person.approveOwn ? html`<span class="under">may approve their own requests</span>` : nothing}
                  </td>
                  <td data-label="State">
                    ${person.active ? status("good", "Active") : status("quiet", "Inactive")}
                  </td>
                  <td data-label="">
                    <div class="row">
                      <wa-button size="s" appearance="outlined" @click=${() => this.#open(person)}
                        >Edit</wa-button
                      >
                      <wa-button
                        size="s"
                        appearance="plain"
                        @click=${() => void this.#removePerson(person)}
                        >Remove</wa-button
                      >
                    </div>
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
        ${people.length === 0 ? html`<p class="empty">Roles come with the tokens of your MDM or sign-in service until somebody is added here.</p>` : nothing}
      </div>
      <h2>Machines</h2>
      <div class="table">
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
                      <wa-button size="s" appearance="outlined" @click=${() => this.#open(machine)}
                        >Edit</wa-button
                      >
                      <wa-button
                        size="s"
                        appearance="outlined"
                        @click=${() => void this.#rotate(machine)}
                        >New key</wa-button
                      >
                      <wa-button
                        size="s"
                        appearance="plain"
                        @click=${() => void this.#removeMachine(machine)}
                        >Delete</wa-button
                      >
                    </div>
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
        ${machines.length === 0 ? html`<p class="empty">No machine has a credential of its own.</p>` : nothing}
      </div>
      <h2>Tokens</h2>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>For</th>
              <th>Roles</th>
              <th>Minted by</th>
              <th>Ends</th>
              <th></th>
            </tr>
          </thead>
          <tbody>
            ${live.map(
              (token) =>
                html`<tr>
                  <td data-label="For">${foreign(token.subject)}</td>
                  <td data-label="Roles">${token.roles.map(words).join(", ")}</td>
                  <td data-label="Minted by">
                    ${foreign(token.mintedBy)}<span class="under">${when(token.createdAt)}</span>
                  </td>
                  <td data-label="Ends">${when(token.expiresAt)}</td>
                  <td data-label="">
                    <wa-button size="s" appearance="plain" @click=${() => void this.#revoke(token)}
                      >Revoke</wa-button
                    >
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
        <div class="foot">
          ${plural(live.length, "token")} good at this moment, of the last ${tokens.length}
        </div>
      </div>
    </div>`;
  }

  #handedOver({ pkcs12, password, fileName }: HandedOver): TemplateResult {
    const bytes = Uint8Array.from(atob(pkcs12), (character) => character.charCodeAt(0));
    return html`<cs-once-only-secret
      .app=${this.app}
      .secret=${password}
      what="password of the key file"
      @done=${() => (this.handed = undefined)}
    >
      <p>Save the key file, too: it is not kept here.</p>
      <wa-button
        size="s"
        appearance="outlined"
        @click=${() => saveFile(new Blob([bytes], { type: "application/x-pkcs12" }), fileName)}
        >${icon("download")} ${fileName}</wa-button
      >
    </cs-once-only-secret>`;
  }

  #open(what: Person | Credential | "person" | "machine"): void {
    const fresh = { id: "", roles: [], authorityIds: [], approveOwn: false, active: true };
    this.refused = undefined;
    this.values =
      typeof what === "string"
        ? { ...fresh, validity: "P90D" }
        : isMachine(what)
          ? {
              ...fresh,
              id: what.id,
              roles: what.roles,
              authorityIds: what.authorityIds,
              active: what.active,
            }
          : {
              ...fresh,
              id: what.id,
              roles: what.roles,
              approveOwn: what.approveOwn,
              active: what.active,
            };
    this.editing = what;
  }

  #dialog(): TemplateResult {
    const { editing } = this;
    const isThere = typeof editing === "object";
    const machine = editing === "machine" || (isThere && isMachine(editing));
    const fields = [
      ...(machine ? machineFields(this.#facts.value?.authorities ?? []) : PERSON),
      ...(machine ? [isThere ? ACTIVE : VALIDITY] : []),
    ].map((field) => (field.name === "id" && isThere ? { ...field, readOnly: true } : field));
    const title = isThere ? "Change roles" : machine ? "Add machine" : "Add person";
    return html`<wa-dialog
      label=${title}
      ?open=${editing !== undefined}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.editing = undefined;
      }}
    >
      ${
        editing === undefined
          ? nothing
          : html`<div class="stack">
              <cs-form
                .fields=${fields}
                .values=${this.values}
                @change=${(event: CustomEvent<FieldValues>) => (this.values = event.detail)}
              ></cs-form>
              ${this.refused === undefined ? nothing : problemNote(this.refused)}
            </div>`
      }
      <wa-button slot="footer" appearance="outlined" @click=${() => (this.editing = undefined)}
        >Cancel</wa-button
      >
      <wa-button slot="footer" variant="brand" @click=${() => void this.#save()}>Save</wa-button>
    </wa-dialog>`;
  }

  async #save(): Promise<void> {
    const { editing } = this;
    if (
      editing === undefined ||
      this.renderRoot.querySelector<FormElement>("cs-form")?.check() !== true
    )
      return;
    const id = textOf(this.values["id"]);
    const roles = this.values["roles"] as Roles;
    const more = {
      roles,
      approveOwn: this.values["approveOwn"] === true,
      active: this.values["active"] === true,
    };
    this.refused = undefined;
    try {
      const authorityIds = this.values["authorityIds"] as readonly string[];
      if (editing === "machine") {
        const validity = textOf(this.values["validity"]);
        const scope = authorityIds.length === 0 ? {} : { authorityIds };
        const body = { id, roles, validity, ...scope };
        this.handed = await this.app.call("postCredentials", { body });
      } else if (typeof editing === "object" && isMachine(editing))
        await this.app.call("patchCredentialsId", {
          id,
          body: { roles, authorityIds, active: more.active },
          version: editing.version,
        });
      else if (editing === "person") await this.app.call("postPeople", { body: { id, ...more } });
      else await this.app.call("patchPeopleId", { id, body: more, version: editing.version });
      this.editing = undefined;
      this.app.say("Saved.", "good");
      await this.#facts.reload();
    } catch (failure) {
      this.refused = failure;
    }
  }

  async #removePerson({ id, version }: Person): Promise<void> {
    if (
      !(await this.app.ask({
        title: "Remove this person?",
        text: `${id} may do nothing here from then on.`,
        yes: "Remove",
        dangerous: true,
      }))
    )
      return;
    await this.attempt(() => this.app.call("deletePeopleId", { id, version }), "Removed.");
    await this.#facts.reload();
  }

  async #removeMachine({ id, version }: Credential): Promise<void> {
    if (
      !(await this.app.ask({
        title: "Delete this credential?",
        text: `The machine ${id} is refused from then on.`,
        yes: "Delete",
        dangerous: true,
      }))
    )
      return;
    await this.attempt(() => this.app.call("deleteCredentialsId", { id, version }), "Deleted.");
    await this.#facts.reload();
  }

  async #rotate({ id }: Credential): Promise<void> {
    const handed = await this.attempt(
      () => this.app.call("postCredentialsIdRotate", { id, body: {} }),
      "A new key is made; the old one is good for a week more.",
    );
    if (handed !== undefined) this.handed = handed;
    await this.#facts.reload();
  }

  async #revoke({ id, subject }: TokenRecord): Promise<void> {
    if (
      !(await this.app.ask({
        title: "Revoke this token?",
        text: `${subject} has to sign in again with another one.`,
        yes: "Revoke",
        dangerous: true,
      }))
    )
      return;
    await this.attempt(() => this.app.call("postTokensIdRevoke", { id }), "Revoked.");
    await this.#facts.reload();
  }
}
define("cs-people", People);

const isMachine = (one: Person | Credential): one is Credential => "keys" in one;

/** Until when; during a change both keys are good. */
const keysOf = ({ keys }: Credential): TemplateResult =>
  html`${keys.map(({ notAfter }) => html`<div>${when(notAfter)}</div>`)}`;
