import { inject } from "tsyringe";
import {
  lifeBeyond,
  profileExtendedUsages,
  profileKeyUsages,
} from "../../domain/certificate-profile-check.ts";
import { atFields } from "../../domain/console/at-fields.ts";
import { fieldPath, formProblems, unknownFields } from "../../domain/console/check.ts";
import { BLANK_TEMPLATE, type TemplateModel } from "../../domain/console/model.ts";
import {
  type ConsoleShape,
  fieldsOf,
  noExtra,
  readForm,
  type Shaped,
  writeForm,
} from "../../domain/console/shape.ts";
import type { Principal } from "../../domain/principal.ts";
import { type Template, withChange } from "../../domain/template.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { CertificateProfiles } from "../templates/certificate-profiles.ts";
import { CaServerReadings } from "./ca-server-readings.ts";
import {
  type FilledForm,
  filledForm,
  type FormRequest,
  identifierOf,
  secretsAsked,
} from "./console-view.ts";
import { SHORTEST_SECRET } from "../endpoints/endpoint-secrets.ts";
import { Endpoints } from "../endpoints/endpoints.ts";
import { hasSecret, offers, policiesWith } from "./offered-template.ts";
import { inputOf, modelOf, modelProblems } from "./template-model.ts";
import { Templates } from "../templates/templates.ts";

type Form = FilledForm<TemplateModel>;

const LONGEST_ID = 60;

