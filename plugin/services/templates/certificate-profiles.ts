import { inject } from "tsyringe";
import type { AuthorityKind } from "../../domain/authority.ts";
import type { CaType, CertificateProfile } from "../../domain/certificate-profile.ts";
import {
  PROFILE_ID,
  profileMismatches,
  readRawProfile,
} from "../../domain/certificate-profile-check.ts";
import { type Principal, requireScope } from "../../domain/principal.ts";
import { onTrial, type ProfileRules, type Template } from "../../domain/template.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CERTIFICATE_PROFILES, CLOCK } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";

/** A custom profile as an admin writes it: cloned from another, or raw. */
export interface ProfileInput {
  readonly id: string;
  /** What members that are left out are taken from; a subscriber profile. */
  readonly cloneOf?: string | undefined;
  readonly group?: string | undefined;
  readonly description?: string | undefined;
  readonly pkcs12?: boolean | undefined;
  /** Members of area T as they are spelled there. */
  readonly definition?: Readonly<Record<string, unknown>> | undefined;
}

/** An outside CA has no profiles of ours; it names what an end entity names. */
const CA_TYPE: Record<AuthorityKind, CaType> = {
  outside: "subord",
  root: "root",
  external: "externalKey",
  intermediate: "intermediate",
  issuing: "subord",
};

/** What of a profile a template carries with it. */
export const rulesOf = ({ definition }: CertificateProfile): ProfileRules => ({
  allowedExtensions: definition.allowed_extensions,
  ignoreUnknownExtensions: definition.ignore_unknown_extensions,
  fillSanDnsWithCn: definition.fill_san_dns_with_cn,
});

/** A template as it serves, and as it is on trial. */
const versionsOf = (template: Template): readonly Template[] =>
  template.trial === undefined ? [template] : [template, onTrial(template)];

/** Certificate profiles: those that are shipped, and custom ones cloned from them; enabled per authority (A-26, area T). */
export class CertificateProfiles {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(CERTIFICATE_PROFILES) private readonly shipped: readonly CertificateProfile[],
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {}

  /** All of them, the shipped ones first. */
  async list(principal: Principal): Promise<readonly CertificateProfile[]> {
    return this.all(this.access.open(principal, "certificate-profiles:manage"));
  }

  /** Those that an authority may issue by: what a pick list shows. */
  async picks(principal: Principal, authorityId: string): Promise<readonly CertificateProfile[]> {
    const store = this.access.open(principal, "certificate-profiles:pick");
    requireScope(principal, authorityId);
    const authority = found(await store.authorities.get(authorityId), "authority", authorityId);
    const type = CA_TYPE[authority.kind];
    return (await this.all(store)).filter(
      ({ id, definition }) =>
        definition.allowedCATypes.includes(type) && (authority.profiles?.includes(id) ?? true),
    );
  }

  async get(principal: Principal, id: string): Promise<CertificateProfile> {
    return this.existing(this.access.open(principal, "certificate-profiles:manage"), id);
  }

