import { inject } from "tsyringe";
import { DEFAULT_ATTEMPTS } from "../../domain/attempt-policy.ts";
import { isRsa } from "../../domain/algorithm.ts";
import type { Authority } from "../../domain/authority.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { CertificateProfile } from "../../domain/certificate-profile.ts";
import { profileMismatches } from "../../domain/certificate-profile-check.ts";
import { addDuration, compareDurations, parseDuration } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import { retimes } from "../../domain/renewal-time.ts";
import { templateProblems } from "../../domain/template-check.ts";
import {
  DEFAULT_PUSHED_LIFETIME,
  type Template,
  type TemplateChange,
  withChange,
} from "../../domain/template.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { CertificateProfiles, rulesOf } from "./certificate-profiles.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";

type Kept = "version" | "rules" | "trial" | "createdAt" | "updatedAt";
type Mandatory = "id" | "authorityId" | "subject";

/** What an admin gives; every member but the mandatory ones has a default. */
export type TemplateInput = Pick<Template, Mandatory> & {
  readonly [K in Exclude<keyof Template, Kept | Mandatory>]?: Template[K] | undefined;
};

/** What an admin changes of a template; what is left out stays, `null` takes the certificate profile away. */
export type TemplateUpdate = Omit<TemplateChange, Kept | "id">;

const TEMPLATE_ID = /^[a-z0-9](?:-?[a-z0-9]){1,62}$/;

/** Unless a template's own validity is longer (decision 11). */
const LONGEST_LIFE = "P3Y";

const DEFAULTS: Omit<Template, Kept | Mandatory | "name"> = {
  sans: [],
  keyAlgorithms: ["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384", "ec-p521"],
  keyUsages: ["digitalSignature", "keyEncipherment"],
  extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
  allowedExtendedKeyUsages: [],
  validity: "P1Y",
  maxValidity: LONGEST_LIFE,
  beyondAuthority: "refuse",
  backdate: "PT30M",
  delivery: "scep",
  pkcs12Encoding: "by-platform",
  challengeMode: "dynamic",
  challengeLifetime: "PT1H",
  pushedChallengeLifetime: DEFAULT_PUSHED_LIFETIME,
  attempts: DEFAULT_ATTEMPTS,
  keyStorage: "tpm-else-software",
  autoRenewal: true,
  renewalWindow: "20%",
  renewalSpread: "50%",
  scepRenewal: "any-time",
  renewalGrace: "PT0S",
  oldCertificate: "keep",
  policies: [],
  allowDuplicates: true,
};

/** A template before and after a change, and the fields that differ. */
export interface ChangedTemplate {
  readonly before: Template;
  readonly after: Template;
  readonly fields: readonly string[];
  /** The fields that were given, different or not. */
  readonly given: readonly string[];
}

