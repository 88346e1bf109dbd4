import { html, nothing, type TemplateResult } from "lit";
import type { Authority } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { foreign, plural } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { authorityState } from "../../ui/state.ts";
import { View } from "../../ui/view.ts";
import { kindName } from "./ca-kinds.ts";

/** All CA servers, each issuing one below what vouches for it. */
export class CaServers extends View {
  readonly #authorities = new Loaded<readonly Authority[]>(
    this,
    async () => (await this.app.call("getAuthorities")).items,
  );

  protected override arrive(): void {
    void this.#authorities.reload();
  }

  override render(): TemplateResult {
    const all = this.#authorities.value;
    const sentence =
      all === undefined ? "" : all.length === 0 ? "There is none yet." : stateOf(all);
    const add = this.app.may("authorities:manage")
      ? html`<wa-button appearance="outlined" href=${link(["ca-servers", "outside"])}
            >Add an outside CA</wa-button
          >
          <wa-button variant="brand" href=${link(["ca-servers", "new"])}
            >${icon("plus")} Add CA server</wa-button
          >`
      : "";
    return html`${this.head("CA servers", sentence, add)}
    ${this.#authorities.show((items) => this.#table(items))}`;
  }

  #table(items: readonly Authority[]): TemplateResult {
    return html`<div class="table">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Identifier</th>
            <th>Type</th>
            <th>Status</th>
            <th>Expires</th>
            <th>Key</th>
          </tr>
        </thead>
        <tbody>
          ${inOrder(items).map(
            ({ authority, depth }) =>
              html`<tr>
                <td data-label="Name">
                  <span
                    >${depth > 0 ? html`<span class="quiet" aria-hidden="true">${"\u2514 "}</span>` : nothing}<a
                      href=${link(["ca-servers", authority.id])}
                      >${foreign(authority.name)}</a
                    ></span
                  >
                  <span class="under">${foreign(authority.subject)}</span>
                </td>
                <td data-label="Identifier"><span class="mono">${authority.id}</span></td>
                <td data-label="Type">${kindName(authority.kind)}</td>
                <td data-label="Status">${authorityState(authority)}</td>
                <td data-label="Expires">
                  ${authority.notAfter === undefined ? html`<span class="quiet">not yet</span>` : expiryBadge(authority.notAfter)}
                </td>
                <td data-label="Key">
                  <span class="mono">${authority.keyAlgorithm}</span
                  >${authority.keyStore === undefined ? nothing : html`<span class="under">in ${authority.keyStore}</span>`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${items.length === 0 ? html`<p class="empty">A CA server signs the certificates of your devices. The first one takes a minute.</p>` : nothing}
    </div>`;
  }
}
define("cs-ca-servers", CaServers);

const stateOf = (all: readonly Authority[]): string => {
  const issuing = all.filter(({ kind }) => kind === "issuing").length;
  const pending = all.filter(({ status }) => status === "pending").length;
  const waiting = pending === 0 ? "none waits" : plural(pending, "waits", "wait");
  return `${plural(issuing, "CA")} that ${issuing === 1 ? "issues" : "issue"} to devices, ${waiting} for a certificate.`;
};

interface Placed {
  readonly authority: Authority;
  readonly depth: number;
}

const inOrder = (items: readonly Authority[]): readonly Placed[] => {
  const known = new Set(items.map(({ id }) => id));
  const below = (parentId: string | undefined, depth: number): readonly Placed[] =>
    items
      .filter((item) =>
        parentId === undefined
          ? item.parentId === undefined || !known.has(item.parentId)
          : item.parentId === parentId && item.id !== parentId,
      )
      .flatMap((authority) => [{ authority, depth }, ...below(authority.id, depth + 1)]);
  return below(undefined, 0);
};