  /** Throws `invalid_input` with the path of every fault, `conflict` for a taken id. */
  async create(principal: Principal, input: ProfileInput): Promise<CertificateProfile> {
    const store = this.access.open(principal, "certificate-profiles:manage");
    const issues: Issue[] = [];
    if (!PROFILE_ID.test(input.id))
      issues.push({ path: "id", message: "2 to 64 lower-case letters, digits and hyphens" });
    const origin =
      input.cloneOf === undefined ? undefined : await this.existing(store, input.cloneOf);
    const group = input.group ?? origin?.group ?? "";
    if (!/^[a-z0-9]{2,64}$/.test(group))
      issues.push({ path: "group", message: "2 to 64 lower-case letters and digits" });
    if (issues.length > 0)
      throw new CountersignError("invalid_input", "the profile is not valid", { issues });
    if ((await this.find(store, input.id)) !== undefined)
      throw new CountersignError("conflict", `there is a profile ${input.id} already`);
    const now = this.clock.now();
    const profile: CertificateProfile = {
      id: input.id,
      group,
      description: input.description ?? origin?.description ?? "",
      origin: "custom",
      ours: false,
      note: "",
      pkcs12: input.pkcs12 ?? origin?.pkcs12 ?? false,
      definition: readRawProfile({ ...origin?.definition, ...input.definition }),
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await store.run(async (tx) => {
      await tx.profiles.insert(profile);
      await tx.ledger.append(
        this.access.entry(principal, "profile.created", profile.id, { cloneOf: input.cloneOf }),
      );
    });
    return profile;
  }

  /** Custom ones only; templates that keep to it are brought up to date. Throws `conflict` when one of them would not fit any more. */
  async update(
    principal: Principal,
    id: string,
    change: Omit<ProfileInput, "id" | "cloneOf">,
    version?: number,
  ): Promise<CertificateProfile> {
    const store = this.access.open(principal, "certificate-profiles:manage");
    const stored = this.custom(await this.existing(store, id));
    sameVersion(stored.version, version);
    const profile: CertificateProfile = {
      ...stored,
      group: change.group ?? stored.group,
      description: change.description ?? stored.description,
      pkcs12: change.pkcs12 ?? stored.pkcs12,
      definition: readRawProfile({ ...stored.definition, ...change.definition }),
      version: stored.version + 1,
      updatedAt: this.clock.now(),
    };
    await store.run(async (tx) => {
      for (const template of await tx.templates.list()) {
        for (const one of versionsOf(template).filter(({ profileId }) => profileId === id)) {
          const issues = profileMismatches(one, profile);
          if (issues.length > 0)
            throw new CountersignError("conflict", `template ${template.id} would not fit it`, {
              issues,
            });
        }
        const rules = rulesOf(profile);
        const tried = template.trial?.change.profileId === id ? template.trial : undefined;
        const trial = tried && { ...tried, change: { ...tried.change, rules } };
        if (template.profileId === id)
          await tx.templates.update({
            ...template,
            ...{ rules, trial: trial ?? template.trial },
            version: template.version + 1,
            updatedAt: profile.updatedAt,
          });
        else if (trial !== undefined) await tx.templates.setTrial(template.id, trial);
      }
      await tx.profiles.update(profile);
      await tx.ledger.append(
        this.access.entry(principal, "profile.changed", id, { version: profile.version }),
      );
    });
    this.runtimes.forgetAll();
    return profile;
  }

  /** Throws `conflict` while a template keeps to it or an authority has it enabled. */
  async delete(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "certificate-profiles:manage");
    this.custom(await this.existing(store, id));
    await store.run(async (tx) => {
      const users = [
        ...(await tx.templates.list())
          .filter((template) => versionsOf(template).some(({ profileId }) => profileId === id))
          .map((template) => `template ${template.id}`),
        ...(await tx.authorities.list())
          .filter(({ profiles }) => profiles?.includes(id))
          .map((authority) => `authority ${authority.id}`),
      ];
      if (users.length > 0)
        throw new CountersignError("conflict", `profile ${id} is used by ${users.join(", ")}`);
      await tx.profiles.delete(id);
      await tx.ledger.append(this.access.entry(principal, "profile.deleted", id));
    });
  }

  /**
   * Sets what an authority may issue by; undefined: not restricted. Throws `conflict` naming the templates that keep to a profile which would
   * go, `invalid_input` for a profile that is not there or not for such a CA.
   */
  async enable(
    principal: Principal,
    authorityId: string,
    profiles: readonly string[] | undefined,
    version?: number,
  ): Promise<readonly string[] | undefined> {
    const store = this.access.open(principal, "authorities:manage");
    await store.run(async (tx) => {
      const authority = found(await tx.authorities.get(authorityId), "authority", authorityId);
      sameVersion(authority.version, version);
      const all = await this.all(tx);
      const issues = (profiles ?? []).flatMap((id, index): Issue[] => {
        const profile = all.find((one) => one.id === id);
        const path = `profiles.${index}`;
        if (profile === undefined) return [{ path, message: `no profile ${id}` }];
        return profile.definition.allowedCATypes.includes(CA_TYPE[authority.kind])
          ? []
          : [{ path, message: `profile ${id} is not for ${authority.kind} authorities` }];
      });
      if (issues.length > 0)
        throw new CountersignError("invalid_input", "the profiles cannot be enabled", { issues });
      const stranded = (await tx.templates.list())
        .flatMap(versionsOf)
        .filter(
          (template) =>
            template.authorityId === authorityId &&
            profiles !== undefined &&
            (template.profileId === undefined || !profiles.includes(template.profileId)),
        );
      if (stranded.length > 0) {
        const names = stranded.map(({ id, profileId }) => `${id} (${profileId ?? "no profile"})`);
        throw new CountersignError(
          "conflict",
          `templates of authority ${authorityId} would not be allowed any more: ${[...new Set(names)].join(", ")}`,
        );
      }
      await tx.authorities.update({ ...authority, profiles, version: authority.version + 1 });
      await tx.ledger.append(
        this.access.entry(principal, "authority.changed", authorityId, {
          fields: ["profiles"],
          profiles,
        }),
      );
    });
    this.runtimes.forgetAll();
    return profiles;
  }

  /** A profile by its id, for services that have checked the right already. */
  async find(store: TenantStore, id: string): Promise<CertificateProfile | undefined> {
    return this.shipped.find((profile) => profile.id === id) ?? (await store.profiles.get(id));
  }

  private async all(store: TenantStore): Promise<readonly CertificateProfile[]> {
    return [...this.shipped, ...(await store.profiles.list())];
  }

  private async existing(store: TenantStore, id: string): Promise<CertificateProfile> {
    return found(await this.find(store, id), "certificate profile", id);
  }

  private custom(profile: CertificateProfile): CertificateProfile {
    if (profile.origin === "custom") return profile;
    throw new CountersignError(
      "conflict",
      `profile ${profile.id} is shipped and cannot be changed; clone it`,
    );
  }
}
