import { html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { TokenRecord } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, when, words } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { styles } from "../../ui/styles.ts";
import { tableStyles } from "../../ui/table-styles.ts";

/** Tokens that are good at this moment, each to be revoked before its end. */
export class MintedTokens extends LitElement {
  static override styles = [styles, tableStyles];

  @property({ attribute: false }) app!: App;

  readonly #tokens = new Loaded<readonly TokenRecord[]>(
    this,
    async () => (await this.app.call("getTokens", { query: { limit: 100 } })).items,
  );

  protected override firstUpdated(): void {
    void this.#tokens.reload();
  }

  override render(): TemplateResult {
    return html`<div class="stack tight">
      <h2>Tokens</h2>
      ${this.#tokens.show((tokens) => this.#table(tokens))}
    </div>`;
  }

  #table(tokens: readonly TokenRecord[]): TemplateResult {
    const live = tokens.filter(
      ({ revokedAt, expiresAt }) => revokedAt === undefined && new Date(expiresAt) > new Date(),
    );
    return html`<div class="table">
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
    </div>`;
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
    await attempt(this.app, () => this.app.call("postTokensIdRevoke", { id }), "Revoked.");
    await this.#tokens.reload();
  }
}
define("cs-minted-tokens", MintedTokens);
