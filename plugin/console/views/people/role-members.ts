import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Person } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { foreign, words } from "../../ui/format.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { HUMAN_ROLES } from "./role-names.ts";

type Role = (typeof HUMAN_ROLES)[number][0];

/** The six roles with their members, each to be taken away (R-02). Fires `changed`. */
export class RoleMembers extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) people: readonly Person[] = [];

  override render(): TemplateResult {
    return html`<div class="stack tight">
      <h2>Roles</h2>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Role</th>
              <th>Members</th>
            </tr>
          </thead>
          <tbody>
            ${HUMAN_ROLES.map(([role, label]) => this.#row(role, label))}
          </tbody>
        </table>
      </div>
    </div>`;
  }

  #row(role: Role, label: string): TemplateResult {
    const [name = role, about] = label.split(": ");
    const members = this.people.filter(({ roles }) => roles.includes(role));
    return html`<tr>
      <td data-label="Role">${name}<span class="under">${about}</span></td>
      <td data-label="Members">
        ${members.length === 0 ? html`<span class="quiet">none by name</span>` : nothing}
        ${members.map(
          (person) =>
            html`<div class="row">
              ${foreign(person.id)}
              <wa-button
                size="s"
                appearance="plain"
                @click=${() => void this.#take(role, name, person)}
                >Take away</wa-button
              >
            </div>`,
        )}
      </td>
    </tr>`;
  }

  async #take(role: Role, name: string, { id, roles, version }: Person): Promise<void> {
    const rest = roles.filter((one) => one !== role) as Role[];
    const yes = await this.app.ask({
      title: "Take this role away?",
      text: `${id} is no ${name} any more${rest.length === 0 ? ", and has no other role" : `, and stays ${rest.map(words).join(", ")}`}. Roles that come with a token of the sign-in service stay.`,
      yes: "Take away",
      dangerous: true,
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("patchPeopleId", { id, body: { roles: rest }, version }),
      "Taken away.",
    );
    this.dispatchEvent(new CustomEvent("changed"));
  }
}
define("cs-role-members", RoleMembers);
