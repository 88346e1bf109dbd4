export const PLATFORMS = ["apple", "windows", "android", "other"] as const;
export type Platform = (typeof PLATFORMS)[number];

/**
 * `deactivated`: held by an admin until it is activated again; `decommissioned`: for good. `unmanaged`: made by a static challenge whose endpoint allows devices no host knows (appliances,
 * lab clients). `lost`: gets nothing until it is found. `compromised`: its keys are known to others; gets nothing until its host says that it was found, or enrols it anew after a wipe.
 */
export type DeviceStatus =
  | "enrolled"
  | "unmanaged"
  | "lost"
  | "compromised"
  | "wiped"
  | "unenrolled"
  | "deactivated"
  | "decommissioned";

/** Those that a host gives. */
export type HostStatus = Exclude<DeviceStatus, "deactivated" | "decommissioned">;

/**
 * A device is (tenant, host id, the host's device id); everything else is an attribute and not unique.
 * Attribute names are lower case: `serialnumber`, `udid`, `imei`, `username`, `email`, `firstname`, `devicename` ...
 */
export interface Device {
  readonly id: string;
  readonly hostId: string;
  readonly hostDeviceId: string;
  readonly platform: Platform;
  readonly status: DeviceStatus;
  /** Of a deactivated one: what its host has said of it since; undefined while it has said nothing that matters. */
  readonly hostStatus?: HostStatus | undefined;
  /** When that happened which gave it this status, by the host's clock; an older event does not undo it. */
  readonly statusAt: Date;
  /** Since when its user is disabled: until he is let in again it gets nothing, whatever its status. */
  readonly userDisabledAt?: Date | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Attributes kept in an index of their own, because static challenges find devices by them. */
export const INDEXED_ATTRIBUTES = [
  "serialnumber",
  "udid",
  "imei",
  "username",
  "email",
  "devicename",
] as const;

/** What a device's user is called; a host may say one or the other. */
export const userNamesOf = ({ attributes }: Pick<Device, "attributes">): readonly string[] =>
  [attributes["username"], attributes["email"]].filter(
    (name) => name !== undefined && name !== "",
  ) as string[];

/** Host of the devices that no host knows. */
export const UNMANAGED_HOST = "unmanaged";

/** The status of a device of this host that may be issued to. */
export const liveStatusOf = ({ hostId }: Pick<Device, "hostId">): "enrolled" | "unmanaged" =>
  hostId === UNMANAGED_HOST ? "unmanaged" : "enrolled";

/** Whether certificates may be issued to it. */
export const isLive = (device: Device): boolean =>
  isEnrolled(device) && device.userDisabledAt === undefined;

/** Whether it is there, whatever became of its user. */
export const isEnrolled = ({ status }: Device): boolean =>
  status === "enrolled" || status === "unmanaged";

/** Whether an admin has stopped it; what its host reports does not change that. */
export const isHeld = (device: Device): boolean =>
  device.status === "deactivated" || device.status === "decommissioned";

/** Whether it is out of its host's hands, until the host enrols it again or for good. */
export const hasLeft = ({ status }: Pick<Device, "status">): boolean =>
  status === "wiped" || status === "unenrolled" || status === "decommissioned";

/** What it would be without an admin's deactivation. */
export const hostStatusOf = (device: Device): DeviceStatus =>
  device.status === "deactivated" ? (device.hostStatus ?? liveStatusOf(device)) : device.status;

/** Whether it is the host's, lost or with keys that are known to others, until the host says that it was found. */
export const isBarred = (device: Device): boolean =>
  ["lost", "compromised"].includes(hostStatusOf(device));

/** With what its host says of it now. One that is deactivated stays so and remembers it, and nothing brings back a decommissioned one. */
export const withHostStatus = (device: Device, status: HostStatus): Device =>
  device.status === "deactivated"
    ? { ...device, hostStatus: status }
    : { ...device, status: device.status === "decommissioned" ? device.status : status };

/** As an admin takes it up again: what its host has said of it meanwhile holds. */
export const activated = (device: Device): Device => ({
  ...device,
  status: hostStatusOf(device),
  hostStatus: undefined,
});

type EndedStatus = "wiped" | "unenrolled" | "decommissioned" | "compromised";

/** With an ending of `endsAs`. */
export const endedAs = (device: Device, status: EndedStatus): Device =>
  status === "decommissioned"
    ? { ...device, status, hostStatus: undefined }
    : withHostStatus(device, status);

/**
 * Whether an ending gives the device its status: not one that is decommissioned, and what has left is not brought back by a compromise that is
 * told late.
 */
export const endsAs = (device: Device, status: EndedStatus): boolean => {
  const before = hostStatusOf(device);
  return (
    before !== status &&
    before !== "decommissioned" &&
    !(status === "compromised" && hasLeft({ status: before }))
  );
};
