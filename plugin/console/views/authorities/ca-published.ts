import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, Crl, PublicFinding } from "../../api/calls.ts";
import type { App, Tone } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { count, foreign, plural, when } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { note, status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";

const TONES: Readonly<Record<PublicFinding["level"], Tone>> = {
  ok: "good",
  warning: "warn",
  fault: "bad",
};
/** Lists that are shown one by one. */
const SHOWN = 8;

/** The lists of a CA, signing them now, and whether what anybody gets from its public URLs is what it should be (A-12). */
export class CaPublished extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @state() private busy: "publish" | "check" | undefined;
  @state() private found: readonly PublicFinding[] | undefined;
  @state() private refused: unknown;

  readonly #lists = new Loaded<readonly Crl[]>(
    this,
    async () => (await this.app.call("getAuthoritiesIdCrl", { id: this.authority.id })).items,
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("authority")) return;
    this.found = undefined;
    void this.#lists.reload();
  }

  override render(): TemplateResult {
    const { crlEnabled, ocspEnabled, keyStore, status: is } = this.authority;
    const signs = keyStore !== undefined && crlEnabled && (is === "active" || is === "retired");
    return html`<section class="card stack tight">
      <h2>What it publishes</h2>
      <dl class="facts">
        <dt>CRL</dt>
        <dd>${crlEnabled ? "Enabled" : "Disabled"}</dd>
        <dt>OCSP</dt>
        <dd>${ocspEnabled ? "Enabled" : "Disabled"}</dd>
      </dl>
      ${crlEnabled ? this.#lists.show((lists) => this.#shown(lists), 2) : nothing}
      <div class="row">
        ${
          signs && this.app.may("certificates:change-status")
            ? html`<wa-button
                size="s"
                appearance="outlined"
                ?loading=${this.busy === "publish"}
                @click=${() => void this.#publish()}
                >${icon("refresh")} Publish the CRL now</wa-button
              >`
            : nothing
        }
        <wa-button
          size="s"
          appearance="outlined"
          ?loading=${this.busy === "check"}
          @click=${() => void this.#check()}
          >${icon("play")} Test what is published</wa-button
        >
      </div>
      <div aria-live="polite">
        ${this.refused === undefined ? nothing : problemNote(this.refused)}
        ${this.found === undefined ? nothing : this.#findings(this.found)}
      </div>
    </section>`;
  }

  #shown(lists: readonly Crl[]): TemplateResult {
    const behind = lists.reduce(
      (sum, list) => sum + (list.kind === "complete" ? list.behind : 0),
      0,
    );
    const warnings = [...new Set(lists.flatMap((list) => list.warnings))];
    return html`${
      lists.length === 0
        ? html`<p class="quiet">No list was signed yet.</p>`
        : html`<dl class="facts">
            ${lists.slice(0, SHOWN).map(
              (list) =>
                html`<dt>${nameOf(list)}</dt>
                  <dd>
                    ${plural(list.entries, "entry", "entries")}, ${kilobytes(list.size)}, number
                    <span class="mono">${list.number}</span>, ends ${when(list.nextUpdate)}
                  </dd>`,
            )}
          </dl>`
    }
    ${lists.length > SHOWN ? html`<p class="small quiet">and ${count(lists.length - SHOWN)} more (countersign authority crl)</p>` : nothing}
    ${behind > 0 ? html`<p class="small">${plural(behind, "change")} not on them yet; the next lists show ${behind === 1 ? "it" : "them"}.</p>` : nothing}
    ${warnings.map((text) => note("warn", foreign(text)))}`;
  }

  #findings(found: readonly PublicFinding[]): TemplateResult {
    const bad = found.filter(({ level }) => level !== "ok").length;
    return html`<div class="stack tight">
      <p>
        ${
          found.length === 0
            ? "It publishes nothing here."
            : bad === 0
              ? status("good", "Everything is as it should be")
              : status("bad", `${plural(bad, "thing is", "things are")} not as it should be`)
        }
      </p>
      <ul>
        ${found.map(
          ({ check, url, level, message, remedy }) =>
            html`<li>
              ${status(TONES[level], check)} <span class="mono small">${foreign(url)}</span>
              <div>${foreign(message)}</div>
              ${remedy === undefined ? nothing : html`<div class="quiet">${foreign(remedy)}</div>`}
            </li>`,
        )}
      </ul>
    </div>`;
  }

  async #publish(): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = "publish";
    const { id } = this.authority;
    const published = await attempt(
      this.app,
      () => this.app.call("postAuthoritiesIdCrl", { id }),
      "The CRL is published.",
    );
    if (published !== undefined) this.#lists.set(published.items);
    this.busy = undefined;
  }

  async #check(): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = "check";
    this.found = undefined;
    this.refused = undefined;
    try {
      const { id } = this.authority;
      this.found = (await this.app.call("postAuthoritiesIdCheck", { id })).items;
      await this.#lists.reload();
    } catch (failure) {
      this.refused = failure;
    } finally {
      this.busy = undefined;
    }
  }
}
define("cs-ca-published", CaPublished);

const nameOf = ({ shard, kind, url }: Crl): string => {
  const sharded = /\/\d+(?:-delta)?\.crl$/.test(url);
  return `${kind === "delta" ? "Delta" : "List"}${sharded ? ` ${shard}` : ""}`;
};

const kilobytes = (octets: number): string =>
  octets < 1_000_000
    ? `${Math.max(1, Math.round(octets / 1000))} kB`
    : `${(octets / 1_000_000).toFixed(1)} MB`;
