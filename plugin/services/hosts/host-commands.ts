import { inject } from "tsyringe";
import { isLive } from "../../domain/device.ts";
import { type Principal, systemPrincipal } from "../../domain/principal.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import type { MdmHost } from "../../ports/mdm-host.ts";
import type { Effect } from "../../ports/outbox.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { MDM_HOSTS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import { Deployments } from "../deployments/deployments.ts";
import { Inventories } from "./inventories.ts";

/** Effects that a host performs. */
export type HostEffect = Extract<
  Effect,
  { readonly kind: "publish-profile" | "remove-profile" | "scan-device" | "wipe-device" }
>;

const DISPATCHER = { id: "system:dispatcher", kind: "system" } as const;

/** Commands to MDM hosts; the dispatcher calls them at least once. */
export class HostCommands {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[],
    @inject(Deployments) private readonly deployments: Deployments,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(Inventories) private readonly inventories: Inventories,
  ) {}

  /** Throws what the host throws. */
  async perform(store: TenantStore, effect: HostEffect): Promise<void> {
    switch (effect.kind) {
      case "publish-profile":
        return this.publish(store, effect.deploymentId);
      case "remove-profile": {
        const device = found(await store.devices.get(effect.deviceId), "device", effect.deviceId);
        await this.hostOf(device.hostId)?.removeProfile(device, effect.profileId);
        return;
      }
      case "scan-device": {
        const device = await store.devices.get(effect.deviceId);
        // A host that cannot be asked reports by itself, or the certificate's end comes.
        if (device !== undefined && isLive(device))
          await this.inventories.scanIn(DISPATCHER, store, device);
        return;
      }
      case "wipe-device":
        return this.wipe(store, effect.deviceId, effect.deploymentId);
    }
  }

  /** Shows that an effect is not tried any more. A scan is asked for again by the deployment's next deadline. */
  async giveUp(store: TenantStore, effect: HostEffect, error: unknown): Promise<void> {
    if (effect.kind === "publish-profile") {
      const reason =
        error instanceof CountersignError && error.code === "variable_without_value"
          ? "value-missing"
          : "publish-failed";
      const event = { kind: "fail", reason, detail: messageOf(error) } as const;
      await this.steps.applyTo(store, DISPATCHER, effect.deploymentId, event);
    } else if (effect.kind === "wipe-device")
      await this.noteWipe(store, effect.deviceId, "device.wipe-refused", {
        deployment: effect.deploymentId,
        detail: messageOf(error),
      });
  }

  private async publish(store: TenantStore, deploymentId: string): Promise<void> {
    const deployment = found(await store.deployments.get(deploymentId), "deployment", deploymentId);
    if (deployment.state !== "assigned" && deployment.state !== "renewing") return;
    const device = found(
      await store.devices.get(deployment.deviceId),
      "device",
      deployment.deviceId,
    );
    const host = this.hostOf(device.hostId);
    const principal = systemPrincipal(`host:${device.hostId}`, store.tenant, ["challenges:mint"]);
    // A device whose host pulls its profiles (over the API) has nothing to be pushed to.
    const template = await store.templates.get(deployment.templateId);
    const offer = {
      deploymentId,
      profileId: deploymentId,
      render: () =>
        this.deployments.take(principal, store, deploymentId, {
          sign: device.platform === "apple",
          pushed: host?.lazyRender === false,
        }),
    };
    let commandId: string | undefined;
    try {
      commandId = await host?.publishProfile(device, offer);
    } catch (error) {
      if (template?.delivery === "pkcs12") await this.lost(store, principal, deploymentId, error);
      throw error;
    }
    await this.steps.applyTo(store, principal, deploymentId, { kind: "queue", commandId });
  }

  /** A key that was made for a host which then failed is nowhere: another is made when the command is sent again. */
  private async lost(
    store: TenantStore,
    principal: Pick<Principal, "id">,
    deploymentId: string,
    error: unknown,
  ): Promise<void> {
    const made = await store.deployments.get(deploymentId);
    if (made?.state !== "issued") return;
    const event = { kind: "fail", reason: "publish-failed", detail: messageOf(error) } as const;
    await this.steps.applyTo(store, principal, deploymentId, event);
  }

  /** Only while the lock stands and the template still says so; the device is wiped when its host reports that. */
  private async wipe(store: TenantStore, deviceId: string, deploymentId: string): Promise<void> {
    const deployment = await store.deployments.get(deploymentId);
    const device = await store.devices.get(deviceId);
    const template = await store.templates.get(deployment?.templateId ?? "");
    if (deployment?.state !== "locked" || device === undefined || !isLive(device)) return;
    if (template?.attempts.wipe !== true) return;
    const host = this.hostOf(device.hostId);
    if (host?.wipe === undefined) {
      await this.noteWipe(store, deviceId, "device.wipe-refused", {
        deployment: deploymentId,
        detail: `host ${device.hostId} takes no wipe`,
      });
      return;
    }
    const because = `${deployment.attempts} failed attempts for template ${deployment.templateId}`;
    const command = await host.wipe(device, because);
    await this.noteWipe(store, deviceId, "device.wipe-requested", {
      ...{ deployment: deploymentId, command, because },
    });
  }

  private async noteWipe(
    store: TenantStore,
    deviceId: string,
    event: "device.wipe-requested" | "device.wipe-refused",
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await store.ledger.append(this.access.entry(DISPATCHER, event, deviceId, data));
  }

  private hostOf(hostId: string): MdmHost | undefined {
    return this.hosts.find(({ id }) => id === hostId);
  }
}
