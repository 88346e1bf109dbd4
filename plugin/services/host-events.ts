import { inject } from "tsyringe";
import { type Device, isHeld, type Platform } from "../domain/device.ts";
import type { Deployment } from "../domain/deployment.ts";
import type { Principal } from "../domain/principal.ts";
import { CountersignError, type Issue } from "../errors.ts";
import type { Clock, Random } from "../ports/ambient.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK, RANDOM } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { Deployments } from "./deployments.ts";
import { Revocations, type WipeResult } from "./revocations.ts";

/** Which device a host speaks of. */
export interface HostDevice {
  readonly hostId: string;
  /** The host's own id of it. */
  readonly deviceId: string;
}
export interface EnrolledDevice extends HostDevice {
  readonly platform: Platform;
  readonly attributes: Readonly<Record<string, string>>;
}
export interface TemplateEvent extends HostDevice {
  readonly templateId: string;
  readonly endpointId?: string | undefined;
}

const ATTRIBUTE = /^[a-z][a-z0-9_.-]{0,63}$/;
const LONGEST_VALUE = 1024;

/** What an MDM server tells us. Every event may come twice. */
export class HostEvents {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(Deployments) private readonly deployments: Deployments,
    @inject(Revocations) private readonly revocations: Revocations,
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
