import { z } from "zod";
import { PLATFORMS } from "../domain/device.ts";
import { GROUP_KINDS } from "../domain/host-group.ts";
import type { HostEventKind } from "../domain/host-event.ts";
import { certificateText, instant, reference } from "./api/schemas.ts";

const hostId = z.string().min(1).max(100);
const deviceId = z.string().min(1).max(200).describe("The host's own id of the device.");

/** What every event may say of itself. */
const mark = {
  hostId,
  eventId: z
    .string()
    .min(1)
    .max(200)
    .exactOptional()
    .describe("The host's id of the event; the same one again changes nothing."),
  at: instant.exactOptional().describe("When it happened; now unless given."),
};
const ofDevice = { ...mark, deviceId };
const ofTemplate = { ...ofDevice, templateId: reference };
const ofCommand = {
  ...ofDevice,
  deploymentId: reference.describe("The profile's id, as the host was given it."),
  commandId: z.string().min(1).max(200).exactOptional(),
};

const text = z.string().max(2000);
/** A certificate as a host saw it. What cannot be read is passed over, so that one odd certificate spoils no report. */
export const heldCertificate = z.union([
  z.strictObject({ certificate: certificateText }).transform(({ certificate }) => ({
    der: certificate,
  })),
  z.strictObject({
    serial: text,
    issuer: text.exactOptional(),
    subject: text.exactOptional(),
    notAfter: instant.exactOptional(),
    fingerprintSha256: text.exactOptional(),
  }),
  z.record(z.string(), z.unknown()).transform(() => ({})),
]);
export const heldCertificates = z.array(heldCertificate).max(500);

const groupId = z.string().min(1).max(200).describe("The host's own id of the group.");
const groupIds = z.array(groupId).max(200);
const members = z
  .array(z.string().min(1).max(255))
  .max(10_000)
  .describe("The host's ids of devices, or users as devices name them.");

/** The body of each kind of event. */
export const HOST_EVENT_SCHEMAS = {
  deviceEnrolled: z.strictObject({
    ...ofDevice,
    platform: z.enum(PLATFORMS),
    attributes: z.record(z.string().min(1).max(64), z.string().max(1000)).default({}),
    groups: groupIds.exactOptional().describe("All device groups it is in, by the host's own ids."),
  }),
  deviceWiped: z.strictObject(ofDevice),
  deviceUnenrolled: z.strictObject(ofDevice),
  deviceLost: z.strictObject(ofDevice),
  deviceFound: z.strictObject(ofDevice),
  deviceCompromised: z.strictObject({ ...ofDevice, since: instant.exactOptional() }),
  userDisabled: z.strictObject({ ...mark, user: z.string().min(1).max(1000) }),
  userEnabled: z.strictObject({ ...mark, user: z.string().min(1).max(1000) }),
  deviceInventory: z.strictObject({
    ...ofDevice,
    certificates: heldCertificates,
    complete: z.boolean().exactOptional(),
  }),
  commandDelivered: z.strictObject(ofCommand),
  commandAcknowledged: z.strictObject(ofCommand),
  commandFailed: z.strictObject({ ...ofCommand, error: z.string().min(1).max(4000) }),
  templateAssigned: z.strictObject({ ...ofTemplate, endpointId: reference.exactOptional() }),
  templateRemoved: z.strictObject(ofTemplate),
  deviceGroups: z.strictObject({ ...ofDevice, groups: groupIds }),
  groupChanged: z.strictObject({
    ...mark,
    groupId,
    name: z.string().min(1).max(200).exactOptional(),
    groupKind: z.enum(GROUP_KINDS).exactOptional(),
    added: members.exactOptional(),
    removed: members.exactOptional(),
    deleted: z.boolean().exactOptional(),
  }),
} as const satisfies Record<HostEventKind, z.ZodType>;
