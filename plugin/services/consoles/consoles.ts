import { inject } from "tsyringe";
import { formatDn } from "../../domain/distinguished-name.ts";
import { type ConsoleDialect, toPattern, writeVariable } from "../../domain/console/dialect.ts";
import type { FormAction, Tried } from "../../domain/console/form-action.ts";
import type { ConsoleField } from "../../domain/console/form.ts";
import type { CaServerModel, TemplateModel } from "../../domain/console/model.ts";
import { type ConsoleForm, type ConsoleShape, fieldsOf } from "../../domain/console/shape.ts";
import { variablesOf } from "../../domain/device-variables.ts";
import type { Principal } from "../../domain/principal.ts";
import type { SanType, SubjectAltName } from "../../domain/san.ts";
import { patternVariables, renderSan, renderSubject } from "../../domain/subject-pattern.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import { CONSOLES } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { ConsoleActions, type FormKind, type TryRequest } from "./console-actions.ts";
import { ConsoleCaServers } from "./console-ca-servers.ts";
import { ConsoleTemplates } from "./console-templates.ts";
import type { FilledForm, FormRequest } from "./console-view.ts";

/** A form without its mapping: what a page needs to draw it. */
export interface FormView {
  readonly title: string;
  /** Above a form that changes what is there. */
  readonly editTitle: string;
  readonly place: string;
  readonly notes: readonly string[];
  readonly actions: readonly FormAction[];
  readonly fields: readonly (ConsoleField & { readonly maps: readonly string[] })[];
}

/** A console as a page shows it. */
export interface ConsoleView {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly dialect: ConsoleDialect;
  readonly caServer: FormView;
  readonly template: FormView;
}

export interface ResolveRequest {
  readonly subject?: string | undefined;
  readonly sans?: readonly { readonly type: SanType; readonly pattern: string }[] | undefined;
  readonly deviceId?: string | undefined;
  /** In place of a device. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** What patterns come to on one device. */
export interface Resolved {
  /** Undefined while something is missing or wrong. */
  readonly subject: string | undefined;
  readonly sans: readonly SubjectAltName[];
  /** Variables without a value, as the console writes them. */
  readonly missing: readonly { readonly variable: string; readonly attribute: string }[];
  readonly issues: readonly Issue[];
}

/** Consoles' forms: what they look like, how objects look in them, and saving through them. */
export class Consoles {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CONSOLES) private readonly shapes: readonly ConsoleShape[],
    @inject(ConsoleTemplates) private readonly templates: ConsoleTemplates,
    @inject(ConsoleCaServers) private readonly caServers: ConsoleCaServers,
    @inject(ConsoleActions) private readonly actions: ConsoleActions,
  ) {}

  list(principal: Principal): readonly Pick<ConsoleView, "id" | "name" | "version">[] {
    this.access.open(principal, "configuration:read");
    return this.shapes.map(({ id, name, version }) => ({ id, name, version }));
  }

  get(principal: Principal, id: string): ConsoleView {
    this.access.open(principal, "configuration:read");
    const { name, version, dialect, caServer, template } = this.shape(id);
    return {
      id,
      name,
      version,
      dialect,
      caServer: formView(caServer),
      template: formView(template),
    };
  }

  async showCaServer(
    principal: Principal,
    id: string,
    authorityId: string | undefined,
  ): Promise<FilledForm<CaServerModel>> {
    return this.caServers.show(principal, this.shape(id), authorityId);
  }

  async writeCaServer(
    principal: Principal,
    id: string,
    request: FormRequest,
  ): Promise<FilledForm<CaServerModel>> {
    return this.caServers.write(principal, this.shape(id), request);
  }

  async showTemplate(
    principal: Principal,
    id: string,
    templateId: string | undefined,
    draft = false,
  ): Promise<FilledForm<TemplateModel>> {
    return this.templates.show(principal, this.shape(id), templateId, draft);
  }

  async writeTemplate(
    principal: Principal,
    id: string,
    request: FormRequest,
  ): Promise<FilledForm<TemplateModel>> {
    return this.templates.write(principal, this.shape(id), request);
  }

  /** Presses a test button of a form. Throws `not_found`. */
  async try(principal: Principal, id: string, kind: FormKind, request: TryRequest): Promise<Tried> {
    return this.actions.run(principal, this.shape(id), kind, request);
  }

  /** What patterns in the console's words come to on a device; nothing is stored. Throws `not_found`, `invalid_input`. */
  async resolve(principal: Principal, id: string, request: ResolveRequest): Promise<Resolved> {
    const store = this.access.open(principal, "devices:read");
    const { dialect } = this.shape(id);
    const { deviceId } = request;
    const attributes =
      deviceId === undefined
        ? lowered(request.attributes ?? {})
        : variablesOf(found(await store.devices.get(deviceId), "device", deviceId));
    const issues: Issue[] = [];
    const missing = new Map<string, string>();
    const read = <T>(path: string, text: string, render: (pattern: string) => T): T | undefined => {
      try {
        const pattern = toPattern(dialect, text);
        const lacking = patternVariables(pattern).filter(
          (name) => (attributes[name] ?? "").trim() === "",
        );
        for (const name of lacking) missing.set(name, writeVariable(dialect, spelt(name, pattern)));
        return lacking.length > 0 ? undefined : render(pattern);
      } catch (thrown) {
        if (!(thrown instanceof CountersignError)) throw thrown;
        issues.push({ path, message: thrown.detail });
        return undefined;
      }
    };
    const subject = read("subject", request.subject ?? "", (pattern) =>
      formatDn(renderSubject(pattern, attributes)),
    );
    const sans = (request.sans ?? []).flatMap(({ type, pattern: text }, index) => {
      const san = read(`sans.${index}.pattern`, text, (pattern) =>
        renderSan({ type, pattern }, attributes),
      );
      return san === undefined ? [] : [san];
    });
    return {
      subject,
      sans,
      missing: [...missing].map(([attribute, variable]) => ({ variable, attribute })),
      issues,
    };
  }

  private shape(id: string): ConsoleShape {
    return found(
      this.shapes.find((shape) => shape.id === id),
      "console",
      id,
    );
  }
}

const formView = <M>(form: ConsoleForm<M>): FormView => ({
  title: form.title,
  editTitle: form.editTitle ?? form.title,
  place: form.place,
  notes: form.notes ?? [],
  actions: form.actions ?? [],
  fields: fieldsOf(form).map((field) => ({
    ...field,
    maps: form.parts.find(({ fields }) => fields.includes(field))?.members ?? [],
  })),
});

const lowered = (attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  variablesOf({
    platform: "other",
    hostDeviceId: attributes["deviceid"] ?? "",
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  });

/** An attribute as the pattern spells it: `attr.x` unless it is one of ours. */
const spelt = (attribute: string, pattern: string): string =>
  pattern.toLowerCase().includes(`%attr.${attribute}%`) ? `attr.${attribute}` : attribute;
