import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, RollOver, Usage } from "../../api/calls.ts";
import type { App, Tone } from "../../app/app.ts";
import { link } from "../../app/route.ts";
import { attempt } from "../../ui/attempt.ts";
import { define } from "../../ui/define.ts";
import { formStyles } from "../../ui/form-styles.ts";
import { count, onDay, plural, when } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note, status } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import "./roll-over-start.ts";

interface Facts {
  readonly usage: Usage;
  /** In which this CA hands over, the newest first. */
  readonly rollOvers: readonly RollOver[];
  /** In which it takes over. */
  readonly from: RollOver | undefined;
}

const STAGES: Readonly<Record<RollOver["state"], readonly [Tone, string]>> = {
  waiting: ["warn", "Waits for the new CA's certificate"],
  announced: ["info", "Announced"],
  overlap: ["info", "The new CA issues; the old one fades out"],
  done: ["good", "Done"],
  cancelled: ["quiet", "Called off"],
};

/** How many devices stand on a CA, and its next certificate or key. Fires `changed`. */
export class CaKeys extends LitElement {
  static override styles = [styles, formStyles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @state() private starting = false;

  readonly #facts = new Loaded<Facts>(this, async () => {
    const { id } = this.authority;
    const [usage, { items }] = await Promise.all([
      this.app.call("getAuthoritiesIdUsage", { id }),
      this.app.call("getRollOvers"),
    ]);
    const live = items.filter(({ state: is }) => is !== "cancelled");
    return {
      usage,
      rollOvers: live.filter(({ authorityId }) => authorityId === id),
      from: live.find(({ successorId }) => successorId === id),
    };
  });

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("authority")) void this.#facts.reload();
  }

  override render(): TemplateResult {
    return html`<section class="card stack tight">
        <h2>Its next certificate and key</h2>
        ${this.#facts.show((facts) => this.#page(facts))}
      </section>
      <cs-roll-over-start
        .app=${this.app}
        .authority=${this.authority}
        ?open=${this.starting}
        @closed=${() => (this.starting = false)}
        @started=${() => this.#changed()}
      ></cs-roll-over-start>`;
  }

  #page({ usage, rollOvers, from }: Facts): TemplateResult {
    const { authority } = this;
    const open = rollOvers.find(({ state: is }) => is !== "done");
    const may = this.app.may("authorities:manage") && authority.keyStore !== undefined;
    const active = authority.status === "active";
    return html`<p>
        ${usage.devices === 0 ? "No device stands on it." : html`<strong>${plural(usage.devices, "device")}</strong> ${usage.devices === 1 ? "stands" : "stand"} on it.`}
      </p>
      ${from === undefined ? nothing : html`<p>It takes over from <a href=${link(["ca-servers", from.authorityId])}>${from.authorityId}</a> ${onDay(from.startsAt)}.</p>`}
      ${rollOvers.map((one) => this.#rollOver(one))}
      ${
        may && active
          ? html`<div class="row">
                <wa-button
                  size="s"
                  appearance="outlined"
                  ?disabled=${authority.renewing}
                  @click=${() => void this.#renew()}
                  >${icon("refresh")} Renew the certificate</wa-button
                >
                ${
                  open === undefined && this.app.may("configuration:manage")
                    ? html`<wa-button
                        size="s"
                        appearance="outlined"
                        @click=${() => (this.starting = true)}
                        >${icon("key")} Replace the key</wa-button
                      >`
                    : nothing
                }
                ${
                  usage.endpoints.length === 0 && open === undefined
                    ? html`<wa-button
                        size="s"
                        appearance="outlined"
                        variant="danger"
                        @click=${() => void this.#retire(usage)}
                        >Retire</wa-button
                      >`
                    : nothing
                }
              </div>
              <p class="small quiet">
                A renewal keeps the key, so that nothing changes for devices. A new key is announced
                to them first (GetNextCACert), and both CAs answer while devices move over.
              </p>`
          : nothing
      }`;
  }

  #rollOver(one: RollOver): TemplateResult {
    const { old, new: moved } = one.devices;
    const cancellable =
      this.app.may("authorities:manage") && (one.state === "waiting" || one.state === "announced");
    return html`<div class="stack tight">
      <div class="row spread">
        <span
          >Hands over to
          <a href=${link(["ca-servers", one.successorId])}>${one.successorId}</a></span
        >${status(...STAGES[one.state])}
      </div>
      ${one.overdue ? note("warn", "This stage should have ended by now.") : nothing}
      <dl class="facts">
        <dt>Takes over</dt>
        <dd>${onDay(one.startsAt)}, ${when(one.startsAt)}</dd>
        <dt>Old one retires</dt>
        <dd>${onDay(one.retiresAt)}</dd>
        <dt>Devices</dt>
        <dd>${count(old)} on the old one, ${count(moved)} on the new one</dd>
      </dl>
      ${
        old + moved === 0
          ? nothing
          : html`<progress
              max=${old + moved}
              value=${moved}
              aria-label="Devices on the new CA"
            ></progress>`
      }
      ${
        cancellable
          ? html`<div>
              <wa-button size="s" appearance="outlined" @click=${() => void this.#cancel(one)}
                >Call it off</wa-button
              >
            </div>`
          : nothing
      }
    </div>`;
  }

  #changed(): void {
    void this.#facts.reload();
    this.dispatchEvent(new CustomEvent("changed"));
  }

  async #renew(): Promise<void> {
    const { id } = this.authority;
    const yes = await this.app.ask({
      title: "Renew this CA's certificate?",
      text: "It gets a new certificate for the key it has, with a new end. The old one stays good until its own end; devices need nothing. Under an outside root a request is written first.",
      yes: "Renew",
    });
    if (!yes) return;
    const renewed = await attempt(this.app, () =>
      this.app.call("postAuthoritiesIdRenew", { id, body: {} }),
    );
    if (renewed === undefined) return;
    this.app.say(
      renewed.renewing ? "The request is written." : "The CA has its new certificate.",
      "good",
    );
    this.#changed();
  }

  async #cancel({ id }: RollOver): Promise<void> {
    const yes = await this.app.ask({
      title: "Call this roll-over off?",
      text: "The CA goes on with the key it has. The new CA stays as a CA of its own.",
      yes: "Call it off",
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("postRollOversIdCancel", { id }),
      "The roll-over is called off.",
    );
    this.#changed();
  }

  async #retire({ devices }: Usage): Promise<void> {
    const { id } = this.authority;
    const yes = await this.app.ask({
      title: "Retire this CA?",
      text: `It issues nothing any more; its CRL and OCSP go on. ${plural(devices, "device")} still ${devices === 1 ? "stands" : "stand"} on it.`,
      yes: "Retire",
      dangerous: true,
      typed: id,
    });
    if (!yes) return;
    await attempt(
      this.app,
      () => this.app.call("postAuthoritiesIdRetire", { id }),
      "The CA is retired.",
    );
    this.#changed();
  }
}
define("cs-ca-keys", CaKeys);
