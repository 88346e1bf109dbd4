import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Distribution } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { define } from "../../ui/define.ts";
import { foreign, when } from "../../ui/format.ts";
import { styles } from "../../ui/styles.ts";
import { discardDraft, publishDraft } from "./draft-acts.ts";
import { memberName } from "../shapes/member-name.ts";

const LOST = "What was typed in the form since then is not part of it and is lost.";

/** "subject, profile ID and SCEP renewal": the members of a template in the middle of a sentence. */
const listOf = (members: readonly string[]): string => {
  const names = members.map((member) => inSentence(memberName(member)));
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
};

/** A capital that begins the sentence goes; one of an abbreviation stays. */
const inSentence = (name: string): string =>
  name.replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());

/**
 * The draft of a template beside its form: what it changes, and what may be done with it. Fires `take` to have it in the form, `done` once
 * it was published or discarded.
 */
export class TemplateDraftCard extends LitElement {
  static override styles = [
    styles,
    css`
      @media (max-width: 640px) {
        .row {
          display: grid;
          margin-block-start: var(--unit);
        }
        .row a {
          padding-block: var(--unit);
          text-align: center;
        }
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) distribution!: Distribution;
  /** The form shows it already. */
  @property({ type: Boolean }) taken = false;
  /** Something was typed that is not saved. */
  @property({ type: Boolean }) typed = false;

  override render(): TemplateResult | typeof nothing {
    const { draft, id } = this.distribution;
    if (draft === undefined) return nothing;
    const fields = Object.keys(draft.plan.change);
    return html`<section class="card stack tight" aria-labelledby="draft-title">
      <h2 id="draft-title">Draft ${draft.number}</h2>
      <p>
        ${fields.length === 0 ? "Changes whom the template is for" : `Changes ${listOf(fields)}`};
        nothing of it is delivered.
      </p>
      <p class="small quiet">Saved by ${foreign(draft.by)}, ${when(draft.at)}</p>
      ${
        fields.length === 0
          ? nothing
          : html`<p class="small quiet">
              ${this.taken ? "The form shows the template as this draft changes it." : "The form shows the template as it is. Saving it as a draft takes the place of what this draft changes."}
            </p>`
      }
      <div class="row">
        ${
          fields.length === 0 || this.taken
            ? nothing
            : html`<wa-button size="s" variant="brand" @click=${() => this.#fire("take")}
                >Continue the draft</wa-button
              >`
        }
        ${
          this.app.may("deployments:manage")
            ? html`<wa-button size="s" appearance="outlined" @click=${() => void this.#publish()}
                >Publish the draft</wa-button
              >`
            : nothing
        }
        <wa-button size="s" appearance="outlined" @click=${() => void this.#discard()}
          >Discard the draft</wa-button
        >
        <a href=${link(["templates", id])}>Whom it is for</a>
      </div>
    </section>`;
  }

  async #publish(): Promise<void> {
    const { app, distribution, typed } = this;
    if (await publishDraft(app, distribution, typed ? LOST : undefined)) this.#fire("done");
  }

  async #discard(): Promise<void> {
    const { app, distribution, typed } = this;
    if (await discardDraft(app, distribution, typed ? LOST : undefined)) this.#fire("done");
  }

  #fire(name: "take" | "done"): void {
    this.dispatchEvent(new CustomEvent(name));
  }
}
define("cs-template-draft", TemplateDraftCard);
