import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Calls, Certificate } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { foreign, short, words } from "../../ui/format.ts";
import { Paged } from "../../ui/paged.ts";
import { certificateState } from "../../ui/state.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";
import { templateLink } from "../templates/template-link.ts";

/** Which certificates. */
export type CertificateQuery = Omit<
  NonNullable<Calls["getCertificates"]["request"]["query"]>,
  "limit" | "cursor"
>;

/** Certificates of a filter, page by page. */
export class CertificateList extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;
  @property({
    attribute: false,
    hasChanged: (to, from) => JSON.stringify(to) !== JSON.stringify(from),
  })
  query: CertificateQuery = {};

  readonly #list = new Paged<Certificate>(
    this,
    (cursor) => this.app.call("getCertificates", { query: { ...this.query, cursor } }),
    (failure) => this.app.fail(failure),
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("query") || !this.hasUpdated) void this.#list.reload();
  }

  override render(): TemplateResult {
    return html`${this.#list.show((items) => this.#table(items))}`;
  }

  #table(items: readonly Certificate[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Subject</th>
            <th>Serial</th>
            <th>Status</th>
            <th>Ends</th>
            <th>Template</th>
            <th>CA server</th>
            <th>Device</th>
            <th><span class="hidden">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (certificate) =>
              html`<tr>
                <td data-label="Subject">
                  <span
                    ><a href=${link(["certificates", certificate.id])}
                      >${foreign(certificate.subject)}</a
                    ></span
                  >
                  ${certificate.role === "subscriber" ? nothing : html`<span class="under">Internal: ${words(certificate.role)}</span>`}
                  ${certificate.sans.length === 0 ? nothing : html`<span class="under">${foreign(certificate.sans.map(({ value }) => value).join(", "))}</span>`}
                </td>
                <td data-label="Serial">${short(certificate.serial, 6)}</td>
                <td data-label="Status">${certificateState(certificate)}</td>
                <td data-label="Ends">${expiryBadge(certificate.notAfter)}</td>
                <td data-label="Template">${templateLink(certificate.templateId)}</td>
                <td data-label="CA server">
                  <a href=${link(["ca-servers", certificate.authorityId])}
                    >${certificate.authorityId}</a
                  >
                </td>
                <td data-label="Device">
                  ${certificate.deviceId === undefined ? nothing : html`<a href=${link(["devices", certificate.deviceId])}><span class="mono">${certificate.deviceId.slice(0, 8)}</span></a>`}
                </td>
                <td data-label="">${this.#actions(certificate)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">No certificate is like that.</p>` : nothing}
    </div>`;
  }

  /** What may be done with it (C-02): on its own page, which asks first. */
  #actions({ id, role, status, hold, serial }: Certificate): TemplateResult | typeof nothing {
    const open = status === "issued" || hold !== undefined;
    if (!open || role === "authority" || !this.app.may("certificates:change-status"))
      return nothing;
    const action = (name: string, what: string): TemplateResult =>
      html`<a href=${link(["certificates", id], { do: what })}
        >${name}<span class="hidden"> ${serial.slice(0, 8)}</span></a
      >`;
    return html`<div class="row small nowrap">
      ${hold === undefined ? action("Suspend", "suspend") : action("Unsuspend", "unsuspend")}
      ${action("Revoke", "revoke")}
    </div>`;
  }
}
define("cs-certificate-list", CertificateList);
