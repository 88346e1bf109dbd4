import { inject } from "tsyringe";
import {
  type Device,
  hasLeft,
  hostStatusOf,
  isBarred,
  isHeld,
  userNamesOf,
  withHostStatus,
} from "../../domain/device.ts";
import type { Deployment } from "../../domain/deployment.ts";
import type {
  CompromisedDevice,
  EnrolledDevice,
  HostDevice,
  HostUser,
  TemplateEvent,
} from "../../domain/host-event.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, RANDOM } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import { DistributionWalks } from "../distribution/distribution-walks.ts";
import { Deployments } from "../deployments/deployments.ts";
import { GroupEvents } from "../distribution/group-events.ts";
import {
  type DeviceRelease,
  type DeviceRevocation,
  type EndedStatus,
  Revocations,
} from "../revocation/revocations.ts";

/** Devices of one user; a directory's service account may stand on more, which is refused. */
const MOST_OF_A_USER = 500;
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
    @inject(GroupEvents) private readonly groups: GroupEvents,
    @inject(DistributionWalks) private readonly walks: DistributionWalks,
  ) {}

  /** Makes the device known or brings it up to date; a wiped or unenrolled one lives again, without its old certificates. */
  async deviceEnrolled(principal: Principal, event: EnrolledDevice): Promise<Device> {
    const store = this.access.open(principal, "host-events:report");
    const attributes = normalAttributes(event);
    const now = this.clock.now();
    return store.run(async (tx) => {
      const known = await tx.devices.byHostId(event.hostId, event.deviceId);
      const again = known && enrolledAgain(known);
      const device: Device = {
        id: known?.id ?? this.random.uuid(),
        hostId: event.hostId,
        hostDeviceId: event.deviceId,
        platform: event.platform,
        status: again?.status ?? "enrolled",
        hostStatus: again?.hostStatus,
        statusAt: known?.statusAt ?? now,
        userDisabledAt: await tx.disabledUsers.since(event.hostId, userNamesOf({ attributes })),
        attributes,
        createdAt: known?.createdAt ?? now,
        updatedAt: now,
      };
      await tx.devices.save(device);
      const change =
        known === undefined
          ? "device.created"
          : known.status === "enrolled" || isBarred(known)
            ? "device.changed"
            : "device.enrolled";
      await this.tryAgain(tx, principal, device);
      if (event.groups !== undefined) await this.groups.setIn(tx, principal, device, event.groups);
      // Also for users' groups, since its user may be another one.
      await this.walks.consider(tx, principal, [device.id], known !== undefined && hasLeft(known));
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
  async deviceWiped(principal: Principal, event: HostDevice): Promise<DeviceRevocation> {
    return this.end(principal, event, "wiped");
  }

  /** As a wipe (P-11). */
  async deviceUnenrolled(principal: Principal, event: HostDevice): Promise<DeviceRevocation> {
    return this.end(principal, event, "unenrolled");
  }

  /** Its certificates are suspended, and it gets nothing until it is found. */
  async deviceLost(principal: Principal, event: HostDevice): Promise<DeviceRevocation> {
    const store = this.access.open(principal, "host-events:report");
    const { id } = await this.device(store, event);
    return this.revocations.loseDevice(principal, store, id);
  }

  /** Undoes a loss. */
  async deviceFound(principal: Principal, event: HostDevice): Promise<DeviceRelease> {
    const store = this.access.open(principal, "host-events:report");
    const { id } = await this.device(store, event);
    return this.revocations.findDevice(principal, store, id);
  }

  /** As a wipe, with the reason keyCompromise and since when. Throws `invalid_input` for a moment to come. */
  async deviceCompromised(
    principal: Principal,
    event: CompromisedDevice,
  ): Promise<DeviceRevocation> {
    return this.end(principal, event, "compromised", event.since);
  }

  /** The rule `userDisabled` for the certificates of all his devices, and no new ones until he is let in again. */
  async userDisabled(
    principal: Principal,
    event: HostUser,
  ): Promise<{ readonly devices: readonly DeviceRevocation[] }> {
    const store = this.access.open(principal, "host-events:report");
    const ids = await devicesOf(store, event);
    return { devices: await this.revocations.disableUser(principal, store, event, ids) };
  }

  /** Undoes it. */
  async userEnabled(
    principal: Principal,
    event: HostUser,
  ): Promise<{ readonly devices: readonly DeviceRelease[] }> {
    const store = this.access.open(principal, "host-events:report");
    const ids = await devicesOf(store, event);
    return { devices: await this.revocations.enableUser(principal, store, event, ids) };
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
    status: EndedStatus,
    since?: Date,
  ): Promise<DeviceRevocation> {
    const store = this.access.open(principal, "host-events:report");
    const { id } = await this.device(store, event);
    return this.revocations.endDevice(principal, store, id, status, since);
  }

  private async device(store: TenantStore, event: HostDevice): Promise<Device> {
    return found(
      await store.devices.byHostId(event.hostId, event.deviceId),
      `device of host ${event.hostId}`,
      event.deviceId,
    );
  }
}

/** An admin's hold stays, and what is lost or compromised stays so until its host says that it was found. */
const enrolledAgain = (known: Device): Device =>
  isBarred(known) || (isHeld(known) && !hasLeft({ status: hostStatusOf(known) }))
    ? known
    : withHostStatus(known, "enrolled");

const devicesOf = async (
  store: TenantStore,
  { hostId, user }: HostUser,
): Promise<readonly string[]> => {
  const all = [
    ...(await store.devices.byAttribute("username", user, MOST_OF_A_USER + 1)),
    ...(await store.devices.byAttribute("email", user, MOST_OF_A_USER + 1)),
  ].filter((device) => device.hostId === hostId);
  const devices = [...new Set(all.map(({ id }) => id))];
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
