import { z } from "zod";
import { created, listed, none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { reference } from "./schemas.ts";

export const hookAdapterRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/hook-adapters",
    summary: "Lists the MDM servers that report over signed webhooks.",
    call: async ({ hookAdapters }, { principal }) => listed(await hookAdapters.list(principal)),
  }),
  route({
    method: "POST",
    path: "/hook-adapters",
    summary: "Lets an MDM server report to `/hooks/<id>`; its secret is shown this once.",
    body: z.strictObject({ id: reference, hostId: reference }),
    call: async ({ hookAdapters }, { principal, body }) =>
      created(await hookAdapters.create(principal, body)),
  }),
  route({
    method: "GET",
    path: "/hook-adapters/:id",
    summary: "Shows one, without its secrets.",
    call: async ({ hookAdapters }, call) => ok(await hookAdapters.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/hook-adapters/:id",
    summary: "Switches one on or off.",
    body: z.strictObject({ enabled: z.boolean() }),
    call: async ({ hookAdapters }, call) =>
      ok(await hookAdapters.enable(call.principal, call.id, call.body.enabled, call.version)),
  }),
  route({
    method: "POST",
    path: "/hook-adapters/:id/rotate",
    summary:
      "Makes a new secret, shown this once; the old one stays good for `overlapSeconds` (a day unless given).",
    body: z.strictObject({
      overlapSeconds: z
        .int()
        .min(0)
        .max(30 * 86_400)
        .exactOptional(),
    }),
    call: async ({ hookAdapters }, call) =>
      ok(await hookAdapters.rotate(call.principal, call.id, call.body.overlapSeconds)),
  }),
  route({
    method: "DELETE",
    path: "/hook-adapters/:id",
    summary: "Takes an MDM server's right to report away.",
    call: async ({ hookAdapters }, call) => {
      await hookAdapters.delete(call.principal, call.id);
      return none();
    },
  }),
];
