import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { TemplateImpact } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import type { Bar } from "../../ui/chart.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { foreign, plural, words } from "../../ui/format.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import type { TemplateChange } from "../shapes/template-change.ts";

/** What becomes of devices that have the template already. */
export interface RollOut {
  readonly how: "later" | "canary" | "all";
  /** For `all`: over how many days. */
  readonly days: number;
  /** For `canary`: how many devices go first. */
  readonly count: number;
}

const SHOWN = 10;
const WAYS: readonly (readonly [how: RollOut["how"], text: string])[] = [
  ["later", "Later: each at its own renewal"],
  ["canary", "A canary group first"],
  ["all", "All of them, by the renewal plan"],
];

/** `P7D` of a roll-out over all; undefined otherwise. */
export const moveOverOf = ({ how, days }: RollOut): string | undefined =>
  how === "all" ? `P${days}D` : undefined;

/** What saving a changed template would do to the devices that have it, and when it should. Fires `rollout` with the choice. */
export class TemplateImpactCard extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) templateId = "";
  @property({ attribute: false }) change: TemplateChange = {};
  @property({ attribute: false }) rollOut!: RollOut;
  /** Brings `change` up to what stands in the form. */
  @property({ attribute: false }) settle!: () => Promise<void>;
  @state() private impact: TemplateImpact | undefined;
  @state() private refused: unknown;
  @state() private busy = false;

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get("change") as TemplateChange | undefined;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(this.change)) {
      // What was worked out is about another change.
      this.impact = undefined;
      this.refused = undefined;
    }
  }

  /** Asks what the change would do; undefined when it would be refused, which is shown here. */
  async preview(): Promise<TemplateImpact | undefined> {
    this.busy = true;
    this.refused = undefined;
    try {
      await this.settle();
      const { change, rollOut } = this;
      const moveOver = moveOverOf(rollOut);
      const impact = await this.app.call("postTemplatesIdImpact", {
        id: this.templateId,
        body: { ...change, ...(moveOver === undefined ? {} : { moveOver }) },
      });
      const same =
        rollOut === this.rollOut && JSON.stringify(change) === JSON.stringify(this.change);
      if (same) this.impact = impact;
      return impact;
    } catch (failure) {
      this.refused = failure;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  override render(): TemplateResult {
    return html`<section class="card stack tight">
      <h2>What saving would do</h2>
      ${this.#ways()}
      <div aria-live="polite" class="stack tight">
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
        ${this.impact === undefined ? nothing : this.#shown(this.impact)}
      </div>
      <div>
        <wa-button
          size="s"
          appearance="outlined"
          ?loading=${this.busy}
          @click=${() => void this.preview()}
          >Work it out</wa-button
        >
      </div>
    </section>`;
  }

  #ways(): TemplateResult {
    const { how, days, count } = this.rollOut;
    const number = (event: Event, most: number): number =>
      Math.min(
        most,
        Math.max(1, Math.trunc(Number((event.target as HTMLInputElement).value)) || 1),
      );
    return html`<div class="field">
        <label for="how">Devices that have it</label>
        <select
          id="how"
          @change=${(event: Event) => this.#choose({ how: (event.target as HTMLSelectElement).value as RollOut["how"] })}
        >
          ${WAYS.map(([value, text]) => html`<option value=${value} ?selected=${value === how}>${text}</option>`)}
        </select>
      </div>
      ${
        how === "all"
          ? html`<div class="field">
              <label for="days">Over how many days</label>
              <input
                id="days"
                type="number"
                min="1"
                max="365"
                .value=${String(days)}
                @change=${(event: Event) => this.#choose({ days: number(event, 365) })}
              />
            </div>`
          : how === "canary"
            ? html`<div class="field">
                <label for="count">How many go first</label>
                <input
                  id="count"
                  type="number"
                  min="1"
                  max="1000"
                  aria-describedby="count-help"
                  .value=${String(count)}
                  @change=${(event: Event) => this.#choose({ count: number(event, 1000) })}
                />
                <div class="help" id="count-help">
                  They renew now, and it stops by itself when too many of them fail.
                </div>
              </div>`
            : nothing
      }`;
  }

  #choose(part: Partial<RollOut>): void {
    this.impact = undefined;
    this.dispatchEvent(new CustomEvent("rollout", { detail: { ...this.rollOut, ...part } }));
  }

  #shown(impact: TemplateImpact): TemplateResult {
    const { deployments, rekeyed, failing, failures, fields, days, whole, warnings } = impact;
    const all = this.rollOut.how === "all";
    return html`<p>
        ${fields.length === 0 ? "Nothing that is saved would differ." : html`Changes ${fields.map(words).join(", ")}.`}
        <strong>${plural(rekeyed, "device")}</strong> of
        ${deployments}${whole ? "" : " that were looked at"} ${rekeyed === 1 ? "gets" : "get"} a new
        key and certificate${all ? "" : " when each renews"}.
      </p>
      ${
        all && days.length > 0
          ? html`<cs-chart unit="new certificates" .bars=${days.map(barOf)}></cs-chart>`
          : nothing
      }
      ${warnings.map((text) => note("warn", foreign(text)))}
      ${
        failing === 0
          ? nothing
          : html`${note("bad", html`<strong>${plural(failing, "device")} would fail</strong> and ${failing === 1 ? "keeps" : "keep"} what ${failing === 1 ? "it has" : "they have"}.`)}
              <ul>
                ${failures.slice(0, SHOWN).map(({ deviceId, hostDeviceId, detail }) => html`<li><a href=${link(["devices", deviceId])}>${foreign(hostDeviceId)}</a>: ${foreign(detail)}</li>`)}
                ${failing > SHOWN ? html`<li class="quiet">and ${failing - SHOWN} more</li>` : nothing}
              </ul>`
      }`;
  }
}
define("cs-template-impact", TemplateImpactCard);

const barOf = ({ day, planned }: TemplateImpact["days"][number]): Bar => ({ day, value: planned });

/** One sentence for the question before saving; undefined: nobody notices. */
export const impactSentence = (
  { rekeyed, failing, deployments }: TemplateImpact,
  { how, days, count }: RollOut,
): string | undefined => {
  if (rekeyed + failing === 0) return undefined;
  const when =
    how === "all"
      ? `over ${plural(days, "day")}`
      : how === "canary"
        ? `${plural(count, "device")} of them now, the others when each renews`
        : "when each renews";
  return `Of ${plural(deployments, "device")} with this template ${rekeyed} ${rekeyed === 1 ? "gets" : "get"} a new key and certificate, ${when}; ${failing === 0 ? "none would fail" : `${failing} would fail and ${failing === 1 ? "keeps" : "keep"} what ${failing === 1 ? "it has" : "they have"}`}.`;
};
