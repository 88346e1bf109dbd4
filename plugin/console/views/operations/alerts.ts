import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { Alert, AlertRule, Calls } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import { foreign, plural, when, words } from "../../ui/format.ts";
import { icon } from "../../ui/icon.ts";
import { Loaded } from "../../ui/loaded.ts";
import { status } from "../../ui/status.ts";
import { View } from "../../ui/view.ts";
import "./alert-rule.ts";

type Test = Calls["postAlertRulesIdTest"]["answer"]["items"];

interface Facts {
  readonly rules: readonly AlertRule[];
  readonly standing: readonly Alert[];
}

/** What is watched, what stands now, and who is told. */
export class Alerts extends View {
  @state() private editing: AlertRule | undefined;
  @state() private testing: string | undefined;
  @state() private tested: { readonly rule: string; readonly items: Test } | undefined;
  @state() private looking = false;

  readonly #facts = new Loaded<Facts>(this, async () => {
    const [rules, standing] = await Promise.all([
      this.app.call("getAlertRules"),
      this.app.call("getAlerts"),
    ]);
    return { rules: rules.items, standing: standing.items };
  });

  protected override arrive(): void {
    this.tested = undefined;
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const standing = this.#facts.value?.standing;
    const sentence =
      standing === undefined
        ? ""
        : standing.length === 0
          ? "Nothing stands. Whoever a rule names is told once each time that changes."
          : html`<strong class="warn"
              >${plural(standing.length, "alert")}
              ${standing.length === 1 ? "stands" : "stand"}.</strong
            >`;
    const look = this.app.may("configuration:manage")
      ? html`<wa-button
          appearance="outlined"
          ?loading=${this.looking}
          @click=${() => void this.#look()}
          >${icon("refresh")} Look now</wa-button
        >`
      : "";
    return html`${this.head("Alerts", sentence, look, { href: link(["settings"]), text: "Settings" })}
      ${this.#facts.show((facts) => this.#page(facts))}
      <cs-alert-rule
        .app=${this.app}
        .rule=${this.editing}
        @closed=${() => (this.editing = undefined)}
        @saved=${() => {
          this.tested = undefined;
          void this.#facts.reload();
        }}
      ></cs-alert-rule>`;
  }

  #page({ rules, standing }: Facts): TemplateResult {
    return html`<div class="stack">
      ${standing.length === 0 ? nothing : standingTable(standing)}
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Watched</th>
              <th>Fires at</th>
              <th>Over at</th>
              <th>Told</th>
              <th>State</th>
              <th></th>
            </tr>
          </thead>
          <tbody>
            ${rules.map((rule) => this.#row(rule, standing.filter((one) => one.rule === rule.id).length))}
          </tbody>
        </table>
      </div>
      <cs-commands .lines=${this.#commands(rules)}></cs-commands>
    </div>`;
  }

  #commands(rules: readonly AlertRule[]): readonly CommandLine[] {
    return [
      { what: "List what stands", words: ["alert", "list"] },
      ...(this.app.may("configuration:manage")
        ? [
            { what: "Look now", words: ["alert", "check"] },
            ...rules
              .filter((rule) => receiversOf(rule).length > 0)
              .map(({ id }) => ({ what: `Send a test of ${id}`, words: ["alert", "test", id] })),
          ]
        : []),
    ];
  }

  #row(rule: AlertRule, stands: number): TemplateResult {
    const receivers = receiversOf(rule);
    const { tested } = this;
    return html`<tr>
      <td data-label="Watched">${words(rule.id)}<span class="under">${rule.about}</span></td>
      <td data-label="Fires at">${rule.raise}<span class="under">${rule.unit}</span></td>
      <td data-label="Over at">${rule.clear}</td>
      <td data-label="Told">
        ${receivers.length === 0 ? html`<span class="quiet">nobody</span>` : receivers.map((to) => html`<div>${foreign(to)}</div>`)}
        ${
          tested?.rule === rule.id
            ? html`<div role="status" class="stack tight">
                ${tested.items.map(({ to, done, detail }) => html`<div>${status(done ? "good" : "bad", html`${foreign(to)} ${done ? "has taken the test" : html`did not: ${foreign(detail)}`}`)}</div>`)}
              </div>`
            : nothing
        }
      </td>
      <td data-label="State">
        ${rule.enabled ? (stands === 0 ? status("good", "Quiet") : status("warn", stands === 1 ? "One stands" : `${stands} stand`)) : status("quiet", "Off")}
      </td>
      <td data-label="">
        ${
          this.app.may("configuration:manage")
            ? html`<div class="row">
                <wa-button size="s" appearance="outlined" @click=${() => (this.editing = rule)}
                  >Edit<span class="hidden"> ${words(rule.id)}</span></wa-button
                >
                ${
                  receivers.length === 0
                    ? nothing
                    : html`<wa-button
                        size="s"
                        appearance="outlined"
                        ?loading=${this.testing === rule.id}
                        @click=${() => void this.#test(rule)}
                        >Send a test<span class="hidden"> of ${words(rule.id)}</span></wa-button
                      >`
                }
              </div>`
            : nothing
        }
      </td>
    </tr>`;
  }

  async #look(): Promise<void> {
    this.looking = true;
    await this.attempt(() => this.app.call("postAlertsCheck"));
    this.looking = false;
    await this.#facts.reload();
  }

  async #test({ id }: AlertRule): Promise<void> {
    this.tested = undefined;
    this.testing = id;
    const answer = await this.attempt(() => this.app.call("postAlertRulesIdTest", { id }));
    this.testing = undefined;
    if (answer !== undefined) this.tested = { rule: id, items: answer.items };
  }
}
define("cs-alerts", Alerts);

const receiversOf = ({ mail, webhook }: AlertRule): readonly string[] => [
  ...mail,
  ...(webhook === undefined ? [] : [webhook]),
];

const standingTable = (standing: readonly Alert[]): TemplateResult =>
  html`<div class="table">
    <table>
      <thead>
        <tr>
          <th>Stands now</th>
          <th>About</th>
          <th>Since</th>
        </tr>
      </thead>
      <tbody>
        ${standing.map(
          ({ rule, subject, text, since }) =>
            html`<tr>
              <td data-label="Stands now">${status("warn", words(rule))}</td>
              <td data-label="About">
                ${foreign(text)}<span class="under mono">${foreign(subject)}</span>
              </td>
              <td data-label="Since">${when(since)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
