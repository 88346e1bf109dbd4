import { accepted, created, listed, ok, paged } from "./answer.ts";
import { z } from "zod";
import { INVENTORY_VERDICTS } from "../../domain/inventory.ts";
import { HOST_EVENT_SCHEMAS, heldCertificates } from "../host-event-schemas.ts";
import { route, type Route } from "./route.ts";
import { instant, page } from "./schemas.ts";

export const deviceRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/devices",
    summary:
      "Lists the devices; with `?q=` those of that id, or with a serial number, user, e-mail address or name that begins so.",
    query: z.strictObject({ ...page, q: z.string().min(1).max(200).optional() }),
    call: async ({ devices }, { principal, query: { q, ...rest } }) =>
      paged(
        q === undefined
          ? await devices.list(principal, rest)
          : { items: await devices.search(principal, q, rest.limit), cursor: undefined },
      ),
  }),
  route({
    method: "POST",
    path: "/devices",
    summary: "Adds a device, as the hook deviceEnrolled does.",
    body: HOST_EVENT_SCHEMAS.deviceEnrolled,
    call: async ({ intake }, { principal, body }) =>
      created(await intake.report(principal, { kind: "deviceEnrolled", ...body })),
  }),
  route({
    method: "GET",
    path: "/devices/:id",
    summary: "Shows one device.",
    call: async ({ devices }, call) => ok(await devices.get(call.principal, call.id)),
  }),
  route({
    method: "GET",
    path: "/devices/:id/groups",
    summary: "Lists the groups of its host that a device or its user is in.",
    call: async ({ hostGroups }, call) =>
      listed(await hostGroups.ofDevice(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/devices/:id/groups",
    summary:
      "Puts a device into these device groups of its host, by the host's own ids, and out of all others, as the hook deviceGroups does.",
    body: z.strictObject({ groups: HOST_EVENT_SCHEMAS.deviceGroups.shape.groups }),
    call: async ({ devices, intake, hostGroups }, { principal, id, body }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      await intake.report(principal, { kind: "deviceGroups", hostId, deviceId, ...body });
      return listed(await hostGroups.ofDevice(principal, id));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/wipe",
    summary:
      "Revokes every live certificate of a device and burns its challenges, as the hook deviceWiped does.",
    call: async ({ devices, intake }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await intake.report(principal, { kind: "deviceWiped", hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/unenrol",
    summary: "The same for a device that has left, as the hook deviceUnenrolled does.",
    call: async ({ devices, intake }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await intake.report(principal, { kind: "deviceUnenrolled", hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/lost",
    summary:
      "Suspends the certificates of a lost device until it is found, as the hook deviceLost does.",
    call: async ({ devices, intake }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await intake.report(principal, { kind: "deviceLost", hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/found",
    summary: "Makes them good again, as the hook deviceFound does.",
    call: async ({ devices, intake }, { principal, id }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(await intake.report(principal, { kind: "deviceFound", hostId, deviceId }));
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/compromised",
    summary:
      "Revokes the certificates of a device whose keys are known to others, as the hook deviceCompromised does; `since` goes into the CRL as invalidityDate.",
    body: z.strictObject({ since: instant.exactOptional() }).prefault({}),
    call: async ({ devices, intake }, { principal, id, body }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(
        await intake.report(principal, { kind: "deviceCompromised", hostId, deviceId, ...body }),
      );
    },
  }),
  route({
    method: "GET",
    path: "/devices/:id/timeline",
    summary:
      "Tells how a device came to its certificates, or why it did not: host events, commands, challenges, requests, verdicts, each failure with its next step.",
    query: z.strictObject({ limit: page.limit }),
    call: async ({ timelines }, { principal, id, query }) =>
      ok(await timelines.of(principal, id, query.limit)),
  }),
  route({
    method: "GET",
    path: "/devices/:id/inventory",
    summary: "Shows which certificates a device really holds, and what each is to us.",
    call: async ({ inventories }, call) => ok(await inventories.get(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/devices/:id/inventory",
    summary: "Reports which certificates a device holds, as the hook deviceInventory does.",
    body: z.strictObject({
      certificates: heldCertificates,
      at: instant.exactOptional(),
      complete: z.boolean().exactOptional(),
    }),
    call: async ({ devices, intake }, { principal, id, body }) => {
      const { hostId, hostDeviceId: deviceId } = await devices.get(principal, id);
      return ok(
        await intake.report(principal, { kind: "deviceInventory", hostId, deviceId, ...body }),
      );
    },
  }),
  route({
    method: "POST",
    path: "/devices/:id/scan",
    summary:
      "Asks the host now what the device holds; 202 when the device has to be asked and the answer will be reported.",
    call: async ({ inventories }, { principal, id }) => {
      const result = await inventories.scan(principal, id);
      return result === undefined ? accepted({ deviceId: id, asked: true }) : ok(result);
    },
  }),
  route({
    method: "GET",
    path: "/inventory",
    summary:
      "Lists certificates on devices by what they are to us, over the fleet: `?verdict=stranger`, `duplicate` and so on.",
    query: z.strictObject({ ...page, verdict: z.enum(INVENTORY_VERDICTS) }),
    call: async ({ inventories }, { principal, query }) =>
      paged(await inventories.findings(principal, query.verdict, query)),
  }),
];
