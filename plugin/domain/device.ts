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

/**
 * Whether an ending gives the device its status: not one that is decommissioned, and what has left is not brought back by a compromise that is
 * told late.
 */
export const endsAs = (
  device: Device,
  status: "wiped" | "unenrolled" | "decommissioned" | "compromised",
): boolean =>
  device.status !== status &&
  device.status !== "decommissioned" &&
  !(status === "compromised" && hasLeft(device));
