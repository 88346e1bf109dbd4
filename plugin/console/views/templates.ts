import { html, nothing, type TemplateResult } from "lit";
import type { Authority, Endpoint, Template } from "../api/calls.ts";
import { link } from "../app/route.ts";
import { define } from "../ui/define.ts";
import { foreign, plural, words } from "../ui/format.ts";
import { icon } from "../ui/icon.ts";
import { Loaded } from "../ui/loaded.ts";
import { View } from "../ui/view.ts";
import { lifeText } from "./life-text.ts";

interface Facts {
  readonly templates: readonly Template[];
  readonly authorities: ReadonlyMap<string, Authority>;
  readonly endpoints: readonly Endpoint[];
}

/** What certificates are issued by. */
export class Templates extends View {
  readonly #facts = new Loaded<Facts>(this, async () => {
    const [templates, authorities, endpoints] = await Promise.all([
      this.app.call("getTemplates"),
      this.app.call("getAuthorities"),
      this.app.call("getEndpoints"),
    ]);
    return {
      templates: templates.items,
      authorities: new Map(authorities.items.map((authority) => [authority.id, authority])),
      endpoints: endpoints.items,
    };
  });

  protected override arrive(): void {
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const facts = this.#facts.value;
    const add = this.app.may("configuration:manage")
      ? html`<wa-button variant="brand" href=${link(["templates", "new"])}
          >${icon("plus")} Add template</wa-button
        >`
      : "";
    const sentence =
      facts === undefined
        ? ""
        : facts.templates.length === 0
          ? "There is none yet."
          : `${plural(facts.templates.length, "template")}: what a certificate says, how its key is made and how long it lives.`;
    return html`${this.head("Templates", sentence, add)}
    ${this.#facts.show((known) => this.#table(known))}`;
  }

  #table({ templates, authorities, endpoints }: Facts): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Subject</th>
            <th>Issued by</th>
            <th>Valid for</th>
            <th>Challenge</th>
            <th>At</th>
          </tr>
        </thead>
        <tbody>
          ${templates.map((template) => {
            const at = endpoints.filter(({ templateIds }) => templateIds.includes(template.id));
            return html`<tr>
              <td data-label="Name">
                <span
                  ><a href=${link(["templates", template.id])}>${foreign(template.name)}</a></span
                ><span class="under mono">${template.id}</span>
              </td>
              <td data-label="Subject"><span class="mono">${foreign(template.subject)}</span></td>
              <td data-label="Issued by">
                <a href=${link(["ca-servers", template.authorityId])}
                  >${foreign(authorities.get(template.authorityId)?.name ?? template.authorityId)}</a
                >
              </td>
              <td data-label="Valid for">${lifeText(template.validity)}</td>
              <td data-label="Challenge">
                ${template.delivery === "pkcs12" ? "none (PKCS#12)" : words(template.challengeMode)}
              </td>
              <td data-label="At">
                ${at.length === 0 ? html`<span class="quiet">no endpoint</span>` : at.map(({ id }, index) => html`${index === 0 ? nothing : ", "}<a href=${link(["endpoints", id])}>${id}</a>`)}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${templates.length === 0 ? html`<p class="empty">A template says what a certificate looks like and which devices may have it.</p>` : nothing}
    </div>`;
  }
}
define("cs-templates", Templates);