/** Templates in the words of a console: shown, previewed, and saved together with the endpoint's challenge. */
export class ConsoleTemplates {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(Templates) private readonly templates: Templates,
    @inject(Endpoints) private readonly endpoints: Endpoints,
    @inject(CaServerReadings) private readonly readings: CaServerReadings,
    @inject(CertificateProfiles) private readonly profiles: CertificateProfiles,
  ) {}

  /** The form of a template, or of a new one; `draft`: with what its draft changes. Throws `not_found` where there is no draft. */
  async show(
    principal: Principal,
    shape: ConsoleShape,
    id: string | undefined,
    draft: boolean,
  ): Promise<Form> {
    const saved = await this.shaped(principal, shape, id);
    const shaped = draft ? await this.drafted(principal, saved) : saved;
    return this.shown(principal, shape, shaped, { notes: [], saved: false });
  }

  /** Checks a filled-in form, and saves it when it is asked to and nothing is wrong. Throws what saving a template throws. */
  async write(principal: Principal, shape: ConsoleShape, request: FormRequest): Promise<Form> {
    this.access.open(principal, "configuration:manage");
    const before = await this.shaped(principal, shape, request.id);
    if (before.stored !== undefined) sameVersion(before.stored.version, request.version);
    const fields = fieldsOf(shape.template);
    const values = { ...readForm(shape.template, before), ...request.fields };
    const written = { ...before, ...writeForm(shape.template, shape.version, before, values) };
    const after = await this.byProfile(principal, shape, before, written);
    const set = await this.secretsSet(principal, shape, before.stored);
    const passed = await this.passed(principal, shape, before, after.model.authorityId);
    const asked = formProblems(fields, values, new Set([...set, ...passed]));
    const faulty = new Set(asked.map(({ path }) => path));
    const problems = [
      ...unknownFields(fields, request.fields),
      ...asked,
      ...modelProblems(shape, after.model),
      ...(await this.challengeProblems(principal, shape, after)).filter(
        ({ path }) => !faulty.has(path),
      ),
      ...(await this.templateProblems(principal, shape, after)),
    ];
    const rest = { secretsPassed: passed, issues: problems, notes: [], saved: false };
    if (!request.save || problems.length > 0) {
      if (request.save)
        throw new CountersignError("template_impossible", "the form cannot be saved like this", {
          issues: problems,
        });
      return this.form(principal, shape, after, rest);
    }
    const { template, notes } = await this.save(principal, shape, after, request.moveOver);
    const shaped = await this.shaped(principal, shape, template.id);
    return this.shown(principal, shape, shaped, { notes, saved: true });
  }

  /** A profile that is newly picked brings the usages that the console does not ask for, and a life that it allows. */
  private async byProfile(
    principal: Principal,
    shape: ConsoleShape,
    before: ShapedTemplate,
    after: ShapedTemplate,
  ): Promise<ShapedTemplate> {
    const { profileId } = after.model;
    if (profileId === "" || profileId === before.model.profileId) return after;
    const store = this.access.open(principal, "configuration:read");
    const profile = await this.profiles.find(store, profileId);
    if (profile === undefined) return after;
    const { definition } = profile;
    const asked = new Set(shape.template.parts.flatMap(({ members }) => members));
    const rules = {
      keyUsages: profileKeyUsages(definition),
      extendedKeyUsages: profileExtendedUsages(definition),
      allowedExtendedKeyUsages: [],
      ...(asked.has("validity") || lifeBeyond(after.model.validity, profile) === undefined
        ? {}
        : { validity: definition.validity_period }),
    };
    const brought = Object.entries(rules).filter(
      ([member]) => !asked.has(member as keyof TemplateModel),
    );
    return { ...after, model: { ...after.model, ...Object.fromEntries(brought) } };
  }

  private async shaped(
    principal: Principal,
    shape: ConsoleShape,
    id: string | undefined,
  ): Promise<ShapedTemplate> {
    const extra = noExtra(shape.version);
    if (id === undefined) return { ...beginning(shape), stored: undefined };
    const stored = await this.templates.get(principal, id);
    return {
      model: await this.modelOf(principal, stored),
      extra: stored.shapeExtras?.[shape.id] ?? extra,
      stored,
    };
  }

  /** Only of a template that is there. */
  private async drafted(principal: Principal, saved: ShapedTemplate): Promise<ShapedTemplate> {
    const store = this.access.open(principal, "configuration:read");
    const stored = found(saved.stored, "draft of", "a new template");
    const distribution = await store.distributions.get(stored.id);
    const { plan } = found(distribution?.draft, "draft of", stored.id);
    return { ...saved, model: await this.modelOf(principal, withChange(stored, plan.change)) };
  }

  private async modelOf(principal: Principal, template: Template): Promise<TemplateModel> {
    const readings = await this.readings.of(principal, template.authorityId);
    const endpoint = (await this.endpoints.list(principal)).find(offers(template.id));
    return { ...modelOf(template, readings), acceptMd5Csr: endpoint?.acceptMd5Csr ?? false };
  }

  private async form(
    principal: Principal,
    shape: ConsoleShape,
    shaped: ShapedTemplate,
    rest: Pick<Form, "secretsPassed" | "issues" | "notes" | "saved">,
  ): Promise<Form> {
    return filledForm(shape.template, BLANK_TEMPLATE, shaped, {
      ...rest,
      id: shaped.stored?.id,
      version: shaped.stored?.version,
      secretsSet: await this.secretsSet(principal, shape, shaped.stored),
    });
  }

  /** As it is, without a word on what is wrong. */
  private async shown(
    principal: Principal,
    shape: ConsoleShape,
    shaped: ShapedTemplate,
    rest: Pick<Form, "notes" | "saved">,
  ): Promise<Form> {
    const secretsPassed = await this.passed(principal, shape, shaped, shaped.model.authorityId);
    return this.form(principal, shape, shaped, { ...rest, secretsPassed, issues: [] });
  }

  private async secretsSet(
    principal: Principal,
    shape: ConsoleShape,
    stored: Template | undefined,
  ): Promise<readonly string[]> {
    if (stored === undefined) return [];
    const set = (await this.endpoints.list(principal)).some(hasSecret(stored.id));
    return set ? challengeFields(shape) : [];
  }

  /** Secrets that are not asked for: passed on before, or kept with the outside CA that issues. */
  private async passed(
    principal: Principal,
    shape: ConsoleShape,
    before: ShapedTemplate,
    authorityId: string,
  ): Promise<readonly string[]> {
    const asked = secretsAsked(shape.template, shape, before, before.stored);
    const outside = await this.isOutside(principal, authorityId);
    return outside ? [...asked, ...challengeFields(shape)] : asked;
  }

  private async isOutside(principal: Principal, authorityId: string): Promise<boolean> {
    const store = this.access.open(principal, "configuration:read");
    return (await store.authorities.get(authorityId))?.kind === "outside";
  }

  private async challengeProblems(
    principal: Principal,
    shape: ConsoleShape,
    { model, stored }: ShapedTemplate,
  ): Promise<readonly Issue[]> {
    if (model.challengeMode !== "static") return [];
    // What an outside CA asks for stands with that CA.
    if (await this.isOutside(principal, model.authorityId)) return [];
    const [field] = challengeFields(shape);
    const at = field === undefined ? "secret" : fieldPath(field);
    if (model.secret !== "")
      return model.secret.length < SHORTEST_SECRET
        ? [{ path: at, message: `must have ${SHORTEST_SECRET} characters at least` }]
        : [];
    const set = stored && (await this.endpoints.list(principal)).some(hasSecret(stored.id));
    return set === true ? [] : [{ path: at, message: "a static challenge needs its secret" }];
  }

  private async templateProblems(
    principal: Principal,
    shape: ConsoleShape,
    { model, stored }: ShapedTemplate,
  ): Promise<readonly Issue[]> {
    const input = inputOf(model, stored?.id ?? "new-template");
    return atFields(shape.template, await this.templates.problems(principal, input));
  }

  private async save(
    principal: Principal,
    shape: ConsoleShape,
    { model, extra, stored }: ShapedTemplate,
    moveOver: string | undefined,
  ): Promise<{ readonly template: Template; readonly notes: readonly string[] }> {
    const shapeExtras = { ...stored?.shapeExtras, [shape.id]: extra };
    if (stored !== undefined) {
      const input = inputOf(model, stored.id);
      const change = {
        ...input,
        profileId: input.profileId ?? null,
        requiredDomain: input.requiredDomain ?? null,
        shapeExtras,
      };
      const { id, version } = stored;
      const template = await this.templates.update(principal, id, change, version, moveOver);
      return { template, notes: await this.offer(principal, template, model) };
    }
    const taken = (await this.templates.list(principal)).map(({ id }) => id);
    const id = identifierOf(model.name, LONGEST_ID, taken);
    const template = await this.templates.create(principal, { ...inputOf(model, id), shapeExtras });
    try {
      return { template, notes: await this.offer(principal, template, model) };
    } catch (failure) {
      // Half a form is none: the admin corrects it and saves it again.
      await this.templates.delete(principal, template.id);
      throw failure;
    }
  }

  /** Puts the template and its challenge at the authority's endpoint; makes one where there is none. */
  private async offer(
    principal: Principal,
    template: Template,
    { secret, acceptMd5Csr }: TemplateModel,
  ): Promise<readonly string[]> {
    const store = this.access.open(principal, "configuration:read");
    const { outside } = found(
      await store.authorities.get(template.authorityId),
      "authority",
      template.authorityId,
    );
    if (outside !== undefined) return ["Devices ask the outside CA itself: it needs no endpoint."];
    const all = await this.endpoints.list(principal);
    const own = all.filter(({ authorityId }) => authorityId === template.authorityId);
    const endpoint = own.find(offers(template.id)) ?? (own.length === 1 ? own[0] : undefined);
    if (endpoint === undefined && own.length > 1) {
      const names = own.map(({ id }) => id).join(", ");
      return [`The authority has several endpoints (${names}): add the template to one of them.`];
    }
    const policies = policiesWith(endpoint, template, secret);
    if (endpoint === undefined) {
      const id = identifierOf(
        template.authorityId,
        LONGEST_ID,
        all.map(({ id: taken }) => taken),
      );
      await this.endpoints.create(principal, {
        ...{ id, authorityId: template.authorityId, templateIds: [template.id], policies },
        acceptMd5Csr,
      });
      return [`Made endpoint ${id}.`];
    }
    const waiting = !endpoint.enabled && endpoint.templateIds.length === 0;
    await this.endpoints.update(
      principal,
      endpoint.id,
      {
        templateIds: [...new Set([...endpoint.templateIds, template.id])],
        policies,
        // What other templates need there is not taken away by a new one.
        acceptMd5Csr: acceptMd5Csr || (!offers(template.id)(endpoint) && endpoint.acceptMd5Csr),
        ...(waiting ? { enabled: true } : {}),
      },
      endpoint.version,
    );
    return waiting ? [`Endpoint ${endpoint.id} is enabled now.`] : [];
  }
}

interface ShapedTemplate extends Shaped<TemplateModel> {
  readonly stored: Template | undefined;
}

/** A new template as the console's own defaults have it. */
const beginning = (shape: ConsoleShape): Shaped<TemplateModel> => {
  const blank = { model: BLANK_TEMPLATE, extra: noExtra(shape.version) };
  const defaults = Object.fromEntries(
    fieldsOf(shape.template).flatMap((field) =>
      field.default === undefined || field.readOnly === true ? [] : [[field.name, field.default]],
    ),
  );
  return writeForm(shape.template, shape.version, blank, defaults);
};

/** Where a form takes the secret of a static challenge. */
const challengeFields = ({ template }: ConsoleShape): readonly string[] =>
  template.parts.flatMap(({ members, fields }) =>
    members.includes("secret") ? fields.map(({ name }) => name) : [],
  );
