import { z } from "zod";
import { created, ok, paged } from "./answer.ts";
import { deviceEnrolled } from "./host-events.ts";
import { route, type Route } from "./route.ts";
import { instant, pageQuery } from "./schemas.ts";

export const deviceRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/devices",
    summary: "Lists the devices.",
    query: pageQuery,
    call: async ({ devices }, { principal, query }) => paged(await devices.list(principal, query)),
  }),
  route({
    method: "POST",
    path: "/devices",
    summary: "Adds a device, as the hook deviceEnrolled does.",
    body: deviceEnrolled,
    call: async ({ hostEvents }, { principal, body }) =>
      created(await hostEvents.deviceEnrolled(principal, body)),
  }),
  route({
    method: "GET",
    path: "/devices/:id",
    summary: "Shows one device.",
    call: async ({ devices }, call) => ok(await devices.get(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/devices/:id/wipe",
    summary:
      "Revokes every live certificate of a device and burns its challenges, as the hook deviceWiped does.",
    call: async ({ devices, hostEvents }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await hostEvents.deviceWiped(principal, { hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/unenrol",
    summary: "The same for a device that has left, as the hook deviceUnenrolled does.",
    call: async ({ devices, hostEvents }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await hostEvents.deviceUnenrolled(principal, { hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/lost",
    summary:
      "Suspends the certificates of a lost device until it is found, as the hook deviceLost does.",
    call: async ({ devices, hostEvents }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await hostEvents.deviceLost(principal, { hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/found",
    summary: "Makes them good again, as the hook deviceFound does.",
    call: async ({ devices, hostEvents }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await hostEvents.deviceFound(principal, { hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/compromised",
    summary:
      "Revokes the certificates of a device whose keys are known to others, as the hook deviceCompromised does; `since` goes into the CRL as invalidityDate.",
    body: z.strictObject({ since: instant.exactOptional() }).prefault({}),
    call: async ({ devices, hostEvents }, { principal, id, body }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await hostEvents.deviceCompromised(principal, { hostId, deviceId, ...body }));
    },
  }),
];
