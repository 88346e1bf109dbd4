import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, RenewalRules } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { type CommandLine, option } from "../../ui/command-line.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { count, foreign } from "../../ui/format.ts";
import { Loaded } from "../../ui/loaded.ts";
import { note } from "../../ui/status.ts";
import { styles } from "../../ui/styles.ts";
import { textOf } from "../../ui/text-of.ts";
import "../../ui/form-dialog.ts";

const NUMBER = { expression: "[1-9][0-9]{0,7}", message: "A whole number, or nothing." };
const TIME = { expression: "([01][0-9]|2[0-3]):[0-5][0-9]", message: "A time such as 22:00." };

const FIELDS: readonly FieldSpec[] = [
  {
    name: "perHour",
    label: "Most renewals started in an hour",
    help: "Leave it empty for no cap. It never yields, not even near the end of a certificate.",
    type: "text",
    format: NUMBER,
  },
  {
    name: "perDay",
    label: "Most on a day",
    help: "Days are those of UTC.",
    type: "text",
    format: NUMBER,
  },
  {
    name: "from",
    label: "Quiet from",
    help: "Nothing is started then but what is urgent, or asked for by hand. Leave it empty for none.",
    type: "text",
    format: TIME,
    example: "08:00",
  },
  { name: "to", label: "Quiet until", help: "", type: "text", format: TIME, example: "18:00" },
  {
    name: "timeZone",
    label: "Time zone of the quiet hours",
    help: "",
    type: "text",
    example: "Europe/Berlin",
  },
];

type Rules = RenewalRules["rules"];

/** How fast an issuing CA renews: caps and quiet hours (L-03). */
export class CaRenewalRules extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @state() private editing = false;

  readonly #rules = new Loaded<RenewalRules>(this, () =>
    this.app.call("getRenewalsRulesId", { id: this.authority.id }),
  );

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("authority")) void this.#rules.reload();
  }

  override render(): TemplateResult {
    const known = this.#rules.value;
    return html`<section class="card stack tight" aria-label="How fast it renews">
      <h2>How fast it renews</h2>
      ${this.#rules.show(
        ({ rules, warnings = [] }) =>
          html`<dl class="facts">
              <dt>In an hour</dt>
              <dd>${capText(rules.perHour)}</dd>
              <dt>On a day</dt>
              <dd>${capText(rules.perDay)}</dd>
              <dt>Quiet hours</dt>
              <dd>${quietText(rules)}</dd>
            </dl>
            ${warnings.map((text) => note("warn", foreign(text)))}`,
        2,
      )}
      ${
        known !== undefined && this.app.may("configuration:manage")
          ? html`<div>
              <wa-button appearance="outlined" size="s" @click=${() => (this.editing = true)}
                >Change caps and quiet hours</wa-button
              >
            </div>`
          : nothing
      }
      <cs-form-dialog
        label="How fast it renews"
        ?open=${this.editing}
        .fields=${FIELDS}
        .values=${valuesOf(known?.rules)}
        .command=${(values: FieldValues) => this.#command(values)}
        .save=${(values: FieldValues) => this.#save(values)}
        @closed=${() => (this.editing = false)}
      ></cs-form-dialog>
    </section>`;
  }

  #command(values: FieldValues): readonly CommandLine[] {
    const { perHour, perDay, quietHours } = bodyOf(values);
    const quiet =
      quietHours === null
        ? "off"
        : `${quietHours.from}-${quietHours.to}@${quietHours.timeZone ?? "UTC"}`;
    return [
      {
        what: "Set them",
        words: [
          ...["renewal", "rules", "set", this.authority.id],
          ...option("per-hour", String(perHour)),
          ...option("per-day", String(perDay)),
          ...option("quiet-hours", quiet),
        ],
      },
    ];
  }

  async #save(values: FieldValues): Promise<void> {
    this.#rules.set(
      await this.app.call("patchRenewalsRulesId", {
        id: this.authority.id,
        body: bodyOf(values),
        version: this.#rules.value?.version,
      }),
    );
  }
}
define("cs-ca-renewal-rules", CaRenewalRules);

const capText = (cap: number | "off"): string =>
  cap === "off" ? "no cap" : `${count(cap)} at most`;

const quietText = ({ quietHours }: Rules): string =>
  quietHours === undefined
    ? "none"
    : `${quietHours.from} to ${quietHours.to}, ${quietHours.timeZone}`;

const valuesOf = (rules: Rules | undefined): FieldValues => ({
  perHour: typeof rules?.perHour === "number" ? String(rules.perHour) : "",
  perDay: typeof rules?.perDay === "number" ? String(rules.perDay) : "",
  from: rules?.quietHours?.from ?? "",
  to: rules?.quietHours?.to ?? "",
  timeZone: rules?.quietHours?.timeZone ?? "",
});

const bodyOf = (values: FieldValues) => {
  const text = (name: string): string => textOf(values[name]).trim();
  const cap = (name: string): number | "off" => (text(name) === "" ? "off" : Number(text(name)));
  const [from, to, timeZone] = [text("from"), text("to"), text("timeZone")];
  const zone = timeZone === "" ? {} : { timeZone };
  return {
    ...{ perHour: cap("perHour"), perDay: cap("perDay") },
    quietHours: from === "" && to === "" ? null : { from, to, ...zone },
  };
};
