import { inject } from "tsyringe";
import { statusAt } from "../../domain/authority.ts";
import { shortLifeOf } from "../../domain/authority-life.ts";
import { type CertificateDemand, clientCertificatesAt } from "../../domain/client-certificates.ts";
import {
  type Endpoint,
  type ClientProfileName,
  ENDPOINT_ID,
  type ForeignRenewal,
} from "../../domain/endpoint.ts";
import { parseDuration } from "../../domain/duration.ts";
import { isLiveRa } from "../../domain/ra.ts";
import { type EndpointLimits, limitsOf } from "../../domain/endpoint-limits.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import { readCertificateFile } from "../../pki/certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CERTIFICATE_DEMAND, CLOCK, SETTINGS } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { EndpointRuntimes } from "./endpoint-runtimes.ts";
import {
  bindingIssues,
  chainIssues,
  foreignRenewalIssues,
  policyIssues,
} from "./endpoint-check.ts";
import { EndpointSecrets, type PolicyInput } from "./endpoint-secrets.ts";
import { endpointView, type EndpointView } from "./endpoint-view.ts";
import { Ras } from "./ras.ts";

export interface EndpointInput {
  readonly id: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly authorityId: string;
  readonly templateIds: readonly string[];
  readonly policies: readonly PolicyInput[];
  /** An RA of the authority is found, or issued, unless given. */
  readonly raId?: string | undefined;
  /** DER or PEM; the authority's own chain unless given (E-03). */
  readonly chain?: readonly Uint8Array[] | undefined;
  readonly includeRoot?: boolean | undefined;
  readonly legacy?: boolean | undefined;
  readonly acceptMd5Csr?: boolean | undefined;
  readonly acceptGcm?: boolean | undefined;
  /** An ISO 8601 duration; `off` unless given. */
  readonly signingTimeTolerance?: string | undefined;
  /** Whose certificates, DER or PEM, may sign a renewal besides our own; `off` unless given. */
  readonly foreignRenewal?: ForeignRenewal | "off" | undefined;
  /** What differs from the defaults; the whole of it is replaced. */
  readonly limits?: Partial<EndpointLimits> | undefined;
  /** Enabled unless said otherwise; refused while something is missing (E-06). */
  readonly enabled?: boolean | undefined;
  readonly approval?: Endpoint["approval"] | undefined;
  readonly approvalLifetime?: string | undefined;
  readonly queries?: boolean | undefined;
  readonly clientProfile?: ClientProfileName | undefined;
}

