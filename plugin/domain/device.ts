export const PLATFORMS = ["apple", "windows", "android", "other"] as const;
export type Platform = (typeof PLATFORMS)[number];

/**
 * `deactivated`: held by an admin until it is activated again; `decommissioned`: for good. `unmanaged`: made by a static challenge whose endpoint allows devices no host knows (appliances,
 * lab clients).
 */
export type DeviceStatus =
  "enrolled" | "unmanaged" | "wiped" | "unenrolled" | "deactivated" | "decommissioned";

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

/** Whether certificates may be issued to it. */
export const isLive = (device: Device): boolean =>
  device.status === "enrolled" || device.status === "unmanaged";

/** Whether an admin has stopped it; what its host reports does not change that. */
export const isHeld = (device: Device): boolean =>
  device.status === "deactivated" || device.status === "decommissioned";
