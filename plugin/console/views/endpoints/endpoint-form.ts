import { html, type TemplateResult } from "lit";
import type { Calls, Endpoint } from "../../api/calls.ts";
import { link } from "../../app/route.ts";
import "../../ui/commands.ts";
import { define } from "../../ui/define.ts";
import type { FieldValues } from "../../ui/field-spec.ts";
import { FormView } from "../../ui/form-view.ts";
import { Loaded } from "../../ui/loaded.ts";
import { textOf } from "../../ui/text-of.ts";
import { choiceSources, type Sources } from "../shapes/choice-sources.ts";
import { endpointFields } from "./endpoint-fields.ts";
import { faultsOf } from "../shapes/faults-of.ts";
import { endpointCommand } from "../shapes/form-commands.ts";

type NewEndpoint = Calls["postEndpoints"]["request"]["body"];

interface Facts {
  readonly sources: Sources;
  readonly stored: Endpoint | undefined;
}

/** Adds or changes an endpoint. */
export class EndpointForm extends FormView {
  readonly #facts = new Loaded<Facts>(this, async () => {
    const id = this.place.rest[0] ?? "new";
    const [sources, stored] = await Promise.all([
      choiceSources(this.app),
      id === "new" ? undefined : this.app.call("getEndpointsId", { id }),
    ]);
    this.values = stored === undefined ? await this.#blank(sources) : valuesOf(stored);
    return { sources, stored };
  });

  protected override arrive(): void {
    this.refused = undefined;
    this.faults = {};
    void this.#facts.reload();
  }

  async #blank(sources: Sources): Promise<FieldValues> {
    const id = this.place.query.get("template");
    const template = id === null ? undefined : await this.app.call("getTemplatesId", { id });
    return {
      id: template?.id ?? "",
      name: template?.name ?? "",
      description: "",
      authorityId:
        template?.authorityId ?? sources.choices["issuing-authorities"]?.[0]?.value ?? "",
      templateIds: template === undefined ? [] : [template.id],
      challenge: template?.challengeMode ?? "dynamic",
      secret: "",
      unknownDevice: "refuse",
      clientProfile: "auto",
      approval: "none",
      includeRoot: true,
      proxied: false,
      legacy: false,
      acceptMd5Csr: false,
    };
  }

  override render(): TemplateResult {
    const id = this.place.rest[0] ?? "new";
    const back =
      id === "new"
        ? { href: link(["endpoints"]), text: "Endpoints" }
        : { href: link(["endpoints", id]), text: id };
    return html`${this.head(id === "new" ? "Add endpoint" : "Edit endpoint", "The SCEP address that devices ask at, and who may.", "", back)}
    ${this.#facts.show(
      ({ sources, stored }) =>
        html`<form class="card stack" novalidate @submit=${this.#submit}>
          ${this.fields(endpointFields(sources, stored === undefined), stored?.policies.some(({ secretSet }) => secretSet === true) === true ? ["secret"] : [])}
          <div class="actions">
            <wa-button type="submit" variant="brand" ?loading=${this.busy}>Save</wa-button>
            <wa-button appearance="outlined" href=${back.href}>Cancel</wa-button>
          </div>
          <cs-commands
            .lines=${[endpointCommand(bodyOf(this.values, stored), stored?.version)]}
          ></cs-commands>
        </form>`,
    )}`;
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const facts = this.#facts.value;
    if (facts === undefined) return;
    await this.saving(async () => {
      const body = bodyOf(this.values, facts.stored);
      const { id, ...changes } = body;
      const saved =
        facts.stored === undefined
          ? await this.app.call("postEndpoints", { body })
          : await this.app.call("patchEndpointsId", {
              id,
              body: changes,
              version: facts.stored.version,
            });
      this.app.keepHere(undefined);
      this.app.say("The endpoint is saved.", "good");
      this.app.go(link(["endpoints", saved.id]));
    }, faultsOf);
  };
}
define("cs-endpoint-form", EndpointForm);

const valuesOf = (endpoint: Endpoint): FieldValues => {
  const fixed = endpoint.policies.find(({ kind }) => kind === "static");
  return {
    id: endpoint.id,
    name: endpoint.name,
    description: endpoint.description,
    authorityId: endpoint.authorityId,
    templateIds: endpoint.templateIds,
    challenge: endpoint.policies.length > 1 ? "both" : fixed === undefined ? "dynamic" : "static",
    secret: "",
    staticTemplate: fixed?.templateId ?? "",
    unknownDevice: fixed?.unknownDevice ?? "refuse",
    clientProfile: endpoint.clientProfile,
    approval: endpoint.approval,
    includeRoot: endpoint.includeRoot,
    proxied: endpoint.limits["perSource"] === "off",
    legacy: endpoint.legacy,
    acceptMd5Csr: endpoint.acceptMd5Csr,
  };
};

const bodyOf = (values: FieldValues, stored: Endpoint | undefined): NewEndpoint => {
  const text = (name: string): string => textOf(values[name] ?? "");
  const templateIds = (values["templateIds"] ?? []) as readonly string[];
  const kept = stored?.policies.find(({ kind }) => kind === "static");
  const secret = text("secret");
  const fixed: NewEndpoint["policies"][number] = {
    kind: "static",
    templateId: text("staticTemplate") === "" ? (templateIds[0] ?? "") : text("staticTemplate"),
    unknownDevice: text("unknownDevice") === "unmanaged" ? "unmanaged" : "refuse",
    ...(kept === undefined ? {} : { id: kept.id }),
    ...(secret === "" ? {} : { secret }),
  };
  const challenge = text("challenge");
  return {
    id: text("id"),
    name: text("name") === "" ? text("id") : text("name"),
    description: text("description").trim(),
    authorityId: text("authorityId"),
    templateIds,
    policies: [
      ...(challenge === "dynamic" ? [] : [fixed]),
      ...(challenge === "static" ? [] : [{ kind: "dynamic" as const }]),
    ],
    clientProfile: text("clientProfile") as NonNullable<NewEndpoint["clientProfile"]>,
    approval: text("approval") === "manual" ? "manual" : "none",
    includeRoot: values["includeRoot"] === true,
    ...limitsOf(values["proxied"] === true, stored),
    legacy: values["legacy"] === true,
    acceptMd5Csr: values["acceptMd5Csr"] === true,
  };
};

/** Only where the limit by address is lifted or set again; the others stay as they are. */
const limitsOf = (proxied: boolean, stored: Endpoint | undefined): Pick<NewEndpoint, "limits"> => {
  if (proxied === (stored?.limits["perSource"] === "off")) return {};
  const { perSource: _, ...others } = (stored?.limits ?? {}) as NonNullable<NewEndpoint["limits"]>;
  return { limits: proxied ? { ...others, perSource: "off" } : others };
};
