import { createHash } from "node:crypto";
import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import type { Deployment } from "../../domain/deployment.ts";
import type { Device } from "../../domain/device.ts";
import { variablesOf } from "../../domain/device-variables.ts";
import { compareDurations, parseDuration } from "../../domain/duration.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { Principal } from "../../domain/principal.ts";
import { renderSan, renderSubject } from "../../domain/subject-pattern.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { RenderedProfile } from "../../ports/mdm-host.ts";
import type { ProfileBasics, ProfileRenderer } from "../../ports/profile-renderer.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { PROFILE_RENDERERS, SETTINGS } from "../../tokens.ts";
import { found } from "../access/access.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { Challenges, endpointFor } from "../challenges/challenges.ts";
import { refuseLocked } from "../challenges/locks.ts";
import { EndpointSecrets } from "../endpoints/endpoint-secrets.ts";
import { OutsideAuthorities } from "../authorities/outside-authorities.ts";
import { Pkcs12Profiles } from "./pkcs12-profiles.ts";
import { ProfileSigner } from "./profile-signer.ts";
import { preferredKey } from "../templates/templates.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";
import { templateFor } from "../templates/trial-template.ts";

/** How a profile is wanted. */
export interface RenderOptions {
  /** Apple's are signed by a certificate of the authority. */
  readonly sign: boolean;
  /** Before the device takes it: the challenge lives longer (foundations.md 28). */
  readonly pushed: boolean;
}

/** A profile, and when the challenge in it ends; undefined where none ends. */
export interface MadeProfile {
  readonly profile: RenderedProfile;
  readonly until: Date | undefined;
}

/** What devices install, rendered for one device; a dynamic challenge is minted with it, or a key is made for it. */
export class Profiles {
  constructor(
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(PROFILE_RENDERERS) private readonly renderers: readonly ProfileRenderer[],
    @inject(Challenges) private readonly challenges: Challenges,
    @inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
    @inject(ProfileSigner) private readonly signer: ProfileSigner,
    @inject(OutsideAuthorities) private readonly outside: OutsideAuthorities,
    @inject(Pkcs12Profiles) private readonly pkcs12: Pkcs12Profiles,
  ) {}

  /** Throws `device_gone`, `not_found`, `variable_without_value`, `key_unsupported`, `policy_refused`, `deployment_locked` while it is locked; with a key that is made here what issuing throws. */
  async render(
    principal: Principal,
    store: TenantStore,
    deployment: Deployment,
    options: RenderOptions,
  ): Promise<MadeProfile> {
    const device = found(
      await store.devices.get(deployment.deviceId),
      "device",
      deployment.deviceId,
    );
    if (deployment.state === "removed")
      throw new CountersignError("device_gone", `deployment ${deployment.id} is removed`);
    refuseUnlessLive(device);
    refuseLocked(deployment);
    const served = found(
      await store.templates.get(deployment.templateId),
      "template",
      deployment.templateId,
    );
    const template = await templateFor(store, served, device.id);
    const renderer = found(
      this.renderers.find(({ platform }) => platform === device.platform),
      "profile renderer for",
      device.platform,
    );
    const names = namesFor(template, device);
    const basicsOf = async (authority: Authority): Promise<ProfileBasics> => ({
      profileId: stableId(store.tenant, deployment.id),
      displayName: template.name,
      organization: this.settings.organization,
      keyStorage: template.keyStorage,
      chain: await chainOf(store, authority),
    });
    // An outside authority signs nothing for us.
    const signs = ({ kind }: Authority): boolean =>
      options.sign && device.platform === "apple" && kind !== "outside";
    if (template.delivery === "pkcs12") {
      const authority = await authorityOf(store, template.authorityId);
      const order = { principal, store, deployment, device, template, authority, renderer };
      const basics = await basicsOf(authority);
      const sign = signs(authority);
      return {
        profile: await this.pkcs12.render({ ...order, basics, sign }),
        until: undefined,
      };
    }
    const way = await this.wayOf(principal, store, { deployment, template, device, options });
    const profile = renderer.render({
      ...(await basicsOf(way.authority)),
      scepUrl: way.scepUrl,
      challenge: way.secret,
      subject: names.subject,
      sans: names.sans,
      keyAlgorithm: preferredKey(template, true),
      keyUsages: template.keyUsages,
      extendedKeyUsages: template.extendedKeyUsages,
      validity: template.validity,
    });
    return {
      profile: signs(way.authority)
        ? await this.signer.sign(store, way.authority, profile)
        : profile,
      until: way.until,
    };
  }

