import { inject } from "tsyringe";
import { type Device, isHeld } from "../domain/device.ts";
import type { Deployment } from "../domain/deployment.ts";
import type {
  CompromisedDevice,
  EnrolledDevice,
  HostDevice,
  HostUser,
  TemplateEvent,
} from "../domain/host-event.ts";
import type { RevocationReason } from "../domain/certificate.ts";
import type { Principal } from "../domain/principal.ts";
import { CountersignError, type Issue } from "../errors.ts";
import type { Clock, Random } from "../ports/ambient.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, RANDOM } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { DeploymentSteps } from "./deployment-steps.ts";
import { Deployments } from "./deployments.ts";
import { Revocations, type WipeResult } from "./revocations.ts";

const ATTRIBUTE = /^[a-z][a-z0-9_.-]{0,63}$/;
const LONGEST_VALUE = 1024;

/** What is done for what an MDM server tells; `EventIntake` lets each event count once and in its order. */
export class HostEvents {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(Deployments) private readonly deployments: Deployments,
    @inject(Revocations) private readonly revocations: Revocations,
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
  ) {}

  /** Makes the device known or brings it up to date; a wiped or unenrolled one lives again, without its old certificates. */
  async deviceEnrolled(principal: Principal, event: EnrolledDevice): Promise<Device> {
    const store = this.access.open(principal, "host-events:report");
    const attributes = normalAttributes(event);
    const now = this.clock.now();
    return store.run(async (tx) => {
      const known = await tx.devices.byHostId(event.hostId, event.deviceId);
      const device: Device = {
        id: known?.id ?? this.random.uuid(),
        hostId: event.hostId,
        hostDeviceId: event.deviceId,
        platform: event.platform,
        status: known !== undefined && isHeld(known) ? known.status : "enrolled",
        statusAt: known?.statusAt ?? now,
        attributes,
        createdAt: known?.createdAt ?? now,
        updatedAt: now,
      };
      await tx.devices.save(device);
      const change =
        known === undefined
          ? "device.created"
          : known.status === "enrolled"
            ? "device.changed"
            : "device.enrolled";
      await this.tryAgain(tx, principal, device);
      await tx.ledger.append(
        this.access.entry(principal, change, device.id, {
          host: event.hostId,
          hostDeviceId: event.deviceId,
        }),
      );
      return device;
    });
  }

  /** Revokes every live certificate of the device and burns its challenges, in one transaction. Throws `not_found`. */
  async deviceWiped(principal: Principal, event: HostDevice): Promise<WipeResult> {
    return this.end(principal, event, "wiped");
  }

  /** As a wipe (P-11). */
  async deviceUnenrolled(principal: Principal, event: HostDevice): Promise<WipeResult> {
    return this.end(principal, event, "unenrolled");
  }

  /** Its certificates are revoked as held. */
  async deviceLost(principal: Principal, event: HostDevice): Promise<WipeResult> {
    return this.revokeAll(principal, event, "certificateHold", undefined);
  }

  /** Nothing is released by itself yet. */
  async deviceFound(
    principal: Principal,
    event: HostDevice,
  ): Promise<{ readonly deviceId: string; readonly released: readonly string[] }> {
    const store = this.access.open(principal, "host-events:report");
    return { deviceId: (await this.device(store, event)).id, released: [] };
  }

  async deviceCompromised(principal: Principal, event: CompromisedDevice): Promise<WipeResult> {
    return this.revokeAll(principal, event, "keyCompromise", event.since);
  }

  async userDisabled(
    principal: Principal,
    event: HostUser,
  ): Promise<{ readonly devices: readonly WipeResult[] }> {
    const store = this.access.open(principal, "host-events:report");
    const devices: WipeResult[] = [];
    for (const { hostId, hostDeviceId } of await devicesOf(store, event)) {
      const device = { hostId, deviceId: hostDeviceId };
      devices.push(await this.revokeAll(principal, device, "privilegeWithdrawn", undefined));
    }
    return { devices };
  }

  /** Nothing comes back by itself. */
  async userEnabled(
    principal: Principal,
    event: HostUser,
  ): Promise<{ readonly devices: readonly { readonly deviceId: string }[] }> {
    const store = this.access.open(principal, "host-events:report");
    return { devices: (await devicesOf(store, event)).map(({ id }) => ({ deviceId: id })) };
  }

  async templateAssigned(principal: Principal, event: TemplateEvent): Promise<Deployment> {
    const store = this.access.open(principal, "host-events:report");
    const { id } = await this.device(store, event);
    return this.deployments.publishIn(principal, store, {
      deviceId: id,
      templateId: event.templateId,
      endpointId: event.endpointId,
    });
  }

  async templateRemoved(principal: Principal, event: TemplateEvent): Promise<void> {
    const store = this.access.open(principal, "host-events:report");
    const { id } = await this.device(store, event);
    await this.deployments.removeIn(principal, store, id, event.templateId);
  }

  private async revokeAll(
    principal: Principal,
    event: HostDevice,
    reason: RevocationReason,
    since: Date | undefined,
  ): Promise<WipeResult> {
    const store = this.access.open(principal, "host-events:report");
    const { id: deviceId } = await this.device(store, event);
    const revoked: string[] = [];
    for (const { id, serial } of await store.certificates.liveOfDevice(deviceId, this.clock.now()))
      if (await this.revocations.revoke(principal, store, id, reason, since)) revoked.push(serial);
    return { deviceId, revoked, challengesBurned: 0 };
  }

  /** What failed for want of an attribute is tried with the new ones. */
  private async tryAgain(tx: TenantStore, principal: Principal, device: Device): Promise<void> {
    const failed = { deviceId: device.id, state: "failed" } as const;
    for (const deployment of (await tx.deployments.list(failed, { limit: 500 })).items)
      if (deployment.reason === "value-missing")
        await this.steps.apply(tx, principal, deployment, {
          kind: "assign",
          endpointId: deployment.endpointId,
        });
  }

  private async end(
    principal: Principal,
    event: HostDevice,
    status: "wiped" | "unenrolled",
  ): Promise<WipeResult> {
    const store = this.access.open(principal, "host-events:report");
    const { id } = await this.device(store, event);
    return this.revocations.endDevice(principal, store, id, status);
  }

  private async device(store: TenantStore, event: HostDevice): Promise<Device> {
    return found(
      await store.devices.byHostId(event.hostId, event.deviceId),
      `device of host ${event.hostId}`,
      event.deviceId,
    );
  }
}