/** The objects behind SCEP URLs (E-01, E-02). */
export class Endpoints {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
    @inject(Ras) private readonly ras: Ras,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
    @inject(CERTIFICATE_DEMAND) private readonly demand: readonly CertificateDemand[],
  ) {}

  async list(principal: Principal): Promise<readonly EndpointView[]> {
    const store = this.access.open(principal, "configuration:read");
    return Promise.all(
      (await store.endpoints.list()).map((endpoint) => this.view(store, endpoint)),
    );
  }

  async get(principal: Principal, id: string): Promise<EndpointView> {
    const store = this.access.open(principal, "configuration:read");
    return this.view(store, found(await store.endpoints.get(id), "endpoint", id));
  }

  /** Throws `invalid_input`, `conflict`, `endpoint_incomplete` (with the list of what is missing). */
  async create(principal: Principal, input: EndpointInput): Promise<EndpointView> {
    const store = this.access.open(principal, "configuration:manage");
    const now = this.clock.now();
    if (!ENDPOINT_ID.test(input.id)) {
      throw new CountersignError("invalid_input", "the endpoint id is not valid", {
        issues: [{ path: "id", message: "2 to 63 lower-case letters, digits and single hyphens" }],
      });
    }
    const endpoint: Endpoint = {
      id: input.id,
      name: input.name ?? input.id,
      description: input.description ?? "",
      authorityId: input.authorityId,
      templateIds: input.templateIds,
      policies: this.secrets.seal(input.id, input.policies, []),
      raId: input.raId,
      chain: (input.chain ?? []).map(readCertificateFile),
      includeRoot: input.includeRoot ?? true,
      legacy: input.legacy ?? false,
      acceptMd5Csr: input.acceptMd5Csr ?? false,
      acceptGcm: input.acceptGcm ?? false,
      signingTimeTolerance: toleranceOf(input.signingTimeTolerance, undefined),
      foreignRenewal: foreignRenewalOf(input.foreignRenewal, undefined),
      limits: input.limits ?? {},
      approval: input.approval ?? "none",
      approvalLifetime: input.approvalLifetime ?? "P7D",
      queries: input.queries ?? true,
      clientProfile: input.clientProfile ?? "auto",
      next: undefined,
      retiredRas: [],
      enabled: input.enabled ?? true,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    const ready = await this.complete(principal, store, endpoint, undefined);
    await store.run(async (tx) => {
      await tx.endpoints.insert(ready);
      await tx.ledger.append(
        this.access.entry(principal, "endpoint.created", ready.id, {
          authority: ready.authorityId,
          enabled: ready.enabled,
        }),
      );
    });
    this.runtimes.forget(ready.id);
    return this.view(store, ready);
  }

  async update(
    principal: Principal,
    id: string,
    change: Partial<EndpointInput>,
    version?: number,
  ): Promise<EndpointView> {
    const store = this.access.open(principal, "configuration:manage");
    const stored = found(await store.endpoints.get(id), "endpoint", id);
    sameVersion(stored.version, version);
    const endpoint: Endpoint = {
      ...stored,
      name: change.name ?? stored.name,
      description: change.description ?? stored.description,
      authorityId: change.authorityId ?? stored.authorityId,
      templateIds: change.templateIds ?? stored.templateIds,
      policies:
        change.policies === undefined
          ? stored.policies
          : this.secrets.seal(id, change.policies, stored.policies),
      raId: change.raId ?? (change.authorityId === undefined ? stored.raId : undefined),
      chain:
        change.chain?.map(readCertificateFile) ??
        (change.authorityId === undefined ? stored.chain : []),
      includeRoot: change.includeRoot ?? stored.includeRoot,
      legacy: change.legacy ?? stored.legacy,
      acceptMd5Csr: change.acceptMd5Csr ?? stored.acceptMd5Csr,
      acceptGcm: change.acceptGcm ?? stored.acceptGcm,
      signingTimeTolerance: toleranceOf(change.signingTimeTolerance, stored.signingTimeTolerance),
      foreignRenewal: foreignRenewalOf(change.foreignRenewal, stored.foreignRenewal),
      limits: change.limits ?? stored.limits,
      approval: change.approval ?? stored.approval,
      approvalLifetime: change.approvalLifetime ?? stored.approvalLifetime,
      queries: change.queries ?? stored.queries,
      clientProfile: change.clientProfile ?? stored.clientProfile,
      enabled: change.enabled ?? stored.enabled,
      version: stored.version + 1,
      updatedAt: this.clock.now(),
    };
    const ready = await this.complete(principal, store, endpoint, stored.authorityId);
    await store.run(async (tx) => {
      await tx.endpoints.update(ready);
      await tx.ledger.append(
        this.access.entry(principal, "endpoint.changed", id, {
          fields: Object.keys(change),
          enabled: ready.enabled,
        }),
      );
    });
    this.runtimes.forget(id);
    return this.view(store, ready);
  }

  async delete(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "configuration:manage");
    await store.run(async (tx) => {
      if (!(await tx.endpoints.delete(id)))
        throw new CountersignError("not_found", `no endpoint ${id}`);
      await tx.ledger.append(this.access.entry(principal, "endpoint.deleted", id));
    });
    this.runtimes.forget(id);
  }

  /** `bound`: the authority it had before. Fills in the RA, checks that every reference holds and, when enabled, that nothing is missing (E-06). */
  private async complete(
    principal: Principal,
    store: TenantStore,
    endpoint: Endpoint,
    bound: string | undefined,
  ): Promise<Endpoint> {
    const issues: Issue[] = [];
    const now = this.clock.now();
    const authority = await store.authorities.get(endpoint.authorityId);
    if (authority === undefined)
      issues.push({ path: "authorityId", message: `no authority ${endpoint.authorityId}` });
    else if (authority.kind === "outside")
      issues.push({
        path: "authorityId",
        message: "devices call an outside authority at its own URL; it needs no endpoint",
      });
    else if (authority.id !== bound)
      issues.push(...bindingIssues(authority, this.settings.shortLivedAuthority, now));
    const templates: Template[] = [];
    for (const [index, id] of endpoint.templateIds.entries()) {
      const template = await store.templates.get(id);
      if (template === undefined)
        issues.push({ path: `templateIds.${index}`, message: `no template ${id}` });
      else if (template.authorityId !== endpoint.authorityId) {
        issues.push({
          path: `templateIds.${index}`,
          message: `template ${id} belongs to authority ${template.authorityId}`,
        });
      } else templates.push(template);
    }
    issues.push(...policyIssues(endpoint, templates), ...foreignRenewalIssues(endpoint, templates));
    if (endpoint.chain.length > 0 && authority?.certificate !== undefined)
      issues.push(...chainIssues(endpoint.chain, authority.certificate));
    const given = endpoint.raId === undefined ? undefined : await store.ras.get(endpoint.raId);
    if (endpoint.raId !== undefined && given === undefined)
      issues.push({ path: "raId", message: `no RA ${endpoint.raId}` });
    if (issues.length > 0)
      throw new CountersignError("invalid_input", "the endpoint is not valid", { issues });

    const missing: Issue[] = [];
    const ready = authority !== undefined && statusAt(authority, now) === "active";
    if (!ready)
      missing.push({ path: "authorityId", message: "the authority has no certificate in date" });
    if (endpoint.templateIds.length === 0)
      missing.push({ path: "templateIds", message: "no template" });
    if (endpoint.policies.length === 0)
      missing.push({ path: "policies", message: "no challenge policy" });
    const ra =
      given ??
      (ready && missing.length === 0 && authority.kind !== "external"
        ? await this.ras.ensure(principal, store, authority)
        : undefined);
    if (ra === undefined || !isLiveRa(ra, now))
      missing.push({ path: "raId", message: "no RA certificate in date" });
    if (endpoint.enabled && missing.length > 0) {
      throw new CountersignError(
        "endpoint_incomplete",
        `endpoint ${endpoint.id} lacks: ${missing.map(({ message }) => message).join("; ")}`,
        { issues: missing },
      );
    }
    return { ...endpoint, raId: ra?.id };
  }

  private async view(store: TenantStore, endpoint: Endpoint): Promise<EndpointView> {
    const ra = endpoint.raId === undefined ? undefined : await store.ras.get(endpoint.raId);
    const limits = limitsOf(endpoint, this.settings.limits);
    const authority = await store.authorities.get(endpoint.authorityId);
    const shortLife = authority && shortLifeOf(authority, this.clock.now());
    const { scepUrl } = this.settings;
    const asked = clientCertificatesAt(scepUrl, this.demand[0]);
    return endpointView(endpoint, limits, ra, scepUrl, asked, shortLife);
  }
}

/** Throws `invalid_input` for what is no duration. */
const toleranceOf = (given: string | undefined, stored: string | undefined): string | undefined => {
  if (given === undefined) return stored;
  if (given === "off") return undefined;
  parseDuration(given);
  return given;
};

const foreignRenewalOf = (
  given: ForeignRenewal | "off" | undefined,
  stored: ForeignRenewal | undefined,
): ForeignRenewal | undefined => {
  if (given === undefined) return stored;
  if (given === "off") return undefined;
  return { ...given, authorities: given.authorities.map(readCertificateFile) };
};
