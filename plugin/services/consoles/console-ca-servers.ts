import { inject } from "tsyringe";
import { isKeyAlgorithm } from "../../domain/algorithm.ts";
import type { Authority } from "../../domain/authority.ts";
import { atFields } from "../../domain/console/at-fields.ts";
import { formProblems, unknownFields } from "../../domain/console/check.ts";
import { BLANK_CA_SERVER, type CaServerModel } from "../../domain/console/model.ts";
import {
  type ConsoleShape,
  fieldsOf,
  noExtra,
  readForm,
  type Shaped,
  writeForm,
} from "../../domain/console/shape.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import { readCertificateFile } from "../../pki/certificate.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import { CLOCK, SETTINGS } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { Authorities } from "../authorities/authorities.ts";
import { CertificateProfiles } from "../templates/certificate-profiles.ts";
import { certificateOf } from "../authorities/ca-certificate-check.ts";
import {
  isHierarchy,
  modelProblems,
  newAuthorityOf,
  shardProblems,
  surroundingProblems,
} from "./ca-server-model.ts";
import { CaServerReadings } from "./ca-server-readings.ts";
import {
  type FilledForm,
  filledForm,
  type FormRequest,
  identifierOf,
  secretsAsked,
} from "./console-view.ts";
import { Endpoints } from "../endpoints/endpoints.ts";
import { Hierarchies } from "../authorities/hierarchies.ts";
import { OcspSwitch } from "../status/ocsp-switch.ts";

type Form = FilledForm<CaServerModel>;

const LONGEST_ID = 12;
const LONGEST_ENDPOINT_ID = 60;

/** CA servers in the words of a console: an authority together with the endpoint that serves it. */
export class ConsoleCaServers {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(Authorities) private readonly authorities: Authorities,
    @inject(Hierarchies) private readonly hierarchies: Hierarchies,
    @inject(Endpoints) private readonly endpoints: Endpoints,
    @inject(CertificateProfiles) private readonly profiles: CertificateProfiles,
    @inject(CaServerReadings) private readonly readings: CaServerReadings,
    @inject(OcspSwitch) private readonly ocsp: OcspSwitch,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The form of an authority, or of a new one. */
  async show(principal: Principal, shape: ConsoleShape, id: string | undefined): Promise<Form> {
    const shaped = await this.shaped(principal, shape, id);
    return form(shape, shaped, passedOf(shape, shaped), { issues: [], notes: [], saved: false });
  }

  /** Checks a filled-in form, and saves it when it is asked to and nothing is wrong. Throws what making an authority throws. */
  async write(principal: Principal, shape: ConsoleShape, request: FormRequest): Promise<Form> {
    const store = this.access.open(principal, "authorities:manage");
    const before = await this.shaped(principal, shape, request.id);
    if (before.stored !== undefined) sameVersion(before.stored.version, request.version);
    const now = this.clock.now();
    const fields = fieldsOf(shape.caServer);
    const values = { ...readForm(shape.caServer, before), ...request.fields };
    const written = writeForm(shape.caServer, shape.version, before, values);
    const chosen = await this.chosen(principal, shape, before.stored, written.model);
    const after: ShapedServer = { ...written, stored: chosen };
    const passed = passedOf(shape, before);
    const asked = formProblems(fields, values, new Set(passed));
    const faulty = new Set(asked.map(({ path }) => path));
    const issues = [
      ...unknownFields(fields, request.fields),
      ...asked,
      ...atFields(shape.caServer, [
        ...modelProblems(after, before.stored, now),
        ...(chosen === undefined
          ? await surroundingProblems(store, after.model, this.settings, now)
          : []),
      ]).filter(({ path }) => !faulty.has(path)),
      ...shardProblems(request.crlShards, before.stored),
    ];
    if (issues.length > 0 && request.save)
      throw new CountersignError("invalid_input", "the form cannot be saved like this", { issues });
    if (!request.save) return form(shape, after, passed, { issues, notes: [], saved: false });
    const { id, notes } = await this.save(principal, shape, after, request.crlShards);
    const shaped = await this.shaped(principal, shape, id);
    return form(shape, shaped, passedOf(shape, shaped), { issues: [], notes, saved: true });
  }

  private async shaped(
    principal: Principal,
    shape: ConsoleShape,
    id: string | undefined,
  ): Promise<ShapedServer> {
    if (id === undefined) return { ...beginning(shape), stored: undefined };
    const store = this.access.open(principal, "authorities:read");
    const stored = found(await store.authorities.get(id), "authority", id);
    const endpoint = (await this.endpoints.list(principal)).find((one) => one.authorityId === id);
    return {
      model: {
        ...BLANK_CA_SERVER,
        id,
        name: stored.name,
        kind: stored.kind,
        parentId: stored.parentId ?? "",
        subject: stored.subject,
        keyAlgorithm: stored.keyAlgorithm,
        signature: stored.signature ?? "pkcs1",
        notAfter: stored.notAfter?.toISOString() ?? "",
        crlEnabled: stored.crlEnabled,
        ocspEnabled: stored.ocspEnabled,
        profiles: stored.profiles ?? [],
        certificate:
          stored.certificate === undefined
            ? ""
            : Buffer.from(stored.certificate).toString("base64"),
        templateIds: endpoint?.templateIds ?? [],
        acceptMd5Csr: endpoint?.acceptMd5Csr ?? false,
        enabled: endpoint?.enabled ?? true,
        readings: await this.readings.of(principal, id),
      },
      extra: stored.shapeExtras?.[shape.id] ?? noExtra(shape.version),
      stored,
    };
  }

