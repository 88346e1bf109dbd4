import { html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Authority, Calls } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { styles } from "../../ui/styles.ts";
import { textOf } from "../../ui/text-of.ts";
import "../../ui/form-dialog.ts";

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

  override render(): TemplateResult {
    return html`<cs-form-dialog
      label="Replace the key of ${this.authority.name}"
      yes="Make the new CA"
      ?open=${this.open}
      .fields=${fieldsOf(this.authority)}
      .values=${BLANK}
      .save=${(values: FieldValues) => this.#start(values)}
      @closed=${() => this.dispatchEvent(new CustomEvent("closed"))}
    >
      <p>
        A new CA with a new key is made beside this one. Devices learn of it before it takes over;
        this one is retired when the overlap ends.
      </p>
    </cs-form-dialog>`;
  }

  async #start(values: FieldValues): Promise<void> {
    const text = (name: string): string => textOf(values[name]);
    const body: Body = {
      ...(text("successorId") === "" ? {} : { successorId: text("successorId") }),
      ...(text("keyAlgorithm") === ""
        ? {}
        : { keyAlgorithm: text("keyAlgorithm") as NonNullable<Body["keyAlgorithm"]> }),
      ...(text("startsAt") === "" ? {} : { startsAt: text("startsAt") }),
    };
    const made = await this.app.call("postAuthoritiesIdRollOver", { id: this.authority.id, body });
    this.app.say(`${made.successorId} is made and takes over by itself.`, "good");
    this.dispatchEvent(new CustomEvent("started"));
  }
}
define("cs-roll-over-start", RollOverStart);
