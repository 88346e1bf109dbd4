import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Calls, Distribution, DistributionPreview, HostGroup } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import type { Bar } from "../../ui/chart.ts";
import { problemOf } from "../../api/problem.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { foreign, plural, visible } from "../../ui/format.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";

/** A draft as the API takes it. */
export type DraftPlan = {
  readonly [K in Exclude<keyof Body, "change" | "endpointId">]-?: Exclude<Body[K], undefined>;
};
type Body = Calls["patchTemplatesIdDistribution"]["request"]["body"];

type Place = "" | "include" | "exclude";

const LEAVING: readonly (readonly [rule: DraftPlan["leaving"], text: string])[] = [
  ["remove", "The profile is taken off"],
  ["revoke", "The profile is taken off, its certificates are revoked"],
  ["keep", "Nothing"],
];
const SHOWN = 50;

/** The plan of what is there, as a form begins with it. */
export const planIn = ({ draft, trial, serving }: Distribution): DraftPlan => {
  const plan = (draft ?? trial ?? serving)?.plan;
  return {
    everybody: plan?.everybody ?? null,
    includes: [...(plan?.includes ?? [])],
    excludes: [...(plan?.excludes ?? [])],
    testDeviceId: plan?.testDeviceId ?? null,
    stagedGroupId: plan?.stagedGroupId ?? null,
    over: plan?.over ?? "P7D",
    leaving: plan?.leaving ?? "remove",
  };
};

