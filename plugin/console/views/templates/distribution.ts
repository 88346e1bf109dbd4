import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Distribution, HostGroup } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { styles } from "../../ui/styles.ts";
import "./distribution-draft.ts";
import { type DraftPlan, planIn } from "./distribution-draft.ts";
import { distributionFacts, stageName, theStage } from "./distribution-facts.ts";
import { askWithCounts, discardDraft, publishDraft } from "./draft-acts.ts";

/** Whom a template is for: what serves, what is on trial, the draft, and what may be done with it. Fires `changed`. */
export class DistributionCard extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) distribution!: Distribution;
  @property({ attribute: false }) groups: readonly HostGroup[] = [];
  /** The draft that is being written. */
  @state() private plan: DraftPlan | undefined;
  @state() private reason = "";
  @state() private busy = false;

  override render(): TemplateResult {
    const { distribution } = this;
    const may = this.app.may("configuration:manage") && this.app.may("deployments:manage");
    return html`<section class="card stack tight" aria-labelledby="distribution-title">
      <h2 id="distribution-title">Distribution</h2>
      ${distributionFacts(distribution, new Map(this.groups.map((group) => [group.id, group])))}
      ${may ? this.#acts() : nothing}
      ${
        this.plan === undefined
          ? nothing
          : html`<cs-distribution-draft
              .app=${this.app}
              .templateId=${distribution.id}
              .version=${distribution.version}
              .groups=${this.groups}
              .plan=${this.plan}
              @saved=${() => {
                this.plan = undefined;
                this.#changed();
              }}
              @close=${() => (this.plan = undefined)}
            ></cs-distribution-draft>`
      }
    </section>`;
  }

  #acts(): TemplateResult {
    const { draft, trial, next, walk } = this.distribution;
    return html`<div class="row">
        ${
          draft === undefined
            ? nothing
            : html`<wa-button size="s" variant="brand" @click=${() => void this.#publish()}
                >Publish</wa-button
              >`
        }
        ${
          next === undefined
            ? nothing
            : html`<wa-button
                size="s"
                variant="brand"
                ?disabled=${!next.ok && this.reason.trim() === ""}
                ?loading=${this.busy}
                @click=${() => void this.#advance()}
                >${next.ok ? "Go on to" : "Force"} ${stageName(next.stage)}</wa-button
              >`
        }
        ${
          walk?.state === "held"
            ? html`<wa-button size="s" variant="danger" @click=${() => void this.#release()}
                >Let them leave</wa-button
              >`
            : nothing
        }
        ${
          trial === undefined
            ? nothing
            : html`<wa-button size="s" appearance="outlined" @click=${() => void this.#withdraw()}
                >Withdraw the trial</wa-button
              >`
        }
        ${
          this.plan === undefined
            ? html`<wa-button
                size="s"
                appearance="outlined"
                @click=${() => {
                  this.#edit();
                }}
                >${draft === undefined ? "New draft" : "Edit the draft"}</wa-button
              >`
            : nothing
        }
        ${
          draft === undefined
            ? nothing
            : html`<wa-button size="s" appearance="plain" @click=${() => void this.#discard()}
                >Discard the draft</wa-button
              >`
        }
      </div>
      ${
        next === undefined || next.ok
          ? nothing
          : html`<div class="field">
              <label for="reason">Reason for going on before that</label>
              <input
                id="reason"
                .value=${this.reason}
                @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
              />
            </div>`
      }`;
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent("changed"));
  }

  #edit(): void {
    this.plan = planIn(this.distribution);
  }

  async #publish(): Promise<void> {
    await publishDraft(this.app, this.distribution);
    // Also when it was refused: what is shown may have changed meanwhile.
    this.#changed();
  }

  async #advance(): Promise<void> {
    const { id, version, next } = this.distribution;
    if (next === undefined) return;
    const question = { title: "Let everybody have it?", yes: "Go on", trial: true };
    const expect =
      next.stage === "everybody"
        ? (await askWithCounts(this.app, this.distribution, question))?.devices
        : undefined;
    if (next.stage === "everybody" && expect === undefined) return;
    const body = {
      ...(expect === undefined ? {} : { expect }),
      ...(next.ok ? {} : { force: true, reason: this.reason.trim() }),
    };
    this.busy = true;
    await attempt(
      this.app,
      () => this.app.call("postTemplatesIdDistributionAdvance", { id, version, body }),
      `On to ${theStage(next.stage)}.`,
    );
    this.busy = false;
    this.reason = "";
    this.#changed();
  }

  async #withdraw(): Promise<void> {
    const { id, version, trial } = this.distribution;
    const yes = await this.app.ask({
      title: "Withdraw the trial?",
      text: "Its devices go back to what serves; where nothing serves, they are let go by the rule of the version.",
      yes: "Withdraw",
      dangerous: true,
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("postTemplatesIdDistributionWithdraw", { id, version }),
      `Version ${trial?.number ?? ""} is withdrawn.`,
    );
    this.#changed();
  }

  async #release(): Promise<void> {
    const { id } = this.distribution;
    const yes = await this.app.ask({
      title: "Let them leave?",
      text: "Every device that is no longer in a group of this template loses it, by the rule that is set.",
      yes: "Let them leave",
      dangerous: true,
      typed: id,
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("postTemplatesIdDistributionRelease", { id }),
      "It goes on.",
    );
    this.#changed();
  }

  async #discard(): Promise<void> {
    if (await discardDraft(this.app, this.distribution)) this.#changed();
  }
}
define("cs-distribution", DistributionCard);
