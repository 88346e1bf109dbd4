import { css, html, nothing, type TemplateResult } from "lit";
import type { Alert, Authority, Calls, Overview as Facts } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import type { Bar } from "../../ui/chart.ts";
import { define } from "../../ui/define.ts";
import { Every } from "../../ui/every.ts";
import { expiryBadge } from "../../ui/expiry-badge.ts";
import { count, daysUntil, foreign, onDay, plural, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note, status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import { capShown, type TenantCaps } from "../authorities/cap-shown.ts";
import { causesOf, type Cause } from "../devices/causes.ts";
import { firstSteps } from "./first-steps.ts";

type Plan = Calls["getRenewalsPlan"]["answer"];

/** What was refused in the last day; `more`: than was read. */
interface Refused {
  readonly causes: readonly Cause[];
  readonly more: boolean;
}

const DAY = 86_400_000;
const SOON = 60;
/** Refusals that are read for their causes. */
const READ = 200;
/** Seconds between two looks at the numbers. */
const AGAIN = 30;

/** "Is everything all right?" in ten seconds: a sentence before any number. */
export class OverviewView extends View {
  static override styles = [
    ...View.styles,
    css`
      .numbers {
        display: grid;
        gap: calc(var(--unit) * 1.5);
        grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
      }
      .number {
        display: block;
        padding: calc(var(--unit) * 1.5) calc(var(--unit) * 2);
        color: var(--text);
      }
      .number:hover {
        border-color: var(--line-strong);
        text-decoration: none;
      }
      .number b {
        display: block;
        font-size: 1.5rem;
        font-weight: 600;
        line-height: 1.25;
        letter-spacing: -0.01em;
      }
      .list {
        list-style: none;
        padding: 0;
        display: grid;
        gap: 2px;
      }
      .list li {
        display: flex;
        justify-content: space-between;
        gap: calc(var(--unit) * 2);
        padding-block: 5px;
        border-block-end: 1px solid var(--line);
      }
      .list li:last-child {
        border: 0;
      }
      ol.first {
        display: grid;
        gap: var(--unit);
        padding-inline-start: calc(var(--unit) * 3);
      }
    `,
  ];

  readonly #facts = new Loaded<Facts>(this, () =>
    this.app.call("getOverview", { query: { days: 90 } }),
  );
  readonly #caps = new Loaded<TenantCaps>(this, () => this.app.call("getCaps"));
  readonly #plan = new Loaded<Plan>(this, () =>
    this.app.call("getRenewalsPlan", { query: { days: 90 } }),
  );
  readonly #authorities = new Loaded<readonly Authority[]>(
    this,
    async () => (await this.app.call("getAuthorities")).items,
  );
  readonly #alerts = new Loaded<readonly Alert[]>(
    this,
    async () => (await this.app.call("getAlerts")).items,
  );
  readonly #causes = new Loaded<Refused>(this, async () => {
    const { items, cursor } = await this.app.call("getLedger", {
      query: { event: "certificate.refused", limit: READ },
    });
    const since = new Date(Date.now() - DAY);
    const [last] = items.slice(-1);
    const more = cursor !== undefined && last !== undefined && new Date(last.at) >= since;
    return { causes: causesOf(items, since), more };
  });

  constructor() {
    super();
    new Every(this, AGAIN * 1000, () => {
      this.#count();
    });
  }

  #count(): void {
    void this.#facts.reload();
    if (this.app.may("configuration:read")) void this.#caps.reload();
  }

  protected override arrive(): void {
    this.#count();
    void this.#authorities.reload();
    void this.#causes.reload();
    if (!this.app.may("configuration:read")) return;
    void this.#plan.reload();
    void this.#alerts.reload();
  }

  override render(): TemplateResult {
    return html`${this.head("Overview", this.#sentence(), html`<wa-button appearance="outlined" size="s" @click=${() => this.arrive()}>${icon("refresh")} Refresh</wa-button>`)}
      <div class="stack">
        ${
          this.#facts.value?.live === 0 && this.#facts.value.devices === 0
            ? note(
                "info",
                this.app.may("configuration:manage")
                  ? html`Nothing is set up yet. <a href=${link(["start"])}>Getting started</a> leads
                      to a first certificate in under two minutes.`
                  : "Nothing is set up yet.",
              )
            : nothing
        }
        ${this.#facts.show((facts) => this.#numbers(facts))}
        <div class="halves">
          ${firstSteps(this.app, this.#caps.value)}
          ${
            this.app.may("configuration:read")
              ? html`<section class="card">
                  <h2>Active and allowed</h2>
                  ${this.#caps.show((caps) => allowed(caps))}
                </section>`
              : nothing
          }
          <section class="card">
            <h2>Certificates that end</h2>
            ${this.#facts.show((facts) => html`<cs-chart soft unit="ending" .bars=${facts.days.map(endBar)}></cs-chart>`)}
          </section>
          ${
            this.app.may("configuration:read")
              ? html`<section class="card">
                  <h2>Renewals as planned</h2>
                  ${this.#plan.show(
                    (plan) =>
                      html`<cs-chart
                          unit="due"
                          overUnit="after their end"
                          .bars=${planBars(plan)}
                        ></cs-chart>
                        ${plan.warnings.map((text) => note("warn", foreign(text)))}`,
                  )}
                </section>`
              : nothing
          }
          <section class="card">
            <h2>Refused in the last day, by cause</h2>
            ${this.#causes.show(refusals)}
          </section>
          <section class="card">
            <h2>Health</h2>
            ${(this.#alerts.value ?? []).map(({ text }) => note("warn", html`${foreign(text)} <a href=${link(["settings", "alerts"])}>Alerts</a>`))}
            ${this.#facts.show(
              ({ checks }) =>
                html`<ul class="list">
                  ${checks.map(({ name, ok }) => html`<li><span>${words(name.replace("keys:", "key store "))}</span>${ok ? status("good", "Works") : status("bad", "Fails: see the log")}</li>`)}
                  ${this.#authorities.show((authorities) => authorities.map((authority) => authorityLine(authority)), 1)}
                </ul>`,
            )}
          </section>
        </div>
      </div>`;
  }

  #sentence(): TemplateResult | string {
    const facts = this.#facts.value;
    if (facts === undefined) return "";
    if (!facts.ready)
      return html`<strong class="bad">This node cannot issue at the moment.</strong> Health below
        says what fails.`;
    const late = this.#plan.value?.days.reduce((sum, day) => sum + day.late, 0) ?? 0;
    if (late > 0)
      return html`<strong class="warn"
        >${plural(late, "certificate")} would end before the renewal that the plan has for
        it.</strong
      >`;
    const stuck = facts.failed + facts.locked;
    if (stuck > 0)
      return html`<strong class="warn"
          >${plural(stuck, "deployment")} ${stuck === 1 ? "needs" : "need"} somebody.</strong
        >
        <a href=${link(["devices"], { state: facts.failed > 0 ? "failed" : "locked" })}>See which</a
        >.`;
    if (facts.live === 0) return "No certificate is in use yet.";
    return html`All is well: ${plural(facts.live, "certificate")} in use, and all that are due renew
    on their own.`;
  }

  #numbers(facts: Facts): TemplateResult {
    const within = (days: number): number =>
      facts.days.slice(0, days).reduce((sum, { ends }) => sum + ends, 0);
    const shown = (value: number): string =>
      value > facts.countedTo ? `${count(facts.countedTo)}+` : count(value);
    const tile = (value: number, text: string, href: string): TemplateResult =>
      html`<a class="card number" href=${href}><b>${shown(value)}</b>${text}</a>`;
    return html`<div class="numbers">
      ${tile(facts.devices, "devices", link(["devices"]))}
      ${tile(facts.live, "certificates in use", link(["certificates"], { status: "issued" }))}
      ${tile(within(7), "end within 7 days", link(["certificates"], { expiring: "7d" }))}
      ${tile(within(30), "end within 30 days", link(["certificates"], { expiring: "30d" }))}
      ${tile(facts.revoked, "revoked", link(["certificates"], { status: "revoked" }))}
      ${tile(facts.waiting, "wait for approval", link(["approvals"]))}
    </div>`;
  }
}
define("cs-overview", OverviewView);

