import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, Endpoint, Ra } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { foreign, onDay, plural, visible } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";

const DAY = 86_400_000;

interface Counted extends Ra {
  readonly devices: number;
}

/** The RA certificates of a CA, how many devices enrolled last by each, and the next one of an endpoint. Fires `changed`. */
export class CaRas extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @property({ attribute: false }) endpoints: readonly Endpoint[] = [];
  @state() private picked = "";
  @state() private day = "";
  @state() private busy = false;

  readonly #ras = new Loaded<readonly Counted[]>(this, async () => {
    const { items } = await this.app.call("getRas");
    const own = items.filter(
      ({ authorityId, retiredAt }) => authorityId === this.authority.id && retiredAt === undefined,
    );
    return Promise.all(
      own.map(async (ra) => ({
        ...ra,
        devices: (await this.app.call("getRasIdUsage", { id: ra.id })).devices,
      })),
    );
  });

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("authority")) void this.#ras.reload();
  }

  override render(): TemplateResult {
    return html`<section class="card stack tight">
      <h2>RA certificates</h2>
      <p class="small quiet">
        They open the envelopes of requests. Each is replaced by itself ahead of its end, with
        overlap.
      </p>
      ${this.#ras.show((ras) => this.#list(ras))}
    </section>`;
  }

  #list(ras: readonly Counted[]): TemplateResult {
    const may = this.app.may("configuration:manage") && this.authority.status === "active";
    return html`${ras.length === 0 ? html`<p class="quiet">None yet.</p>` : nothing}
      <ul>
        ${ras.map((ra) => html`<li>${this.#ra(ra)}</li>`)}
      </ul>
      ${may && this.endpoints.length > 0 ? this.#next(this.endpoints) : nothing}`;
  }

  #ra(ra: Counted): TemplateResult {
    const at = this.endpoints.filter(({ raId }) => raId === ra.id);
    const next = this.endpoints.filter((endpoint) => endpoint.next?.raId === ra.id);
    return html`<div>${foreign(ra.subject)}</div>
      <div class="small">
        ${ra.notAfter === undefined ? "waits for its certificate" : ra.retiredAt === undefined ? html`${onDay(ra.notAfter)}, ${expiryBadge(ra.notAfter)}` : html`retired, ends ${onDay(ra.notAfter)}`};
        ${plural(ra.devices, "device")} enrolled last by it
      </div>
      <div class="small">
        ${at.length > 0 ? status("good", html`Serves ${named(at)}`) : nothing}
        ${next.map((endpoint) => status("info", html`Takes over at ${named([endpoint])} ${onDay(endpoint.next?.from)}`))}
        ${at.length + next.length === 0 ? status("quiet", "Serves no endpoint") : nothing}
      </div>`;
  }

  #next(endpoints: readonly Endpoint[]): TemplateResult {
    return html`<form
      class="row"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#schedule();
      }}
    >
      <div class="field">
        <label for="endpoint">New RA certificate at</label>
        <select
          id="endpoint"
          @change=${(event: Event) => (this.picked = (event.target as HTMLSelectElement).value)}
        >
          ${endpoints.map(({ id, name }) => html`<option value=${id}>${visible(name)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="from">From</label>
        <input
          id="from"
          type="date"
          .value=${this.#from}
          @input=${(event: Event) => (this.day = (event.target as HTMLInputElement).value)}
        />
      </div>
      <wa-button type="submit" size="s" appearance="outlined" ?loading=${this.busy}
        >Schedule it</wa-button
      >
    </form>`;
  }

  /** In two weeks unless somebody says otherwise: devices are to hear of it first. */
  get #from(): string {
    return this.day === "" ? new Date(Date.now() + 14 * DAY).toISOString().slice(0, 10) : this.day;
  }

  async #schedule(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const id = this.picked === "" ? (this.endpoints[0]?.id ?? "") : this.picked;
    const from = `${this.#from}T00:00:00Z`;
    const done = await attempt(
      this.app,
      () => this.app.call("postEndpointsIdRollOver", { id, body: { from } }),
      "The next RA certificate is made and announced; it takes over by itself.",
    );
    this.busy = false;
    if (done !== undefined) this.dispatchEvent(new CustomEvent("changed"));
  }
}
define("cs-ca-ras", CaRas);

const named = (endpoints: readonly Endpoint[]): TemplateResult =>
  html`${endpoints.map(({ id, name }, index) => html`${index === 0 ? nothing : ", "}<a href=${link(["endpoints", id])}>${foreign(name)}</a>`)}`;
