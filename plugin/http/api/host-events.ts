import type { z } from "zod";
import type { HostEvent, HostEventKind } from "../../domain/host-event.ts";
import { HOST_EVENT_SCHEMAS } from "../host-event-schemas.ts";
import { created, none, ok, type Answer } from "./answer.ts";
import { route, type Route } from "./route.ts";

/** What each event does, and how it is answered. */
const EVENTS: Readonly<
  Record<HostEventKind, readonly [summary: string, answer: (value: unknown) => Answer]>
> = {
  deviceEnrolled: ["The host has enrolled a device, or knows new attributes of it.", created],
  deviceWiped: [
    "The host has wiped a device: its certificates are revoked and its challenges burned.",
    ok,
  ],
  deviceUnenrolled: [
    "The device has left the host: its certificates are revoked and its challenges burned.",
    ok,
  ],
  deviceLost: ["The device is lost: its certificates are suspended, and it gets nothing.", ok],
  deviceFound: ["The device was found: what was suspended because it was lost is good again.", ok],
  deviceCompromised: [
    "The device's keys are in other hands, since the time that is named: its certificates are revoked as keyCompromise.",
    ok,
  ],
  userDisabled: [
    "A user (`username` or `email` of devices) was disabled: the certificates of these devices are suspended, or what their templates say.",
    ok,
  ],
  userEnabled: ["A user is back: what was suspended because of that is good again.", ok],
  deviceInventory: [
    "What a device really holds: what is there is installed, what is missing is sent again.",
    ok,
  ],
  commandDelivered: ["The device has taken the profile's command.", ok],
  commandAcknowledged: ["The device has installed the profile.", ok],
  commandFailed: ["The device or the host has refused the profile, in their own words.", ok],
  templateAssigned: ["The host wants a template on a device: its profile is published.", created],
  templateRemoved: [
    "The host wants a template off a device: its profile is removed.",
    () => none(),
  ],
  deviceGroups: [
    "All device groups a device is in: templates of groups it has come into are published to it, those of groups it has left are taken back by rule.",
    ok,
  ],
  groupChanged: ["A group of the host: who has come and who has left.", ok],
};

/** What an MDM server reports, with the names of `countersign.hooks`. */
export const hostEventRoutes: readonly Route[] = Object.entries(EVENTS).map(
  ([kind, [summary, answer]]) =>
    route({
      method: "POST",
      path: `/hooks/${kind}`,
      summary,
      body: HOST_EVENT_SCHEMAS[kind as HostEventKind] as z.ZodType<object>,
      call: async ({ intake }, { principal, body }) =>
        answer(await intake.report(principal, { kind, ...body } as HostEvent)),
    }),
);
