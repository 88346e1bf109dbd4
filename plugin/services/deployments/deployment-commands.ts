import { inject } from "tsyringe";
import type { Deployment } from "../../domain/deployment.ts";
import type { DeploymentEvent } from "../../domain/deployment-machine.ts";
import type { Device } from "../../domain/device.ts";
import type { CommandEvent, FailedCommand } from "../../domain/host-event.ts";
import type { Principal } from "../../domain/principal.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { found } from "../access/access.ts";
import { DeploymentSteps } from "./deployment-steps.ts";

/** What became of a command, as the host heard it from the device. */
export interface CommandResult {
  readonly deploymentId: string;
  readonly state: Deployment["state"];
  /** False for a command that is over: another was sent after it, or its certificate is there already. */
  readonly counted: boolean;
}

/** Longest text of a device that is kept. */
const LONGEST_ERROR = 500;

/** Profile commands of hosts: taken, installed, failed. */
export class DeploymentCommands {
  constructor(@inject(DeploymentSteps) private readonly steps: DeploymentSteps) {}

  /** The device has the command; its challenge was minted when the profile was rendered. */
  async delivered(
    principal: Principal,
    store: TenantStore,
    device: Device,
    event: CommandEvent,
  ): Promise<CommandResult> {
    return this.apply(principal, store, device, event, (deployment) =>
      // Rendered already: the challenge's end stands.
      deployment.state === "queued" ? { kind: "deliver", until: undefined } : undefined,
    );
  }

  /** The device says that it has installed the profile, and with it the certificate. */
  async acknowledged(
    principal: Principal,
    store: TenantStore,
    device: Device,
    event: CommandEvent,
  ): Promise<CommandResult> {
    return this.apply(principal, store, device, event, () => ({ kind: "acknowledge" }));
  }

  /** The profile is sent again later; the host's words are kept for the admin. */
  async failed(
    principal: Principal,
    store: TenantStore,
    device: Device,
    event: FailedCommand,
  ): Promise<CommandResult> {
    const detail = event.error.slice(0, LONGEST_ERROR);
    return this.apply(principal, store, device, event, () => ({
      kind: "fail",
      reason: "host-refused",
      detail,
    }));
  }

  private async apply(
    principal: Principal,
    store: TenantStore,
    device: Device,
    { deploymentId, commandId }: CommandEvent,
    eventFor: (deployment: Deployment) => DeploymentEvent | undefined,
  ): Promise<CommandResult> {
    return store.run(async (tx) => {
      const read = await tx.deployments.get(deploymentId);
      const mine = read?.deviceId === device.id ? read : undefined;
      const deployment = found(mine, `deployment of device ${device.id}`, deploymentId);
      const over =
        commandId !== undefined &&
        deployment.commandId !== undefined &&
        commandId !== deployment.commandId;
      const event = over ? undefined : eventFor(deployment);
      const after =
        event === undefined ? deployment : await this.steps.apply(tx, principal, deployment, event);
      return { deploymentId, state: after.state, counted: after !== deployment };
    });
  }
}