  /** Where the device enrols, and with what: at an endpoint of ours, or at the outside authority itself. */
  private async wayOf(
    principal: Principal,
    store: TenantStore,
    { deployment, template, device, options }: WayNeed,
  ): Promise<Way> {
    const outside = await store.authorities.get(template.authorityId);
    if (outside?.outside !== undefined)
      return {
        authority: outside,
        scepUrl: outside.outside.url,
        secret: this.outside.codeOf(outside),
        until: undefined,
      };
    const { endpointId } = deployment;
    const endpoint =
      endpointId === undefined
        ? await endpointFor(store, template.id, undefined)
        : found(await store.endpoints.get(endpointId), "endpoint", endpointId);
    const authority = await authorityOf(store, endpoint.authorityId);
    if (this.settings.scepUrl === undefined) {
      throw new CountersignError("invalid_input", "no SCEP URL is configured", {
        issues: [{ path: "scepUrl", message: "set it: profiles carry it" }],
      });
    }
    const need = { template, device, endpoint, pushed: options.pushed };
    return {
      authority,
      scepUrl: `${this.settings.scepUrl}/${endpoint.id}`,
      ...(await this.challengeFor(principal, store, need)),
    };
  }

  private async challengeFor(
    principal: Principal,
    store: TenantStore,
    { template, device, endpoint, pushed }: ChallengeNeed,
  ): Promise<{ readonly secret: string; readonly until: Date | undefined }> {
    const fixed = endpoint.policies.find(
      (policy) => policy.kind === "static" && policy.templateId === template.id,
    );
    if (template.challengeMode === "static" && fixed?.kind === "static")
      return { secret: this.secrets.open(endpoint.id, fixed), until: undefined };
    const minted = await this.challenges.mintIn(principal, store, {
      deviceId: device.id,
      templateId: template.id,
      endpointId: endpoint.id,
      lifetime: pushed ? longer(template) : undefined,
    });
    return { secret: minted.secret, until: minted.expiresAt };
  }
}

interface WayNeed {
  readonly deployment: Deployment;
  readonly template: Template;
  readonly device: Device;
  readonly options: RenderOptions;
}

interface Way {
  readonly authority: Authority;
  readonly scepUrl: string;
  readonly secret: string;
  readonly until: Date | undefined;
}

interface ChallengeNeed {
  readonly template: Template;
  readonly device: Device;
  readonly endpoint: Endpoint;
  readonly pushed: boolean;
}

const authorityOf = async (store: TenantStore, id: string): Promise<Authority> =>
  found(await store.authorities.get(id), "authority", id);

/** The names of a template for a device. Throws `variable_without_value`. */
export const namesFor = (template: Template, device: Device) => {
  const attributes = variablesOf(device);
  return {
    subject: renderSubject(template.subject, attributes),
    sans: template.sans.map((san) => renderSan(san, attributes)),
  };
};

const longer = ({ challengeLifetime, pushedChallengeLifetime }: Template): string =>
  compareDurations(parseDuration(challengeLifetime), parseDuration(pushedChallengeLifetime)) > 0
    ? challengeLifetime
    : pushedChallengeLifetime;

/** The same over all renewals of a deployment (P-07). */
const stableId = (tenant: string, deploymentId: string): string => {
  const hex = createHash("sha256").update(`countersign/${tenant}/${deploymentId}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