  /** The authority a new form means: the one it names, or whose certificate it brings. */
  private async chosen(
    principal: Principal,
    shape: ConsoleShape,
    stored: Authority | undefined,
    model: CaServerModel,
  ): Promise<Authority | undefined> {
    if (stored !== undefined) return stored;
    const store = this.access.open(principal, "authorities:read");
    if (model.certificate !== "" && model.kind !== "external") {
      const der = certificateOf(model.certificate);
      const wanted = der && sha256Fingerprint(der);
      return (await store.authorities.list()).find(
        ({ certificate }) => certificate !== undefined && sha256Fingerprint(certificate) === wanted,
      );
    }
    return model.id === "" || !picksAuthority(shape) ? undefined : store.authorities.get(model.id);
  }

  private async save(
    principal: Principal,
    shape: ConsoleShape,
    shaped: ShapedServer,
    crlShards: number | undefined,
  ): Promise<{ readonly id: string; readonly notes: readonly string[] }> {
    const { model, stored } = shaped;
    const id = stored?.id ?? (await this.make(principal, model, crlShards));
    await this.keep(principal, id, shape, shaped);
    return { id, notes: await this.serve(principal, id, model) };
  }

  private async make(
    principal: Principal,
    model: CaServerModel,
    crlShards: number | undefined,
  ): Promise<string> {
    const taken = (await this.authorities.list(principal)).map((authority) => authority.id);
    const id = model.id === "" ? identifierOf(model.name, LONGEST_ID, taken) : model.id;
    if (model.kind === "external") {
      await this.authorities.importRoot(principal, {
        id,
        name: model.name,
        certificate: readCertificateFile(Buffer.from(model.certificate, "base64")),
      });
      return id;
    }
    if (isHierarchy(model) && isKeyAlgorithm(model.keyAlgorithm)) {
      const { name, keyAlgorithm } = model;
      const keyStore = model.keyStore === "" ? undefined : model.keyStore;
      await this.hierarchies.create(principal, { id, name, keyAlgorithm, keyStore, crlShards });
      return id;
    }
    await this.authorities.create(principal, newAuthorityOf(model, id, crlShards));
    return id;
  }

  /** Name, profiles and what the console keeps beside them. */
  private async keep(
    principal: Principal,
    id: string,
    shape: ConsoleShape,
    { model, extra, stored }: ShapedServer,
  ): Promise<void> {
    await this.authorities.change(principal, id, (authority) => ({
      name: model.name === "" ? authority.name : model.name,
      shapeExtras: { ...authority.shapeExtras, [shape.id]: extra },
    }));
    // Off is refused with the reason.
    if (stored !== undefined && stored.ocspEnabled !== model.ocspEnabled)
      await this.ocsp.turn(principal, id, model.ocspEnabled);
    const profiles = model.profiles.length === 0 ? undefined : model.profiles;
    if (stored?.profiles?.join() !== profiles?.join())
      await this.profiles.enable(principal, id, profiles);
  }

  /** The endpoint of an issuing CA; it waits for its first template. */
  private async serve(
    principal: Principal,
    authorityId: string,
    model: CaServerModel,
  ): Promise<readonly string[]> {
    const authority = await this.authorities.get(principal, authorityId);
    if (authority.kind !== "issuing" || authority.status !== "active") return [];
    const all = await this.endpoints.list(principal);
    const endpoint = all.find((one) => one.authorityId === authorityId);
    const { templateIds, enabled } = model;
    if (endpoint !== undefined) {
      const changed =
        endpoint.enabled !== enabled || endpoint.templateIds.join() !== templateIds.join();
      if (changed)
        await this.endpoints.update(
          principal,
          endpoint.id,
          { templateIds, enabled: enabled && templateIds.length > 0 },
          endpoint.version,
        );
      return [];
    }
    const taken = all.map(({ id }) => id);
    const id = identifierOf(authorityId, LONGEST_ENDPOINT_ID, taken);
    await this.endpoints.create(principal, {
      id,
      name: authority.name,
      authorityId,
      templateIds,
      policies: [{ kind: "dynamic" }],
      enabled: enabled && templateIds.length > 0,
    });
    return templateIds.length > 0
      ? [`Made endpoint ${id}.`]
      : [`Made endpoint ${id}; it is enabled with its first template.`];
  }
}

interface ShapedServer extends Shaped<CaServerModel> {
  readonly stored: Authority | undefined;
}

/** Whether a console's form chooses among CAs that are there, instead of giving a new one its identifier. */
const picksAuthority = ({ caServer }: ConsoleShape): boolean =>
  caServer.parts.some(
    ({ members, fields }) =>
      members.includes("id") && fields.some(({ from }) => from !== undefined),
  );

const passedOf = (shape: ConsoleShape, shaped: ShapedServer): readonly string[] =>
  secretsAsked(shape.caServer, shape, shaped, shaped.stored);

const form = (
  shape: ConsoleShape,
  shaped: ShapedServer,
  secretsPassed: readonly string[],
  rest: Pick<Form, "issues" | "notes" | "saved">,
): Form =>
  filledForm(shape.caServer, BLANK_CA_SERVER, shaped, {
    ...rest,
    id: shaped.stored?.id,
    version: shaped.stored?.version,
    secretsSet: [],
    secretsPassed,
  });

const beginning = (shape: ConsoleShape): Shaped<CaServerModel> => {
  const blank = { model: BLANK_CA_SERVER, extra: noExtra(shape.version) };
  const defaults = Object.fromEntries(
    fieldsOf(shape.caServer).flatMap((field) =>
      field.default === undefined || field.readOnly === true ? [] : [[field.name, field.default]],
    ),
  );
  return writeForm(shape.caServer, shape.version, blank, defaults);
};