/** The form of a draft: groups in and out, test device, staged group, spread. Fires `saved` once it is saved, and `close`. */
export class DistributionDraft extends LitElement {
  static override styles = [
    styles,
    formStyles,
    css`
      .groups {
        display: grid;
        gap: var(--unit);
        max-block-size: 20rem;
        overflow-y: auto;
        padding: 3px;
      }
      .group {
        display: flex;
        flex-wrap: wrap;
        gap: 4px var(--unit);
        align-items: center;
        justify-content: space-between;
      }
      .group > label {
        min-inline-size: 0;
        overflow-wrap: anywhere;
      }
      .group > select {
        inline-size: auto;
        max-inline-size: 100%;
      }
    `,
  ];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) templateId = "";
  @property({ attribute: false }) version = 0;
  @property({ attribute: false }) groups: readonly HostGroup[] = [];
  @property({ attribute: false }) plan!: DraftPlan;
  @state() private filter = "";
  @state() private preview: DistributionPreview | undefined;
  @state() private refused: unknown;
  @state() private busy = false;
  @state() private deviceFault = "";
  /** The test device is known by then, or its fault. */
  #looked = Promise.resolve();

  override render(): TemplateResult {
    return html`<form
      class="fields"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#save();
      }}
    >
      ${this.#whom()} ${this.#groups()} ${this.#stages()} ${this.#manner()}
      <div aria-live="polite" class="stack tight">
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
        ${this.preview === undefined ? nothing : this.#shown(this.preview)}
      </div>
      <div class="row">
        <wa-button type="submit" variant="brand" ?loading=${this.busy}>Save draft</wa-button>
        <wa-button appearance="outlined" ?loading=${this.busy} @click=${() => void this.#count()}
          >Work it out</wa-button
        >
        <wa-button appearance="plain" @click=${() => this.dispatchEvent(new CustomEvent("close"))}
          >Close</wa-button
        >
      </div>
    </form>`;
  }

  #whom(): TemplateResult {
    const { everybody } = this.plan;
    const choices = [
      ["", "The groups below"],
      ["devices", "All devices"],
      ["users", "All devices that have a user"],
    ] as const;
    return html`<div class="field">
      <label for="everybody">For whom</label>
      <select
        id="everybody"
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          this.#set({ everybody: value === "" ? null : (value as "devices" | "users") });
        }}
      >
        ${choices.map(([value, text]) => html`<option value=${value} ?selected=${value === (everybody ?? "")}>${text}</option>`)}
      </select>
    </div>`;
  }

  #groups(): TemplateResult {
    const wanted = this.filter.toLowerCase();
    const found = this.groups.filter(({ name }) => name.toLowerCase().includes(wanted));
    return html`<fieldset class="fields">
      <legend>Groups</legend>
      ${
        this.groups.length > 8
          ? html`<div class="field">
              <label for="filter">Find a group</label>
              <input
                id="filter"
                type="search"
                @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
              />
            </div>`
          : nothing
      }
      ${this.groups.length === 0 ? html`<p class="quiet">No host has handed over a group yet.</p>` : nothing}
      <div class="groups">
        ${found.slice(0, SHOWN).map((group, index) => this.#group(group, index))}
      </div>
      ${found.length > SHOWN ? html`<p class="small quiet">and ${found.length - SHOWN} more</p>` : nothing}
    </fieldset>`;
  }

  #group({ id, name, kind, members, hostCount }: HostGroup, index: number): TemplateResult {
    const { includes, excludes } = this.plan;
    const place: Place = includes.includes(id) ? "include" : excludes.includes(id) ? "exclude" : "";
    const choices: readonly (readonly [Place, string])[] = [
      ["", "Not named"],
      ["include", "Included"],
      ["exclude", "Excluded"],
    ];
    return html`<div class="group">
      <label for="group-${index}"
        >${foreign(name)}
        <span class="small quiet">${plural(hostCount ?? members, kind)}</span></label
      >
      <select
        id="group-${index}"
        @change=${(event: Event) => this.#place(id, (event.target as HTMLSelectElement).value as Place)}
      >
        ${choices.map(([value, text]) => html`<option value=${value} ?selected=${value === place}>${text}</option>`)}
      </select>
    </div>`;
  }

  #stages(): TemplateResult {
    const { testDeviceId, stagedGroupId } = this.plan;
    return html`<div class="field">
        <label for="test">Test device, first</label>
        <input
          id="test"
          autocomplete="off"
          aria-describedby="test-help"
          aria-invalid=${this.deviceFault !== ""}
          .value=${testDeviceId ?? ""}
          @change=${(event: Event) => this.#look((event.target as HTMLInputElement).value)}
        />
        <div class="help" id="test-help">Its serial number, name, user or id; empty for none.</div>
        ${this.deviceFault === "" ? nothing : html`<div class="fault" role="alert">${this.deviceFault}</div>`}
      </div>
      <div class="field">
        <label for="staged">Staged group, second</label>
        <select
          id="staged"
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.#set({ stagedGroupId: value === "" ? null : value });
          }}
        >
          <option value="">None</option>
          ${this.groups.map(({ id, name }) => html`<option value=${id} ?selected=${id === stagedGroupId}>${visible(name)}</option>`)}
        </select>
      </div>`;
  }

  #manner(): TemplateResult {
    const { over, leaving } = this.plan;
    return html`<div class="field">
        <label for="over">Everybody, over how many days</label>
        <input
          id="over"
          type="number"
          min="1"
          max="365"
          .value=${/^P(\d+)D$/.exec(over)?.[1] ?? ""}
          @change=${(event: Event) => {
            const days = Math.trunc(Number((event.target as HTMLInputElement).value));
            if (days >= 1 && days <= 365) this.#set({ over: `P${days}D` });
          }}
        />
      </div>
      <div class="field">
        <label for="leaving">When a device is no longer meant</label>
        <select
          id="leaving"
          @change=${(event: Event) => this.#set({ leaving: (event.target as HTMLSelectElement).value as DraftPlan["leaving"] })}
        >
          ${LEAVING.map(([rule, text]) => html`<option value=${rule} ?selected=${rule === leaving}>${text}</option>`)}
        </select>
      </div>`;
  }

  #shown({ devices, fresh, leaving, warnings, days, impact }: DistributionPreview): TemplateResult {
    return html`<p>
        <strong>${plural(devices, "device")}</strong>: ${fresh} get the profile for the first
        time${leaving === 0 ? "" : `, ${leaving} leave`}${impact === undefined ? "" : `, ${impact.rekeyed} get a new certificate`}.
      </p>
      ${warnings.map((warning) => note("warn", foreign(warning)))}
      ${days.length === 0 ? nothing : html`<cs-chart unit="deliveries" .bars=${days.map(barOf)}></cs-chart>`}`;
  }

  #set(part: Partial<DraftPlan>): void {
    this.preview = undefined;
    this.refused = undefined;
    this.plan = { ...this.plan, ...part };
  }

  #place(id: string, place: Place): void {
    const without = (ids: readonly string[]) => ids.filter((one) => one !== id);
    const includes = without(this.plan.includes);
    const excludes = without(this.plan.excludes);
    this.#set({
      includes: place === "include" ? [...includes, id] : includes,
      excludes: place === "exclude" ? [...excludes, id] : excludes,
    });
  }

  /** One after the other: what was typed last wins. */
  #look(text: string): void {
    this.#looked = this.#looked.then(() => this.#device(text));
  }

  async #device(text: string): Promise<void> {
    this.deviceFault = "";
    if (text.trim() === "") {
      this.#set({ testDeviceId: null });
      return;
    }
    try {
      const { items } = await this.app.call("getDevices", { query: { q: text.trim(), limit: 2 } });
      const [device] = items;
      if (device !== undefined && items.length === 1) this.#set({ testDeviceId: device.id });
      else this.deviceFault = items.length === 0 ? "No such device." : "More than one: say which.";
    } catch (failure) {
      this.deviceFault = problemOf(failure).title;
    }
  }

  async #count(): Promise<void> {
    await this.#try(async () => {
      const { templateId: id, plan: body } = this;
      const preview = await this.app.call("postTemplatesIdDistributionPreview", { id, body });
      // What was worked out is about another plan where it was changed meanwhile.
      if (body === this.plan) this.preview = preview;
    });
  }

  async #save(): Promise<void> {
    await this.#try(async () => {
      const { templateId: id, plan: body, version } = this;
      const saved = await this.app.call("patchTemplatesIdDistribution", { id, body, version });
      this.app.say(
        `Draft ${saved.draft?.number ?? ""} is saved; nothing is delivered yet.`,
        "good",
      );
      this.dispatchEvent(new CustomEvent("saved"));
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.refused = undefined;
    try {
      await this.#looked;
      if (this.deviceFault === "") await work();
      else this.renderRoot.querySelector<HTMLElement>("#test")?.focus();
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = false;
    }
  }
}
define("cs-distribution-draft", DistributionDraft);

const barOf = ({ day, planned }: DistributionPreview["days"][number]): Bar => ({
  day,
  value: planned,
});
