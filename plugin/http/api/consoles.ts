import { z } from "zod";
import { SAN_TYPES } from "../../domain/san.ts";
import { listed, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { duration, flag, reference } from "./schemas.ts";

const row = z.record(z.string().max(100), z.string().max(4096));
const fieldValue = z.union([
  z.string().max(64 * 1024),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(4096)).max(100),
  z.array(row).max(100),
]);

const filledForm = z.strictObject({
  fields: z.record(z.string().max(100), fieldValue).describe("By name; what is left out stays."),
  id: reference.exactOptional().describe("The object to change; a new one unless given."),
  save: z.boolean().default(false).describe("False: checked and mapped, nothing stored."),
});

const filledCaServer = filledForm.extend({
  crlShards: z
    .int()
    .exactOptional()
    .describe(
      "Of a CA that is made: over how many lists of revoked certificates it is spread, for good; no console has a field for it.",
    ),
});

const filledTemplate = filledForm.extend({
  moveOver: duration
    .exactOptional()
    .describe("Moves the template's deployments to the new version in that time, by the plan."),
});

const trying = filledForm
  .pick({ fields: true, id: true })
  .extend({ action: reference.describe("Name of the button.") });

const resolving = z.strictObject({
  subject: z.string().max(4096).exactOptional(),
  sans: z
    .array(z.strictObject({ type: z.enum(SAN_TYPES), pattern: z.string().max(2048) }))
    .max(50)
    .exactOptional(),
  deviceId: reference.exactOptional(),
  attributes: z
    .record(z.string().max(64), z.string().max(1024))
    .exactOptional()
    .describe("In place of a device."),
});

export const consoleRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/consoles",
    summary: "Lists the consoles whose forms are there.",
    call: ({ consoles }, { principal }) => Promise.resolve(listed(consoles.list(principal))),
  }),
  route({
    method: "GET",
    path: "/consoles/:id",
    summary: "Shows a console: both its forms field by field, and its dynamic keys.",
    call: ({ consoles }, call) => Promise.resolve(ok(consoles.get(call.principal, call.id))),
  }),
  route({
    method: "GET",
    path: "/consoles/:id/ca-server",
    summary: "Shows an authority in the console's form; without `?authority=` a new one.",
    query: z.strictObject({ authority: reference.optional() }),
    call: async ({ consoles }, { principal, id, query }) =>
      ok(await consoles.showCaServer(principal, id, query.authority)),
  }),
  route({
    method: "POST",
    path: "/consoles/:id/ca-server",
    summary:
      "Checks a filled-in CA-server form and maps it; with `save: true` makes or changes the authority and its endpoint.",
    body: filledCaServer,
    ifMatch: true,
    call: async ({ consoles }, { principal, id, body, version }) =>
      ok(await consoles.writeCaServer(principal, id, { ...body, version })),
  }),
  route({
    method: "GET",
    path: "/consoles/:id/template",
    summary:
      "Shows a template in the console's form; without `?template=` a new one, with `?draft=true` as its draft would change it.",
    query: z.strictObject({ template: reference.optional(), draft: flag.optional() }),
    call: async ({ consoles }, { principal, id, query }) =>
      ok(await consoles.showTemplate(principal, id, query.template, query.draft === true)),
  }),
  route({
    method: "POST",
    path: "/consoles/:id/template",
    summary:
      "Checks a filled-in template form and maps it; with `save: true` makes or changes the template, and its challenge at the endpoint.",
    body: filledTemplate,
    ifMatch: true,
    call: async ({ consoles }, { principal, id, body, version }) =>
      ok(await consoles.writeTemplate(principal, id, { ...body, version })),
  }),
  ...(
    [
      ["ca-server", "caServer"],
      ["template", "template"],
    ] as const
  ).map(([path, kind]) =>
    route({
      method: "POST",
      path: `/consoles/:id/${path}/try`,
      summary:
        "Presses a test button of the form: what can be tried here is tried, and what is not is named. Nothing is stored.",
      body: trying,
      call: async ({ consoles }, { principal, id, body }) =>
        ok(await consoles.try(principal, id, kind, body)),
    }),
  ),
  route({
    method: "POST",
    path: "/consoles/:id/resolve",
    summary:
      "Says what a subject and alternative names in the console's words come to on a device, or which variables have no value.",
    body: resolving,
    call: async ({ consoles }, { principal, id, body }) =>
      ok(await consoles.resolve(principal, id, body)),
  }),
];
