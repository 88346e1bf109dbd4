import { z } from "zod";
import { PLATFORMS } from "../../domain/device.ts";
import { created, none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { instant, reference } from "./schemas.ts";

const hostId = z.string().min(1).max(100);
const deviceId = z.string().min(1).max(200).describe("The host's own id of the device.");
const deviceOfHost = z.strictObject({ hostId, deviceId });
const userOfHost = z.strictObject({ hostId, user: z.string().min(1).max(1000) });

export const deviceEnrolled = z.strictObject({
  hostId,
  deviceId,
  platform: z.enum(PLATFORMS),
  attributes: z.record(z.string().min(1).max(64), z.string().max(1000)).default({}),
});

/** What an MDM server reports, with the names of `countersign.hooks`. */
export const hostEventRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/hooks/deviceEnrolled",
    summary: "The host has enrolled a device, or knows new attributes of it.",
    body: deviceEnrolled,
    call: async ({ hostEvents }, { principal, body }) =>
      created(await hostEvents.deviceEnrolled(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/deviceWiped",
    summary: "The host has wiped a device: its certificates are revoked and its challenges burned.",
    body: deviceOfHost,
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.deviceWiped(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/deviceUnenrolled",
    summary:
      "The device has left the host: its certificates are revoked and its challenges burned.",
    body: deviceOfHost,
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.deviceUnenrolled(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/deviceLost",
    summary: "The device is lost: its certificates are suspended, and it gets nothing.",
    body: deviceOfHost,
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.deviceLost(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/deviceFound",
    summary: "The device was found: what was suspended because it was lost is good again.",
    body: deviceOfHost,
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.deviceFound(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/deviceCompromised",
    summary:
      "Others know the device's keys, `since` that moment: its certificates are revoked as keyCompromise.",
    body: deviceOfHost.extend({ since: instant.exactOptional() }),
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.deviceCompromised(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/userDisabled",
    summary:
      "A user (`username` or `email` of his devices) is disabled: the certificates of his devices are suspended, or what their templates say.",
    body: userOfHost,
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.userDisabled(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/userEnabled",
    summary: "The user is let in again: what was suspended because of him is good again.",
    body: userOfHost,
    call: async ({ hostEvents }, { principal, body }) =>
      ok(await hostEvents.userEnabled(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/templateAssigned",
    summary: "The host wants a template on a device: its profile is published.",
    body: z.strictObject({
      hostId,
      deviceId,
      templateId: reference,
      endpointId: reference.exactOptional(),
    }),
    call: async ({ hostEvents }, { principal, body }) =>
      created(await hostEvents.templateAssigned(principal, body)),
  }),
  route({
    method: "POST",
    path: "/hooks/templateRemoved",
    summary: "The host wants a template off a device: its profile is removed.",
    body: z.strictObject({ hostId, deviceId, templateId: reference }),
    call: async ({ hostEvents }, { principal, body }) => {
      await hostEvents.templateRemoved(principal, body);
      return none();
    },
  }),
];