/** What certificates are issued by. One that could never issue is refused at save, with field and reason (T-27). */
export class Templates {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
    @inject(CertificateProfiles) private readonly profiles: CertificateProfiles,
  ) {}

  async list(principal: Principal): Promise<readonly Template[]> {
    return this.access.open(principal, "configuration:read").templates.list();
  }

  async get(principal: Principal, id: string): Promise<Template> {
    return found(
      await this.access.open(principal, "configuration:read").templates.get(id),
      "template",
      id,
    );
  }

  async create(principal: Principal, input: TemplateInput): Promise<Template> {
    const store = this.access.open(principal, "configuration:manage");
    const template = await this.withRules(store, await this.made(store, input));
    await this.check(store, template, !TEMPLATE_ID.test(input.id));
    await store.run(async (tx) => {
      await tx.templates.insert(template);
      await tx.ledger.append(
        this.access.entry(principal, "template.created", template.id, { version: 1 }),
      );
    });
    return template;
  }

  /**
   * Saves a new version. With `moveOver` (ISO 8601) its deployments move to it in that time, by the renewal plan; otherwise each at its own
   * renewal.
   */
  async update(
    principal: Principal,
    id: string,
    change: TemplateUpdate,
    version?: number,
    moveOver?: string,
  ): Promise<Template> {
    const store = this.access.open(principal, "configuration:manage");
    const changed = await this.changed(principal, id, change);
    sameVersion(changed.before.version, version);
    if (changed.before.trial !== undefined)
      throw new CountersignError(
        "conflict",
        `version ${changed.before.trial.number} of ${id} is on trial: finish or withdraw it first`,
      );
    await store.run((tx) => this.saveIn(tx, principal, changed, moveOver));
    // Whichever endpoints offer it: a stricter rule counts from the next request on.
    this.runtimes.forgetAll();
    return changed.after;
  }

  /** Saves what `changed` has made, in the caller's transaction; endpoints see it once `EndpointRuntimes` forgets. */
  async saveIn(
    tx: TenantStore,
    principal: Principal,
    { after: template, fields, given: named }: ChangedTemplate,
    moveOver: string | undefined,
  ): Promise<void> {
    const { id, updatedAt: now } = template;
    const until = moveOver === undefined ? now : addDuration(now, parseDuration(moveOver));
    await tx.templates.update(template);
    const running = await tx.templateMoves.get(id);
    const unfinished = running?.state === "running" && running.rekey ? running : undefined;
    if (moveOver !== undefined || unfinished !== undefined || retimes(fields))
      await tx.templateMoves.save({
        id,
        version: moveOver === undefined ? (unfinished?.version ?? 0) : template.version,
        rekey: moveOver !== undefined || unfinished !== undefined,
        from: unfinished?.from ?? now,
        until: moveOver === undefined ? (unfinished?.until ?? now) : until,
        cursor: undefined,
        state: "running",
        moved: 0,
        createdAt: now,
        updatedAt: now,
      });
    await tx.ledger.append(
      this.access.entry(principal, "template.changed", id, {
        version: template.version,
        fields: named,
        ...(moveOver === undefined ? {} : { moveOver }),
      }),
    );
  }

  /** What `update` would save, checked as it checks, and the fields that would differ. */
  async changed(
    principal: Principal,
    id: string,
    change: TemplateUpdate,
  ): Promise<ChangedTemplate> {
    const store = this.access.open(principal, "configuration:read");
    const before = found(await store.templates.get(id), "template", id);
    const after = await this.withRules(store, {
      ...withChange(before, change),
      id,
      version: before.version + 1,
      updatedAt: this.clock.now(),
    });
    await this.check(store, after, false);
    const fields = Object.keys(given(change)).filter(
      (field) =>
        canonicalJson(after[field as keyof Template]) !==
        canonicalJson(before[field as keyof Template]),
    );
    return { before, after, fields, given: Object.keys(given(change)) };
  }

  /** Throws `conflict` while an endpoint uses it or it is distributed. A draft goes with it. */
  async delete(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "configuration:manage");
    await store.run(async (tx) => {
      const users = (await tx.endpoints.list())
        .filter((endpoint) => endpoint.templateIds.includes(id))
        .map((endpoint) => endpoint.id);
      const distribution = await tx.distributions.get(id);
      if (distribution?.serving !== undefined || distribution?.trial !== undefined)
        throw new CountersignError(
          "conflict",
          `template ${id} is distributed: publish it to nobody first`,
        );
      if (distribution !== undefined) await tx.distributions.delete(id);
      if (users.length > 0)
        throw new CountersignError(
          "conflict",
          `template ${id} is used by endpoint ${users.join(", ")}`,
        );
      if (!(await tx.templates.delete(id)))
        throw new CountersignError("not_found", `no template ${id}`);
      await tx.ledger.append(this.access.entry(principal, "template.deleted", id));
    });
  }

  /** Why a template could not be saved like this; empty when it could (T-27). */
  async problems(principal: Principal, input: TemplateInput): Promise<readonly Issue[]> {
    const store = this.access.open(principal, "configuration:manage");
    return this.issuesOf(store, await this.made(store, input), false);
  }

  private async check(store: TenantStore, template: Template, badId: boolean): Promise<void> {
    const issues = await this.issuesOf(store, template, badId);
    if (issues.length > 0)
      throw new CountersignError(
        "template_impossible",
        `template ${template.id} could never issue`,
        { issues },
      );
  }

  /** The profile's rules travel with the template, so that issuing reads nothing more. */
  private async withRules(store: TenantStore, template: Template): Promise<Template> {
    const profile = await this.profileOf(store, template);
    return { ...template, rules: profile && rulesOf(profile) };
  }

  private async profileOf(
    store: TenantStore,
    { profileId }: Pick<Template, "profileId">,
  ): Promise<CertificateProfile | undefined> {
    return profileId === undefined ? undefined : this.profiles.find(store, profileId);
  }

  private async made(store: TenantStore, input: TemplateInput): Promise<Template> {
    const now = this.clock.now();
    const profile = await this.profileOf(store, input);
    return {
      ...DEFAULTS,
      validity: profile?.definition.validity_period ?? DEFAULTS.validity,
      // Who sets a window means it.
      maxValidity: longer(input.validity, LONGEST_LIFE),
      scepRenewal: input.renewalWindow === undefined ? DEFAULTS.scepRenewal : "in-window",
      name: input.id,
      ...given(input),
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
  }

  private async issuesOf(
    store: TenantStore,
    template: Template,
    badId: boolean,
  ): Promise<readonly Issue[]> {
    const stored = await store.authorities.get(template.authorityId);
    const authority = stored?.status === "deleted" ? undefined : stored;
    const issues = [
      ...templateProblems(
        template,
        authority === undefined
          ? undefined
          : { now: this.clock.now(), notAfter: authority.notAfter },
      ),
    ];
    if (badId)
      issues.push({ path: "id", message: "2 to 63 lower-case letters, digits and single hyphens" });
    if (authority === undefined)
      issues.push({ path: "authorityId", message: `no authority ${template.authorityId}` });
    else if (authority.kind !== "issuing" && authority.kind !== "outside") {
      issues.push({
        path: "authorityId",
        message: "only an issuing CA certifies end entities (A-02)",
      });
    } else if (authority.kind === "outside" && template.delivery === "pkcs12")
      issues.push({ path: "delivery", message: "an outside CA makes no keys for us: use scep" });
    issues.push(...(await this.profileIssues(store, template, authority)));
    return issues;
  }

  private async profileIssues(
    store: TenantStore,
    template: Template,
    authority: Authority | undefined,
  ): Promise<readonly Issue[]> {
    const { profileId } = template;
    const path = "profileId";
    if (profileId === undefined)
      return authority?.profiles === undefined
        ? []
        : [
            {
              path,
              message: `authority ${authority.id} issues by its enabled profiles only: name one`,
            },
          ];
    const profile = await this.profiles.find(store, profileId);
    if (profile === undefined) return [{ path, message: `no certificate profile ${profileId}` }];
    if (authority?.profiles?.includes(profileId) === false)
      return [
        { path, message: `profile ${profileId} is not enabled on authority ${authority.id}` },
      ];
    if (template.delivery === "pkcs12" && !profile.pkcs12)
      return [
        { path, message: `profile ${profileId} is for requests only; choose one for PKCS#12` },
      ];
    return profileMismatches(template, profile);
  }
}

/** The longer of two lives; a faulty one is the template check's to name. */
const longer = (validity: string | undefined, other: string): string => {
  try {
    return validity !== undefined &&
      compareDurations(parseDuration(validity), parseDuration(other)) > 0
      ? validity
      : other;
  } catch {
    return other;
  }
};

/** The members that were given, without the undefined ones. */
const given = <T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** The key a device of this template makes when it may choose: the first one, RSA first where the platform knows nothing else. */
export const preferredKey = (template: Template, rsaOnly: boolean) =>
  (rsaOnly ? template.keyAlgorithms.find(isRsa) : undefined) ??
  template.keyAlgorithms[0] ??
  "rsa-2048";
