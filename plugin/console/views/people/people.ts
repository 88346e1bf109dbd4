import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Calls, Person } from "../../api/calls.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { foreign, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { textOf } from "../../ui/text-of.ts";
import { View } from "../../ui/view.ts";
import { peopleCommands, personCommand } from "./people-commands.ts";
import { HUMAN_ROLES, roleChoices } from "./role-names.ts";
import "../../ui/commands.ts";
import "../../ui/form-dialog.ts";
import "./machines.ts";
import "./minted-tokens.ts";
import "./role-members.ts";

type Roles = Calls["postPeople"]["request"]["body"]["roles"];

const PERSON: readonly FieldSpec[] = [
  {
    name: "id",
    label: "Subject or e-mail address",
    help: "As the MDM or your sign-in service calls them; also before they have ever signed in.",
    type: "text",
    required: true,
  },
  {
    name: "email",
    label: "E-mail address",
    help: "Where it is not the one above.",
    type: "text",
    format: { expression: "[^\\s@]+@[^\\s@]+", message: "An e-mail address, name@example.com." },
  },
  { name: "firstName", label: "First name", help: "For whoever reads this list.", type: "text" },
  { name: "lastName", label: "Last name", help: "For whoever reads this list.", type: "text" },
  {
    name: "roles",
    label: "Roles",
    help: "What they may do.",
    type: "choices",
    choices: roleChoices(HUMAN_ROLES),
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

const BLANK: FieldValues = {
  ...{ id: "", email: "", firstName: "", lastName: "" },
  ...{ roles: [], approveOwn: false, active: true },
};

/**
 * People with their roles and roles with their people; below them machines with their credentials, and the tokens that were minted. CA
 * Administrators see the machines only.
 */
export class People extends View {
  @state() private editing: Person | "new" | undefined;

  readonly #people = new Loaded<readonly Person[]>(this, async () =>
    this.app.may("people:manage") ? (await this.app.call("getPeople")).items : ([] as const),
  );

  get #machinesOnly(): boolean {
    return this.app.may("credentials:manage") && !this.app.may("people:manage");
  }

  protected override arrive(): void {
    if (!this.#machinesOnly) void this.#people.reload();
  }

  override render(): TemplateResult {
    const machines = this.app.may("credentials:manage")
      ? html`<cs-machines .app=${this.app}></cs-machines>`
      : nothing;
    if (this.#machinesOnly)
      return html`${this.head("People", "Machines with credentials of their own. People and their roles are the Owners' to change.")}
      ${machines}`;
    const add = html`<wa-button variant="brand" @click=${() => (this.editing = "new")}
      >${icon("plus")} Add person</wa-button
    >`;
    return html`${this.head("People", "Who may do what. The last Owner cannot be taken away.", add)}
      <div class="stack">
        ${this.#people.show(
          (people) =>
            html`${this.#table(people)}
              <cs-role-members
                .app=${this.app}
                .people=${people}
                @changed=${() => void this.#people.reload()}
              ></cs-role-members>
              <cs-commands .lines=${peopleCommands(people)}></cs-commands>`,
        )}
        ${machines}
        <cs-minted-tokens .app=${this.app}></cs-minted-tokens>
      </div>
      ${this.#dialog()}`;
  }

  #dialog(): TemplateResult {
    const { editing } = this;
    const stored = typeof editing === "object" ? editing : undefined;
    return html`<cs-form-dialog
      label=${stored === undefined ? "Add person" : "Change roles"}
      ?open=${editing !== undefined}
      .fields=${PERSON.map((field) => (field.name === "id" && stored !== undefined ? { ...field, readOnly: true } : field))}
      .values=${stored === undefined ? BLANK : valuesOf(stored)}
      .command=${(values: FieldValues) => [personCommand(stored, values)]}
      .save=${(values: FieldValues) => this.#save(editing, values)}
      @closed=${() => (this.editing = undefined)}
    ></cs-form-dialog>`;
  }

  #table(people: readonly Person[]): TemplateResult {
    return html`<div class="table">
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
                  ${foreign(person.id)}${aboutOf(person).map((text) => html`<span class="under">${foreign(text)}</span>`)}
                </td>
                <td data-label="Roles">
                  ${person.roles.map(words).join(", ")}${person.approveOwn ? html`<span class="under">may approve their own requests</span>` : nothing}
                </td>
                <td data-label="State">
                  ${person.active ? status("good", "Active") : status("quiet", "Inactive")}
                </td>
                <td data-label="">
                  <div class="row">
                    <wa-button
                      size="s"
                      appearance="outlined"
                      @click=${() => (this.editing = person)}
                      >Edit</wa-button
                    >
                    <wa-button size="s" appearance="plain" @click=${() => void this.#remove(person)}
                      >Remove</wa-button
                    >
                  </div>
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${people.length === 0 ? html`<p class="empty">Roles come with the tokens of your MDM or sign-in service until somebody is added here.</p>` : nothing}
    </div>`;
  }

  async #save(editing: Person | "new" | undefined, values: FieldValues): Promise<void> {
    const text = (name: string): string => textOf(values[name]).trim();
    const details = ["email", "firstName", "lastName"] as const;
    const rights = {
      roles: values["roles"] as Roles,
      approveOwn: values["approveOwn"] === true,
      active: values["active"] === true,
    };
    if (typeof editing === "object") {
      const changed = details
        .filter((name) => text(name) !== (editing[name] ?? ""))
        .map((name) => [name, text(name) === "" ? null : text(name)] as const);
      await this.app.call("patchPeopleId", {
        id: editing.id,
        body: { ...Object.fromEntries(changed), ...rights },
        version: editing.version,
      });
    } else {
      const given = details.filter((name) => text(name) !== "");
      const known = Object.fromEntries(given.map((name) => [name, text(name)]));
      await this.app.call("postPeople", { body: { id: text("id"), ...known, ...rights } });
    }
    this.app.say("Saved.", "good");
    await this.#people.reload();
  }

  async #remove({ id, version }: Person): Promise<void> {
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
    await this.#people.reload();
  }
}
define("cs-people", People);

const valuesOf = (person: Person): FieldValues => {
  const { id, email = "", firstName = "", lastName = "", roles, approveOwn, active } = person;
  return { id, email, firstName, lastName, roles, approveOwn, active };
};

/** Name and address, as far as they are known and say more than the id. */
const aboutOf = ({ id, email, firstName, lastName }: Person): readonly string[] => {
  const name = [firstName, lastName].filter((part) => part !== undefined).join(" ");
  return [name, email === id ? "" : (email ?? "")].filter((text) => text !== "");
};
