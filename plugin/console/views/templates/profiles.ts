import { html, nothing, type TemplateResult } from "lit";
import type { CertificateProfile } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { View } from "../../ui/view.ts";
import { lifeText } from "./life-text.ts";
import { usageName } from "./usage-names.ts";

/** The catalogue: what CAs may put into certificates. */
export class Profiles extends View {
  readonly #profiles = new Loaded<readonly CertificateProfile[]>(
    this,
    async () => (await this.app.call("getCertificateProfiles")).items,
  );

  protected override arrive(): void {
    void this.#profiles.reload();
  }

  override render(): TemplateResult {
    const all = this.#profiles.value;
    const add = this.app.may("certificate-profiles:manage")
      ? html`<wa-button variant="brand" href=${link(["profiles", "new"])}
          >${icon("plus")} Add profile</wa-button
        >`
      : "";
    return html`${this.head("Profiles", all === undefined ? "" : `${plural(all.filter(({ origin }) => origin === "system").length, "profile")} that are shipped, ${all.filter(({ origin }) => origin === "custom").length} of your own.`, add)}
    ${this.#profiles.show((items) => this.#page(items))}`;
  }

  #page(items: readonly CertificateProfile[]): TemplateResult {
    const groups = [...new Set(items.map(({ group }) => group))].sort();
    const chosen = this.place.query.get("group");
    return html`<div class="bar" role="group" aria-label="Group">
        <a
          class="chip"
          href=${link(["profiles"])}
          aria-current=${chosen === null ? "true" : nothing}
          >All</a
        >
        ${groups.map((group) => html`<a class="chip" href=${link(["profiles"], { group })} aria-current=${chosen === group ? "true" : nothing}>${group}</a>`)}
      </div>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Profile</th>
              <th>Group</th>
              <th>Usages</th>
              <th>Valid for</th>
              <th>Origin</th>
            </tr>
          </thead>
          <tbody>
            ${items
              .filter(({ group }) => chosen === null || group === chosen)
              .map(
                (profile) =>
                  html`<tr>
                    <td data-label="Profile">
                      <span
                        ><a href=${link(["profiles", profile.id])}
                          ><span class="mono">${profile.id}</span></a
                        ></span
                      ><span class="under">${foreign(profile.description)}</span>
                    </td>
                    <td data-label="Group">${foreign(profile.group)}</td>
                    <td data-label="Usages" class="small">
                      ${profile.definition.usages.map((usage) => (usage.includes(".") ? usageName(usage) : words(usage))).join(", ")}
                    </td>
                    <td data-label="Valid for">${lifeText(profile.definition.validity_period)}</td>
                    <td data-label="Origin">
                      ${profile.origin === "custom" ? "Your own" : profile.ours ? "Countersign" : "Shipped"}
                    </td>
                  </tr>`,
              )}
          </tbody>
        </table>
      </div>`;
  }
}
define("cs-profiles", Profiles);
