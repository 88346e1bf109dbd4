import { inject } from "tsyringe";
import { createHash } from "node:crypto";
import type { Deployment } from "../domain/deployment.ts";
import { type Device, isLive } from "../domain/device.ts";
import { variablesOf } from "../domain/device-variables.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { Principal } from "../domain/principal.ts";
import { renderSan, renderSubject } from "../domain/subject-pattern.ts";
import type { Template } from "../domain/template.ts";
import { CountersignError } from "../errors.ts";
import type { Clock, Random } from "../ports/ambient.ts";
import type { RenderedProfile } from "../ports/mdm-host.ts";
import type { ProfileRenderer } from "../ports/profile-renderer.ts";
import type { Settings } from "../ports/settings.ts";
import type { Page, PageRequest, TenantStore } from "../ports/stores.ts";
import { CLOCK, PROFILE_RENDERERS, RANDOM, SETTINGS } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { chainOf } from "./ca-chain.ts";
import { Challenges, endpointFor } from "./challenges.ts";
import { Endpoints } from "./endpoints.ts";
import { ProfileSigner } from "./profile-signer.ts";
import { preferredKey } from "./templates.ts";

export interface PublishRequest {
  readonly deviceId: string;
  readonly templateId: string;
  readonly endpointId?: string | undefined;
}

