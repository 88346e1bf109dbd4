import { html, nothing, type TemplateResult } from "lit";
import type { Authority, Endpoint, Template } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { foreign, words } from "../../ui/format.ts";
import { lifeText } from "./life-text.ts";

/** What a table of templates is made of. */
export interface TemplateFacts {
  readonly templates: readonly Template[];
  readonly authorities: ReadonlyMap<string, Authority>;
  readonly endpoints: readonly Endpoint[];
}

/** All templates, with who issues by them and where. */
export const templateFacts = async ({ call }: App): Promise<TemplateFacts> => {
  const [templates, authorities, endpoints] = await Promise.all([
    call("getTemplates"),
    call("getAuthorities"),
    call("getEndpoints"),
  ]);
  return {
    templates: templates.items,
    authorities: new Map(authorities.items.map((authority) => [authority.id, authority])),
    endpoints: endpoints.items,
  };
};

/** One line a template. */
export const templateTable = ({
  templates,
  authorities,
  endpoints,
}: TemplateFacts): TemplateResult => {
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
              <span><a href=${link(["templates", template.id])}>${foreign(template.name)}</a></span
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
};