/** Devices of one user; a service account may stand on more, which is refused. */
const MOST_OF_A_USER = 500;

const devicesOf = async (
  store: TenantStore,
  { hostId, user }: HostUser,
): Promise<readonly Device[]> => {
  const all = [
    ...(await store.devices.byAttribute("username", user, MOST_OF_A_USER + 1)),
    ...(await store.devices.byAttribute("email", user, MOST_OF_A_USER + 1)),
  ].filter((device) => device.hostId === hostId);
  const devices = [...new Map(all.map((device) => [device.id, device])).values()];
  if (devices.length > MOST_OF_A_USER)
    throw new CountersignError("too_large", `over ${MOST_OF_A_USER} devices belong to ${user}`);
  return devices;
};

const normalAttributes = (event: EnrolledDevice): Record<string, string> => {
  const issues: Issue[] = [];
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.attributes)) {
    const key = name.toLowerCase();
    if (!ATTRIBUTE.test(key))
      issues.push({
        path: `attributes.${name}`,
        message: "a name is a letter, then letters, digits, . _ and -",
      });
    else if (value.length > LONGEST_VALUE)
      issues.push({
        path: `attributes.${name}`,
        message: `longer than ${LONGEST_VALUE} characters`,
      });
    else attributes[key] = value;
  }
  if (event.deviceId === "" || event.deviceId.length > 255)
    issues.push({ path: "deviceId", message: "1 to 255 characters" });
  if (event.hostId === "" || event.hostId.length > 100)
    issues.push({ path: "hostId", message: "1 to 100 characters" });
  if (issues.length > 0)
    throw new CountersignError("invalid_input", "the device is not valid", { issues });
  return attributes;
};
