import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { AlertRule, Calls } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import type { FormElement } from "../../ui/form.ts";
import { words } from "../../ui/format.ts";
import { problemNote } from "../../ui/problem-note.ts";
import { styles } from "../../ui/styles.ts";
import { textOf } from "../../ui/text-of.ts";
import { faultsOf } from "../shapes/faults-of.ts";

type Change = Calls["patchAlertRulesId"]["request"]["body"];

/** Counted by a threshold of days before it counts at all. */
const OF_DAYS = "certificate-expiry";

const fieldsOf = ({ id, unit, webhook }: AlertRule): readonly FieldSpec[] => [
  {
    name: "enabled",
    label: "Watch this",
    help: "A rule that is off tells nobody.",
    type: "yes-no",
  },
  { name: "raise", label: `Fires at (${unit})`, help: "", type: "integer", required: true },
  {
    name: "clear",
    label: `Over at (${unit})`,
    help: "Beyond this value it is over; a little apart, so that nobody is told again and again.",
    type: "integer",
    required: true,
  },
  ...(id === OF_DAYS
    ? [
        {
          name: "days",
          label: "What counts as soon (days)",
          help: "Certificates that end within so many days are counted.",
          type: "integer",
          required: true,
        } as const,
      ]
    : []),
  { name: "mail", label: "Mail to", help: "Addresses, one a line.", type: "list" },
  {
    name: "webhook",
    label: "Webhook",
    help: "Gets a signed message; empty: none.",
    type: "text",
    example: "https://hooks.example.com/pki",
  },
  {
    name: "secret",
    label: "Its secret",
    help:
      webhook === undefined
        ? "Signs the messages; it is not shown again."
        : "Signs the messages; needed anew when the address changes.",
    type: "secret",
  },
];

/** The dialog that changes a rule; open while there is one. Fires `closed` and `saved`. */
export class AlertRuleDialog extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) rule: AlertRule | undefined;
  @state() private values: FieldValues = {};
  @state() private faults: Readonly<Record<string, string>> = {};
  @state() private refused: unknown;
  @state() private busy = false;

  protected override willUpdate(changed: PropertyValues): void {
    const { rule } = this;
    if (!changed.has("rule") || rule === undefined) return;
    const { enabled, raise, clear, days, mail, webhook = "" } = rule;
    this.values = { enabled, raise, clear, days, mail, webhook, secret: "" };
    this.faults = {};
    this.refused = undefined;
  }

  override render(): TemplateResult {
    const { rule } = this;
    return html`<wa-dialog
      label=${rule === undefined ? "Alert rule" : words(rule.id)}
      ?open=${rule !== undefined}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#close();
      }}
    >
      ${
        rule === undefined
          ? nothing
          : html`<div class="stack">
              <p class="quiet">It watches ${rule.about}.</p>
              <cs-form
                .fields=${fieldsOf(rule)}
                .values=${this.values}
                .faults=${this.faults}
                .secretsSet=${rule.webhook === undefined ? [] : ["secret"]}
                @change=${(event: CustomEvent<FieldValues>) => (this.values = event.detail)}
              ></cs-form>
              ${this.refused === undefined ? nothing : problemNote(this.refused)}
            </div>`
      }
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#close()}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant="brand"
        ?loading=${this.busy}
        @click=${() => void this.#save()}
        >Save</wa-button
      >
    </wa-dialog>`;
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }

  async #save(): Promise<void> {
    const { rule, values } = this;
    const form = this.renderRoot.querySelector<FormElement>("cs-form");
    if (rule === undefined || this.busy || form?.check() !== true) return;
    const webhook = webhookOf(rule, textOf(values["webhook"]).trim(), textOf(values["secret"]));
    if (webhook === "secret missing") {
      this.faults = { secret: "A new address needs a secret." };
      return;
    }
    this.busy = true;
    this.refused = undefined;
    try {
      await this.app.call("patchAlertRulesId", {
        id: rule.id,
        version: rule.version,
        body: {
          enabled: values["enabled"] === true,
          raise: Number(values["raise"]),
          clear: Number(values["clear"]),
          ...(rule.id === OF_DAYS ? { days: Number(values["days"]) } : {}),
          mail: ((values["mail"] ?? []) as readonly string[]).filter((to) => to.trim() !== ""),
          ...webhook,
        },
      });
      this.app.say("The rule is saved.", "good");
      this.dispatchEvent(new CustomEvent("saved"));
      this.#close();
    } catch (failure) {
      this.refused = failure;
      this.faults = faultsOf(failure);
    } finally {
      this.busy = false;
    }
  }
}
define("cs-alert-rule", AlertRuleDialog);

/** What is kept is not sent: its secret cannot be read. */
const webhookOf = (
  rule: AlertRule,
  url: string,
  secret: string,
): Pick<Change, "webhook"> | "secret missing" => {
  if (url === "") return rule.webhook === undefined ? {} : { webhook: null };
  if (secret !== "") return { webhook: { url, secret } };
  return url === rule.webhook ? {} : "secret missing";
};
