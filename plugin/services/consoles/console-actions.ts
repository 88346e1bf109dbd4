import { inject } from "tsyringe";
import { formProblems } from "../../domain/console/check.ts";
import type { FormAction, Tried, TriedStep } from "../../domain/console/form-action.ts";
import { type ConsoleField, type FieldValues, holds, isShown } from "../../domain/console/form.ts";
import { type ConsoleShape, fieldsOf } from "../../domain/console/shape.ts";
import type { Principal } from "../../domain/principal.ts";
import { Access, found } from "../access/access.ts";
import { ConsoleCaServers } from "./console-ca-servers.ts";
import { ConsoleTemplates } from "./console-templates.ts";
import { EndpointTests } from "../operations/endpoint-tests.ts";
import { Endpoints } from "../endpoints/endpoints.ts";
import { offers } from "./offered-template.ts";
import { PublicChecks } from "../status/public-checks.ts";

/** Which form of a console. */
export type FormKind = "caServer" | "template";

export interface TryRequest {
  readonly action: string;
  /** What is left out is as it was, or as it begins. */
  readonly fields: FieldValues;
  /** What the form stands for, once that is saved. */
  readonly id?: string | undefined;
}

const UNSAVED = "Nothing to ask yet: the address is known once the form is saved.";

/** The test buttons of consoles' forms: what can be tried here is tried, and what cannot is named. Nothing is stored. */
export class ConsoleActions {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(ConsoleCaServers) private readonly caServers: ConsoleCaServers,
    @inject(ConsoleTemplates) private readonly templates: ConsoleTemplates,
    @inject(Endpoints) private readonly endpoints: Endpoints,
    @inject(EndpointTests) private readonly tests: EndpointTests,
    @inject(PublicChecks) private readonly checks: PublicChecks,
  ) {}

  /** Throws `not_found` for a button that the form does not have. */
  async run(
    principal: Principal,
    shape: ConsoleShape,
    kind: FormKind,
    { action: name, fields, id }: TryRequest,
  ): Promise<Tried> {
    this.access.open(principal, "configuration:read");
    const all = shape[kind].actions ?? [];
    const action = found(
      all.find((one) => one.name === name),
      "button",
      name,
    );
    const form =
      kind === "caServer"
        ? await this.caServers.show(principal, shape, id)
        : await this.templates.show(principal, shape, id, false);
    const values = { ...form.values, ...fields };
    const passed = new Set([...form.secretsPassed, ...form.secretsSet]);
    const steps = [
      ...fieldSteps(action, fieldsOfKind(shape, kind), values, passed),
      ...(await this.asked(principal, action, id)),
      ...action.untried
        .filter(({ when }) => when === undefined || holds(when, values))
        .map(({ what, why }) => untried(what, why)),
    ];
    return { ok: steps.every(({ state }) => state !== "bad"), steps };
  }

  private async asked(
    principal: Principal,
    { asks }: FormAction,
    id: string | undefined,
  ): Promise<readonly TriedStep[]> {
    if (asks === undefined) return [];
    if (id === undefined)
      return [untried(asks === "enrolment" ? "Test enrolment" : "SCEP address", UNSAVED)];
    return asks === "enrolment" ? this.enrolled(principal, id) : this.looked(principal, id);
  }

  private async looked(principal: Principal, id: string): Promise<readonly TriedStep[]> {
    const findings = await this.checks.run(principal, id);
    if (findings.length === 0)
      return [
        untried("Public addresses", "This CA publishes nothing here: it waits, or is elsewhere."),
      ];
    return findings.map(({ check, url, level, message, remedy }) => ({
      what: `${check} at ${url}`,
      state: level === "ok" ? "good" : "bad",
      detail: message,
      nextStep: remedy,
    }));
  }

  private async enrolled(principal: Principal, templateId: string): Promise<readonly TriedStep[]> {
    const endpoint = (await this.endpoints.list(principal)).find(offers(templateId));
    if (endpoint === undefined)
      return [untried("Test enrolment", "No endpoint offers this template yet.")];
    const { steps } = await this.tests.run(principal, endpoint.id, templateId);
    return steps.map(({ step, ok, detail, nextStep }) => ({
      what: step,
      state: ok ? "good" : "bad",
      detail,
      nextStep,
    }));
  }
}

const fieldsOfKind = (shape: ConsoleShape, kind: FormKind): readonly ConsoleField[] =>
  kind === "caServer" ? fieldsOf(shape.caServer) : fieldsOf(shape.template);

const untried = (what: string, detail: string): TriedStep => ({ what, state: "untried", detail });

const fieldSteps = (
  action: FormAction,
  fields: readonly ConsoleField[],
  values: FieldValues,
  passed: ReadonlySet<string>,
): readonly TriedStep[] => {
  const problems = formProblems(fields, values, passed);
  return fields
    .filter((field) => action.fields.includes(field.name) && isShown(field, values, fields))
    .map(({ name, label, type }): TriedStep => {
      const fault = problems.find(({ path }) => path === `fields.${name}`);
      if (fault !== undefined) return { what: label, state: "bad", detail: fault.message };
      const value = values[name] ?? "";
      if (value === "")
        return untried(
          label,
          type === "secret" ? "It is not kept: type it again to have it looked at." : "Left empty.",
        );
      const shown = typeof value === "string" ? value : JSON.stringify(value);
      return { what: label, state: "good", detail: type === "secret" ? "Typed." : shown };
    });
};
