import { html, nothing, type TemplateResult } from "lit";
import type { Authority } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import type { FieldValues } from "../../ui/field-spec.ts";
import { FormView } from "../../ui/form-view.ts";
import { Loaded } from "../../ui/loaded.ts";
import { faultsOf } from "../shapes/faults-of.ts";
import { outsideCommand } from "../shapes/form-commands.ts";
import { outsideBody, outsideChange, outsideFields, outsideValues } from "./outside-fields.ts";

interface Facts {
  /** Undefined for a new one. */
  readonly stored: Authority | undefined;
  readonly before: FieldValues;
}

/** Adds or changes a CA elsewhere whose SCEP URL the devices call themselves. */
export class OutsideCa extends FormView {
  readonly #facts = new Loaded<Facts>(this, async () => {
    const id = this.place.rest[1];
    const stored = id === undefined ? undefined : await this.app.call("getAuthoritiesId", { id });
    const chain =
      stored === undefined
        ? undefined
        : await this.app.call("getAuthoritiesIdChain", { id: stored.id });
    const before = outsideValues(stored, (await chain?.text()) ?? "");
    this.values = before;
    return { stored, before };
  });

  protected override arrive(): void {
    this.refused = undefined;
    this.faults = {};
    void this.#facts.reload();
  }

  override render(): TemplateResult {
    const id = this.place.rest[1];
    const back =
      id === undefined
        ? { href: link(["ca-servers"]), text: "CA servers" }
        : { href: link(["ca-servers", id]), text: id };
    return html`${this.head(id === undefined ? "Add an outside CA" : "Edit outside CA", "It issues and revokes; here stand its profiles, its templates and what devices were sent.", "", back)}
    ${this.#facts.show(
      ({ stored }) =>
        html`<form class="card stack" novalidate @submit=${this.#submit}>
          ${this.fields(outsideFields(stored), stored?.outside?.codeSet === true ? ["code"] : [])}
          <div class="actions">
            <wa-button type="submit" variant="brand" ?loading=${this.busy}>Save</wa-button>
            <wa-button appearance="outlined" href=${back.href}>Cancel</wa-button>
          </div>
          ${stored === undefined ? html`<cs-commands .lines=${[outsideCommand(outsideBody(this.values))]}></cs-commands>` : nothing}
        </form>`,
    )}`;
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const facts = this.#facts.value;
    if (facts === undefined) return;
    const { stored, before } = facts;
    await this.saving(async () => {
      const saved =
        stored === undefined
          ? await this.app.call("postAuthoritiesOutside", { body: outsideBody(this.values) })
          : await this.app.call("patchAuthoritiesIdOutside", {
              id: stored.id,
              body: outsideChange(this.values, before),
              version: stored.version,
            });
      this.app.keepHere(undefined);
      this.app.say("The CA server is saved.", "good");
      this.app.go(link(["ca-servers", saved.id]));
    }, faultsOf);
  };
}
define("cs-outside-ca", OutsideCa);
