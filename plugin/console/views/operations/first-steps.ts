import { html, nothing, type TemplateResult } from "lit";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { status } from "../../ui/status.ts";
import type { TenantCaps } from "../authorities/cap-shown.ts";

/** The main steps of a new installation, with where each is done (R-11). */
export const firstSteps = (app: App, caps: TenantCaps | undefined): TemplateResult => {
  const step = (
    text: string,
    href: string,
    more: TemplateResult | string,
    done = false,
  ): TemplateResult =>
    html`<li><a href=${href}>${text}</a> ${more} ${done ? status("good", "Done") : nothing}</li>`;
  return html`<section class="card">
    <h2>First steps</h2>
    <ol class="first">
      ${step("Create a CA", link(["ca-servers"]), "and manage its certificates", (caps?.authorities.active ?? 0) > 0)}
      ${step("Configure enrolment", link(["endpoints"]), html`for devices, with a <a href=${link(["templates"])}>template</a>`, (caps?.certificates.active ?? 0) > 0)}
      ${app.may("people:manage") ? step("Manage users and credentials", link(["people"]), "of people and machines") : nothing}
    </ol>
    ${
      app.may("configuration:manage")
        ? html`<p class="quiet">
            <a href=${link(["start"])}>All of it on one page</a>, from nothing to a first
            certificate.
          </p>`
        : nothing
    }
  </section>`;
};