/** Counters with their caps (O-02, R-11). */
const allowed = (caps: TenantCaps): TemplateResult => {
  const row = (name: TemplateResult | string, cap: TenantCaps["certificates"]): TemplateResult =>
    html`<li>
      <span>${name}</span
      ><span class="nowrap"
        >${cap.cap !== undefined && cap.active >= cap.cap ? status("warn", "Full") : nothing}
        <b>${capShown(cap, caps.countedTo)}</b></span
      >
    </li>`;
  return html`<ul class="list">
      ${row("CAs", caps.authorities)} ${row("Certificates", caps.certificates)}
      ${caps.byAuthority.map((cap) => row(html`Certificates of <a href=${link(["ca-servers", cap.id])}>${cap.id}</a>`, cap))}
    </ul>
    <p class="quiet small">
      Counted again every ${AGAIN} seconds; what is above ${count(caps.countedTo)}, every five
      minutes.
    </p>`;
};

const endBar = ({ day, ends }: Facts["days"][number]): Bar => {
  const next = new Date(new Date(`${day}T00:00:00Z`).getTime() + DAY).toISOString();
  const href = link(["certificates"], {
    status: "issued",
    expiresAfter: `${day}T00:00:00.000Z`,
    expiresBefore: next,
  });
  return { day, value: ends, href };
};

const planBars = ({ days }: Plan): readonly Bar[] =>
  days.map(({ day, planned, late }) => ({ day, value: planned, over: late }));

const refusals = ({ causes, more }: Refused): TemplateResult =>
  causes.length === 0
    ? html`<p>${status("good", "None")}</p>`
    : html`<ul class="list">
          ${causes.map(
            ({ label, title, nextStep, times, last }) =>
              html`<li>
                <div>
                  <strong>${title}</strong>
                  <div class="quiet small">${nextStep} <span class="mono">${label}</span></div>
                </div>
                <a class="nowrap" href=${link(["events"], { event: "certificate.refused" })}
                  >${count(times)}×, ${when(last)}</a
                >
              </li>`,
          )}
        </ul>
        ${more ? html`<p class="quiet small">Counted among the newest ${READ} entries; there are more.</p>` : nothing}`;

const authorityLine = ({ id, name, status: state, notAfter, kind }: Authority): TemplateResult => {
  const shown =
    state === "pending"
      ? status("warn", "Waits for its certificate")
      : notAfter !== undefined && daysUntil(notAfter) < SOON
        ? expiryBadge(notAfter)
        : html`<span class="quiet nowrap">until ${onDay(notAfter)}</span>`;
  return html`<li>
    <span
      ><a href=${link(["ca-servers", id])}>${foreign(name)}</a>
      <span class="quiet">${kind}</span></span
    >${shown}
  </li>`;
};
