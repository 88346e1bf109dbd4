import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Authority, Calls } from "../api/calls.ts";
import type { App } from "../app/app.ts";
import { define } from "../ui/define.ts";
import type { FieldSpec, FieldValues } from "../ui/field-spec.ts";
import type { FormElement } from "../ui/form.ts";
import { problemNote } from "../ui/problem-note.ts";
import { styles } from "../ui/styles.ts";
import { textOf } from "../ui/text-of.ts";
import { faultsOf } from "./faults-of.ts";

type Body = Calls["postAuthoritiesIdRollOver"]["request"]["body"];

const ALGORITHMS = ["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ec-p521"] as const;

const fieldsOf = ({ keyAlgorithm }: Authority): readonly FieldSpec[] => [
  {
    name: "successorId",
    label: "Identifier of the new CA",
    help: "Left empty, the old one with a generation behind it (-g2).",
    type: "text",
    format: {
      expression: "[a-z0-9_\\-]{2,18}",
      message: "2 to 18 lower-case letters, digits, _ and -.",
    },
  },
  {
    name: "keyAlgorithm",
    label: "Key",
    help: "Devices that renew are answered by it.",
    type: "choice",
    required: true,
    choices: [
      { value: "", label: `As today (${keyAlgorithm})` },
      ...ALGORITHMS.map((value) => ({ value, label: value })),
    ],
  },
  {
    name: "startsAt",
    label: "Takes over on",
    help: "Until then devices that ask for it are told of the next CA; empty: in two weeks, or as the settings say.",
    type: "date",
  },
];
const BLANK: FieldValues = { successorId: "", keyAlgorithm: "", startsAt: null };

/** The dialog that starts a roll-over. Fires `closed` and `started`. */
export class RollOverStart extends LitElement {
  static override styles = [styles];

  @property({ attribute: false }) app!: App;
  @property({ attribute: false }) authority!: Authority;
  @property({ type: Boolean }) open = false;
  @state() private values = BLANK;
  @state() private faults: Readonly<Record<string, string>> = {};
  @state() private refused: unknown;
  @state() private busy = false;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("open") || !this.open) return;
    this.values = BLANK;
    this.faults = {};
    this.refused = undefined;
  }

  override render(): TemplateResult {
    return html`<wa-dialog
      label="Replace the key of ${this.authority.name}"
      ?open=${this.open}
      @wa-after-hide=${(event: Event) => {
        if (event.target === event.currentTarget) this.#close();
      }}
    >
      ${
        this.open
          ? html`<div class="stack">
              <p>
                A new CA with a new key is made beside this one. Devices learn of it before it takes
                over; this one is retired when the overlap ends.
              </p>
              <cs-form
                .fields=${fieldsOf(this.authority)}
                .values=${this.values}
                .faults=${this.faults}
                @change=${(event: CustomEvent<FieldValues>) => (this.values = event.detail)}
              ></cs-form>
              ${this.refused === undefined ? nothing : problemNote(this.refused)}
            </div>`
          : nothing
      }
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#close()}
        >Cancel</wa-button
      >
      <wa-button
        slot="footer"
        variant="brand"
        ?loading=${this.busy}
        @click=${() => void this.#start()}
        >Make the new CA</wa-button
      >
    </wa-dialog>`;
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }

  async #start(): Promise<void> {
    const form = this.renderRoot.querySelector<FormElement>("cs-form");
    if (this.busy || form?.check() !== true) return;
    this.busy = true;
    this.refused = undefined;
    const text = (name: string): string => textOf(this.values[name]);
    const body: Body = {
      ...(text("successorId") === "" ? {} : { successorId: text("successorId") }),
      ...(text("keyAlgorithm") === ""
        ? {}
        : { keyAlgorithm: text("keyAlgorithm") as NonNullable<Body["keyAlgorithm"]> }),
      ...(text("startsAt") === "" ? {} : { startsAt: text("startsAt") }),
    };
    try {
      const made = await this.app.call("postAuthoritiesIdRollOver", {
        id: this.authority.id,
        body,
      });
      this.app.say(`${made.successorId} is made and takes over by itself.`, "good");
      this.#close();
      this.dispatchEvent(new CustomEvent("started"));
    } catch (failure) {
      this.refused = failure;
      this.faults = faultsOf(failure);
    } finally {
      this.busy = false;
    }
  }
}
define("cs-roll-over-start", RollOverStart);