/** Templates on devices: published through the outbox, rendered when the device takes the command. */
export class Deployments {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(PROFILE_RENDERERS) private readonly renderers: readonly ProfileRenderer[],
    @inject(Challenges) private readonly challenges: Challenges,
    @inject(Endpoints) private readonly endpoints: Endpoints,
    @inject(ProfileSigner) private readonly signer: ProfileSigner,
  ) {}

  async list(
    principal: Principal,
    filter: { readonly deviceId?: string | undefined; readonly templateId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<Deployment>> {
    return this.access.open(principal, "devices:read").deployments.list(filter, page);
  }

  async get(principal: Principal, id: string): Promise<Deployment> {
    return found(
      await this.access.open(principal, "devices:read").deployments.get(id),
      "deployment",
      id,
    );
  }

  /** Publishes, or publishes again. What the template needs and the device lacks is refused now, by name. */
  async publish(principal: Principal, request: PublishRequest): Promise<Deployment> {
    return this.publishIn(principal, this.access.open(principal, "deployments:manage"), request);
  }

  async publishIn(
    principal: Principal,
    store: TenantStore,
    request: PublishRequest,
  ): Promise<Deployment> {
    const device = found(await store.devices.get(request.deviceId), "device", request.deviceId);
    if (!isLive(device))
      throw new CountersignError("device_gone", `device ${device.id} is ${device.status}`);
    const template = found(
      await store.templates.get(request.templateId),
      "template",
      request.templateId,
    );
    const endpoint = await endpointFor(store, template.id, request.endpointId);
    namesFor(template, device);
    const now = this.clock.now();
    return store.run(async (tx) => {
      const known = await tx.deployments.find(device.id, template.id);
      const deployment: Deployment = {
        id: known?.id ?? this.random.uuid(),
        deviceId: device.id,
        templateId: template.id,
        endpointId: endpoint.id,
        state: "pending",
        nextActionAt: now,
        certificateId: known?.certificateId,
        failure: undefined,
        createdAt: known?.createdAt ?? now,
        updatedAt: now,
      };
      await tx.deployments.save(deployment);
      await tx.outbox.add({ kind: "publish-profile", deploymentId: deployment.id }, now);
      await tx.ledger.append(
        this.access.entry(
          principal,
          known === undefined ? "deployment.created" : "deployment.published",
          deployment.id,
          {
            device: device.id,
            template: template.id,
            endpoint: endpoint.id,
          },
        ),
      );
      return deployment;
    });
  }

  /** Takes the profile off the device again. */
  async remove(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "deployments:manage");
    const { deviceId, templateId } = found(await store.deployments.get(id), "deployment", id);
    await this.removeIn(principal, store, deviceId, templateId);
  }

  async removeIn(
    principal: Principal,
    store: TenantStore,
    deviceId: string,
    templateId: string,
  ): Promise<void> {
    const now = this.clock.now();
    await store.run(async (tx) => {
      const deployment = await tx.deployments.find(deviceId, templateId);
      if (deployment === undefined) return;
      await tx.deployments.save({
        ...deployment,
        state: "removed",
        nextActionAt: undefined,
        updatedAt: now,
      });
      await tx.outbox.add({ kind: "remove-profile", deviceId, profileId: deployment.id }, now);
      await tx.ledger.append(
        this.access.entry(principal, "deployment.removed", deployment.id, {
          device: deviceId,
          template: templateId,
        }),
      );
    });
  }

  /** The profile of a deployment, rendered now; a dynamic challenge is minted with it. */
  async profile(
    principal: Principal,
    id: string,
    options: { readonly sign?: boolean | undefined } = {},
  ): Promise<RenderedProfile> {
    const store = this.access.open(principal, "challenges:mint");
    const deployment = found(await store.deployments.get(id), "deployment", id);
    const profile = await this.render(principal, store, deployment, options.sign ?? false);
    await this.delivered(store, id);
    return profile;
  }

  /** The host has the profile, or has fetched it. */
  async delivered(store: TenantStore, id: string): Promise<void> {
    await store.run(async (tx) => {
      const current = await tx.deployments.get(id);
      if (current?.state !== "pending") return;
      await tx.deployments.save({
        ...current,
        state: "delivered",
        nextActionAt: undefined,
        updatedAt: this.clock.now(),
      });
    });
  }

  async render(
    principal: Principal,
    store: TenantStore,
    deployment: Deployment,
    sign: boolean,
  ): Promise<RenderedProfile> {
    const device = found(
      await store.devices.get(deployment.deviceId),
      "device",
      deployment.deviceId,
    );
    if (deployment.state === "removed" || !isLive(device))
      throw new CountersignError("device_gone", `deployment ${deployment.id} is removed`);
    const template = found(
      await store.templates.get(deployment.templateId),
      "template",
      deployment.templateId,
    );
    const endpoint = found(
      await store.endpoints.get(deployment.endpointId),
      "endpoint",
      deployment.endpointId,
    );
    const authority = found(
      await store.authorities.get(endpoint.authorityId),
      "authority",
      endpoint.authorityId,
    );
    if (this.settings.scepUrl === undefined) {
      throw new CountersignError("invalid_input", "no SCEP URL is configured", {
        issues: [{ path: "scepUrl", message: "set it: profiles carry it" }],
      });
    }
    const renderer = found(
      this.renderers.find(({ platform }) => platform === device.platform),
      "profile renderer for",
      device.platform,
    );
    const names = namesFor(template, device);
    const profile = renderer.render({
      profileId: stableId(store.tenant, deployment.id),
      displayName: template.name,
      organization: this.settings.organization,
      scepUrl: `${this.settings.scepUrl}/${endpoint.id}`,
      challenge: await this.challengeFor(principal, store, template, device, endpoint),
      subject: names.subject,
      sans: names.sans,
      keyAlgorithm: preferredKey(template, true),
      keyUsages: template.keyUsages,
      extendedKeyUsages: template.extendedKeyUsages,
      validity: template.validity,
      keyStorage: template.keyStorage,
      chain: await chainOf(store, authority),
    });
    return sign && device.platform === "apple"
      ? this.signer.sign(store, authority, profile)
      : profile;
  }

  private async challengeFor(
    principal: Principal,
    store: TenantStore,
    template: Template,
    device: Device,
    endpoint: Endpoint,
  ): Promise<string> {
    const fixed = endpoint.policies.find(
      (policy) => policy.kind === "static" && policy.templateId === template.id,
    );
    if (template.challengeMode === "static" && fixed?.kind === "static")
      return this.endpoints.secretOf(endpoint.id, fixed);
    const minted = await this.challenges.mintIn(principal, store, {
      deviceId: device.id,
      templateId: template.id,
      endpointId: endpoint.id,
    });
    return minted.secret;
  }
}

/** Throws `variable_without_value`. */
const namesFor = (template: Template, device: Device) => {
  const attributes = variablesOf(device);
  return {
    subject: renderSubject(template.subject, attributes),
    sans: template.sans.map((san) => renderSan(san, attributes)),
  };
};

/** The same over all renewals of a deployment (P-07). */
const stableId = (tenant: string, deploymentId: string): string => {
  const hex = createHash("sha256").update(`countersign/${tenant}/${deploymentId}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
