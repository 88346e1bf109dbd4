import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Distribution, DistributionPreview, HostGroup } from "../api/calls.ts";
import type { App } from "../app/app.ts";
import { attempt } from "../ui/attempt.ts";
import { define } from "../ui/define.ts";
import { formStyles } from "../ui/form-styles.ts";
import { plural } from "../ui/format.ts";
import { styles } from "../ui/styles.ts";
import "./distribution-draft.ts";
import { type DraftPlan, planIn } from "./distribution-draft.ts";
import { distributionFacts, stageName } from "./distribution-facts.ts";

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
            : html`<wa-button
                size="s"
                variant="brand"
                ?loading=${this.busy}
                @click=${() => void this.#publish()}
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
    this.reason = "";
    this.dispatchEvent(new CustomEvent("changed"));
  }

  #edit(): void {
    this.plan = planIn(this.distribution);
  }

  /** Asks with the counts of what it would do; undefined: no, or it could not be worked out. */
  async #asked(
    title: string,
    yes: string,
    trial: boolean,
  ): Promise<DistributionPreview | undefined> {
    const { id } = this.distribution;
    const preview = await attempt(this.app, () =>
      this.app.call("postTemplatesIdDistributionPreview", { id, body: { trial } }),
    );
    if (preview === undefined) return undefined;
    const { devices, fresh, leaving, warnings, days } = preview;
    const peak = Math.max(0, ...days.map(({ peakHour }) => peakHour));
    const sure = await this.app.ask({
      title,
      text: [
        `It is for ${plural(devices, "device")}: ${fresh} get the profile for the first time${days.length === 0 ? "" : `, over ${plural(days.length, "day")} with at most ${peak} an hour`}${leaving === 0 ? "" : `, and ${leaving} leave`}.`,
        ...warnings,
      ].join(" "),
      yes,
      dangerous: warnings.length > 0,
    });
    return sure ? preview : undefined;
  }

  async #publish(): Promise<void> {
    const preview = await this.#asked("Publish the draft?", "Publish", false);
    if (preview === undefined) return;
    await this.#do(
      "postTemplatesIdDistributionPublish",
      { expect: preview.devices },
      `Published to the ${stageName(preview.firstStage)}.`,
    );
  }

  async #advance(): Promise<void> {
    const { next } = this.distribution;
    if (next === undefined) return;
    const expect =
      next.stage === "everybody"
        ? (await this.#asked("Let everybody have it?", "Go on", true))?.devices
        : undefined;
    if (next.stage === "everybody" && expect === undefined) return;
    await this.#do(
      "postTemplatesIdDistributionAdvance",
      {
        ...(expect === undefined ? {} : { expect }),
        ...(next.ok ? {} : { force: true, reason: this.reason.trim() }),
      },
      `On to the ${stageName(next.stage)}.`,
    );
  }

  async #do(
    name: "postTemplatesIdDistributionPublish" | "postTemplatesIdDistributionAdvance",
    body: { readonly expect?: number; readonly force?: boolean; readonly reason?: string },
    done: string,
  ): Promise<void> {
    const { id, version } = this.distribution;
    this.busy = true;
    await attempt(this.app, () => this.app.call(name, { id, version, body }), done);
    this.busy = false;
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
    const { id, version } = this.distribution;
    const yes = await this.app.ask({
      title: "Discard the draft?",
      text: "What is published serves on as it is.",
      yes: "Discard",
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("deleteTemplatesIdDistributionDraft", { id, version }),
      "The draft is gone.",
    );
    this.#changed();
  }
}
define("cs-distribution", DistributionCard);
