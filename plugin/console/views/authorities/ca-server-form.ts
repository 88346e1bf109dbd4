import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import type { FilledForm } from "../../api/calls.ts";
import { textOf } from "../../ui/text-of.ts";
import { link } from "../../app/route.ts";
import type { CommandLine } from "../../ui/command-line.ts";
import { define } from "../../ui/define.ts";
import type { FieldSpec, FieldValues } from "../../ui/field-spec.ts";
import { CRL_SHARDS_FIELD, crlShardsOf } from "./crl-shards-field.ts";
import { caCommand } from "../shapes/form-commands.ts";
import { ShapeForm } from "../shapes/shape-form.ts";

/** Adds or changes a CA server in the words of a console. */
export class CaServerForm extends ShapeForm {
  protected override readonly kind = "caServer";
  protected override readonly list = "ca-servers";
  protected override readonly what = "CA server";

  protected override readonly patience =
    "Making keys and certificates. A token may take up to a minute for a large RSA key; leave this page open.";

  @state() private own: FieldValues = OWN;

  protected override arrive(): void {
    this.own = OWN;
    super.arrive();
  }

  /** A form begun from a parent's page stays below that parent; a CA is offered the profiles of its kind. */
  protected override given(field: FieldSpec): FieldSpec {
    const fixed = field.name === "parent" && this.id_ === undefined && this.#parent !== undefined;
    if (fixed) return { ...field, readOnly: true };
    if (field.from !== "certificate-profiles") return field;
    const type = CA_TYPES[textOf(this.values["type"])] ?? "subord";
    const offered = (this.facts.value?.sources.choices[field.from] ?? []).filter(
      ({ allowedCATypes }) => allowedCATypes?.includes(type) === true,
    );
    return { ...field, choices: offered };
  }

  get #parent(): string | undefined {
    return this.place.query.get("parent") ?? undefined;
  }

  protected override furtherFields(): TemplateResult | typeof nothing {
    return this.id_ === undefined
      ? html`<cs-form
          .fields=${OWN_FIELDS}
          .values=${this.own}
          @change=${(event: CustomEvent<FieldValues>) => (this.own = event.detail)}
        ></cs-form>`
      : nothing;
  }

  protected override show(shape: string, id: string | undefined): Promise<FilledForm> {
    return this.app.call("getConsolesIdCaServer", { id: shape, query: { authority: id } });
  }

  protected override write(
    shape: string,
    body: Parameters<ShapeForm["write"]>[1],
    version: number | undefined,
  ): Promise<FilledForm> {
    const crlShards = this.id_ === undefined ? crlShardsOf(this.own["crlShards"]) : undefined;
    const whole = { ...body, crlShards };
    return this.app.call("postConsolesIdCaServer", { id: shape, body: whole, version });
  }

  protected override command(filled: FilledForm): CommandLine | undefined {
    if (filled.id === undefined)
      return caCommand((this.checked ?? filled).model, crlShardsOf(this.own["crlShards"]));
    const name = textOf((this.checked ?? filled).model["name"]);
    return name === ""
      ? undefined
      : { what: "Give it this name", words: ["authority", "rename", filled.id, name] };
  }

  protected override beside(): TemplateResult | typeof nothing {
    return html`<section class="card stack tight">
      <h2>What happens when you save</h2>
      <p>
        Countersign makes the CA's key where the installation keeps its keys, and the endpoint whose
        SCEP address goes into the console.
      </p>
      <p class="quiet">
        Then add a <a href=${link(["templates", "new"])}>template</a>; the endpoint answers from
        then on.
      </p>
    </section>`;
  }
}
define("cs-ca-server-form", CaServerForm);

/** Kinds of CA by Entrust's form, as profiles name them. */
const CA_TYPES: Readonly<Record<string, "root" | "intermediate" | "subord">> = {
  root: "root",
  intermediate: "intermediate",
  issuing: "subord",
};

const OWN: FieldValues = { crlShards: "1" };
const OWN_FIELDS = [{ ...CRL_SHARDS_FIELD, section: "In Countersign only" }];
