import { inject } from "tsyringe";
import { type Deployment, newDeployment } from "../../domain/deployment.ts";
import { deadlineOf } from "../../domain/deployment-times.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Template } from "../../domain/template.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { RenderedProfile } from "../../ports/mdm-host.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { DeploymentFilter } from "../../ports/device-stores.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { endpointFor } from "../challenges/challenges.ts";
import { DeploymentSteps } from "./deployment-steps.ts";
import { refuseLocked } from "../challenges/locks.ts";
import { type MadeProfile, namesFor, Profiles, type RenderOptions } from "./profiles.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";
import { templateFor } from "../templates/trial-template.ts";

export interface PublishRequest {
  readonly deviceId: string;
  readonly templateId: string;
  readonly endpointId?: string | undefined;
}

/** Templates on devices: published through the outbox, rendered when the device takes the command, moved by `DeploymentSteps`. */
export class Deployments {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(Profiles) private readonly profiles: Profiles,
  ) {}

  async list(
    principal: Principal,
    filter: DeploymentFilter,
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

  /**
   * Publishes, or publishes again. What the template needs and the device lacks is refused now, by name. Throws `deployment_locked` while it is
   * locked.
   */
  async publish(principal: Principal, request: PublishRequest): Promise<Deployment> {
    const deployment = await this.publishIn(
      principal,
      this.access.open(principal, "deployments:manage"),
      request,
    );
    refuseLocked(deployment);
    return deployment;
  }

  /** A host's wish does not lift a lock: the deployment is answered as it stands. */
  async publishIn(
    principal: Principal,
    store: TenantStore,
    request: PublishRequest,
  ): Promise<Deployment> {
    const device = found(await store.devices.get(request.deviceId), "device", request.deviceId);
    refuseUnlessLive(device);
    const template = found(
      await store.templates.get(request.templateId),
      "template",
      request.templateId,
    );
    const endpointId = await enrolsAt(store, template, request.endpointId);
    namesFor(await templateFor(store, template, device.id), device);
    return store.run((tx) =>
      this.assignIn(tx, principal, { deviceId: device.id, templateId: template.id, endpointId }),
    );
  }

  /** The step itself, in the caller's transaction `tx`: what is assigned already is sent again. Everything else has been checked. */
  async assignIn(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    { deviceId, templateId, endpointId }: PublishRequest,
  ): Promise<Deployment> {
    const now = this.clock.now();
    const known = await tx.deployments.find(deviceId, templateId);
    if (known !== undefined)
      return this.steps.apply(tx, principal, known, { kind: "assign", endpointId });
    const fresh = newDeployment(
      { id: this.random.uuid(), deviceId, templateId, endpointId },
      now,
      now,
    );
    const deployment = { ...fresh, nextActionAt: deadlineOf(fresh, now), deliveries: 1 };
    await tx.deployments.save(deployment);
    await tx.outbox.add({ kind: "publish-profile", deploymentId: deployment.id }, now);
    await tx.ledger.append({
      ...{ event: "deployment.created", principal: principal.id, at: now },
      subjectId: deployment.id,
      data: { device: deviceId, template: templateId, endpoint: endpointId },
    });
    return deployment;
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
    await store.run(async (tx) => {
      const deployment = await tx.deployments.find(deviceId, templateId);
      if (deployment !== undefined)
        await this.steps.apply(tx, principal, deployment, { kind: "remove" });
    });
  }

  /**
   * Asks the device for a new certificate: from `issued` or `installed` to `renewing`. In every other state something is under way already, and
   * the deployment is answered as it stands. `why` is for the ledger: who or what has decided.
   */
  async requestRenewal(principal: Principal, id: string, why: string): Promise<Deployment> {
    const store = this.access.open(principal, "deployments:manage");
    return store.run(async (tx) => this.renewIn(principal, tx, id, why));
  }

  /** The same inside the caller's transaction `tx`, for sweeps that renew many. Throws `not_found`. */
  async renewIn(
    principal: Pick<Principal, "id">,
    tx: TenantStore,
    id: string,
    why: string,
  ): Promise<Deployment> {
    const deployment = found(await tx.deployments.get(id), "deployment", id);
    return this.steps.apply(tx, principal, deployment, { kind: "renew" }, { why });
  }

  /** Lifts a lock by hand; its profile is sent again. Throws `conflict` when it is not locked. */
  async unlock(principal: Principal, id: string): Promise<Deployment> {
    const store = this.access.open(principal, "deployments:manage");
    return store.run(async (tx) => {
      const deployment = found(await tx.deployments.get(id), "deployment", id);
      if (deployment.state !== "locked")
        throw new CountersignError("conflict", `deployment ${id} is ${deployment.state}`);
      return this.steps.apply(tx, principal, deployment, { kind: "unlock" });
    });
  }

  /** The profile of a deployment, rendered now for a device that takes it; a dynamic challenge is minted with it. */
  async profile(
    principal: Principal,
    id: string,
    options: { readonly sign?: boolean | undefined } = {},
  ): Promise<RenderedProfile> {
    const store = this.access.open(principal, "challenges:mint");
    return this.take(principal, store, id, { sign: options.sign ?? false, pushed: false });
  }

  /** Renders for the device or its host, and notes that it was delivered. */
  async take(
    principal: Principal,
    store: TenantStore,
    id: string,
    options: RenderOptions,
  ): Promise<RenderedProfile> {
    const deployment = found(await store.deployments.get(id), "deployment", id);
    const { profile, until } = await this.rendered(principal, store, deployment, options);
    await this.steps.applyTo(store, principal, id, { kind: "deliver", until });
    return profile;
  }

  /** What a device lacks is shown before the host hears of it; the deployment goes on when the device gets it. */
  private async rendered(
    principal: Principal,
    store: TenantStore,
    deployment: Deployment,
    options: RenderOptions,
  ): Promise<MadeProfile> {
    try {
      return await this.profiles.render(principal, store, deployment, options);
    } catch (error) {
      if (error instanceof CountersignError && error.code === "variable_without_value")
        await this.steps.applyTo(store, principal, deployment.id, {
          kind: "fail",
          reason: "value-missing",
          detail: error.detail,
        });
      throw error;
    }
  }
}

/** Where devices of a template enrol; undefined at an outside authority's own URL, and where the key comes with the certificate. Throws `not_found`. */
export const enrolsAt = async (
  store: TenantStore,
  template: Template,
  wanted: string | undefined,
): Promise<string | undefined> => {
  const authority = await store.authorities.get(template.authorityId);
  return authority?.kind === "outside" || template.delivery === "pkcs12"
    ? undefined
    : (await endpointFor(store, template.id, wanted)).id;
};
