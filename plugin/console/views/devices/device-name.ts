import type { Device } from "../../api/calls.ts";

/** What people call a device. */
export const deviceName = ({ attributes, hostDeviceId }: Device): string =>
  attributes["devicename"] ?? hostDeviceId;
