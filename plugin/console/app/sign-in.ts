import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { problemOf } from "../api/problem.ts";
import { define } from "../ui/define.ts";
import { formStyles } from "../ui/form-styles.ts";
import { icon } from "../ui/icon.ts";
import { styles } from "../ui/styles.ts";

/** Takes a token; `take` tries it and rejects when it is not good. */
export class SignIn extends LitElement {
  static override styles = [
    styles,
    formStyles,
    css`
      .box {
        max-inline-size: 26rem;
        margin: 12vh auto 0;
        padding: calc(var(--unit) * 3);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 10px;
        margin-block-end: calc(var(--unit) * 2);
      }
      .brand .icon {
        inline-size: 1.75rem;
        block-size: 1.75rem;
        color: var(--accent);
      }
      wa-button {
        inline-size: 100%;
      }
    `,
  ];

  @property({ attribute: false }) take!: (token: string) => Promise<void>;
  /** Inside a dialog over the view that is kept. */
  @property({ type: Boolean }) again = false;
  @state() private fault: string | undefined;
  @state() private busy = false;

  override render(): TemplateResult {
    const form = html`<form class="stack" @submit=${this.#submit}>
      <div class="field">
        <label for="token">Access token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck="false"
          required
          aria-describedby="token-help"
          aria-invalid=${this.fault === undefined ? "false" : "true"}
        />
        <div class="help" id="token-help">
          ${
            this.again
              ? "Your session has ended. Sign in again: what you typed is still there."
              : html`The server wrote one to the file <span class="mono">token</span> of its data
                  folder when it started; an Owner makes others with
                  <span class="mono">countersign token create</span>. It is kept in this tab only.`
          }
        </div>
        ${this.fault === undefined ? nothing : html`<div class="fault" role="alert">${icon("alert")}<span>${this.fault}</span></div>`}
      </div>
      <wa-button type="submit" variant="brand" ?loading=${this.busy}>Sign in</wa-button>
    </form>`;
    return this.again
      ? form
      : html`<main class="card box">
          <div class="brand">
            ${icon("profile")}
            <h1>Countersign</h1>
          </div>
          ${form}
        </main>`;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#token");
    const token = input?.value.trim() ?? "";
    if (token === "" || input === null) {
      this.fault = "Paste the token.";
      input?.focus();
      return;
    }
    this.busy = true;
    this.fault = undefined;
    try {
      await this.take(token);
      input.value = "";
    } catch (thrown) {
      const { title, nextStep } = problemOf(thrown);
      this.fault = `${title}. ${nextStep ?? ""}`;
    } finally {
      this.busy = false;
    }
  }
}
define("cs-sign-in", SignIn);
