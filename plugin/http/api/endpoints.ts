import { z } from "zod";
import { CLIENT_PROFILES, ENDPOINT_ID } from "../../domain/endpoint.ts";
import { created, listed, none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { certificateText, displayName, instant, reference } from "./schemas.ts";

const policy = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("static"),
    templateId: reference,
    id: reference.exactOptional().describe("An existing policy, to keep its secret."),
    secret: z.string().min(1).max(8192).exactOptional(),
    unknownDevice: z.enum(["refuse", "unmanaged"]).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("dynamic") }),
]);

const most = z.int().min(1).max(1_000_000_000).exactOptional();
const limits = z
  .strictObject({
    perSource: z.union([z.int().min(1), z.literal("off")]).exactOptional(),
    perDevicePerDay: most,
    perEndpointPerMinute: most,
    perChallenge: most,
  })
  .exactOptional()
  .describe("What differs from the defaults: 600 a minute, 100 a day, 60,000 a minute, 10 tries.");

const templateIds = z.array(reference).max(100);
const policies = z.array(policy).max(20);

const settings = {
  name: displayName.exactOptional(),
  description: z.string().max(500).exactOptional().describe("What it is for."),
  raId: reference.exactOptional(),
  chain: z.array(certificateText).max(10).exactOptional(),
  includeRoot: z.boolean().exactOptional(),
  legacy: z.boolean().exactOptional(),
  acceptMd5Csr: z.boolean().exactOptional(),
  acceptGcm: z.boolean().exactOptional().describe("Take AES-GCM envelopes."),
  signingTimeTolerance: z
    .string()
    .min(2)
    .max(40)
    .exactOptional()
    .describe("Refuse messages whose signingTime is further from now, as `PT1H`; or `off`."),
  foreignRenewal: z
    .union([
      z.literal("off"),
      z.strictObject({
        authorities: z.array(certificateText).min(1).max(20),
        templateId: reference,
        unknownDevice: z.enum(["refuse", "unmanaged"]).default("refuse"),
      }),
    ])
    .exactOptional()
    .describe("Other CAs whose certificates may sign a renewal; or `off`."),
  limits,
  approval: z.enum(["none", "manual"]).exactOptional(),
  approvalLifetime: z.string().min(2).max(40).exactOptional(),
  queries: z.boolean().exactOptional(),
  clientProfile: z.enum(CLIENT_PROFILES).exactOptional(),
  enabled: z.boolean().exactOptional(),
};

export const endpointRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/endpoints",
    summary: "Lists the SCEP endpoints.",
    call: async ({ endpoints }, { principal }) => listed(await endpoints.list(principal)),
  }),
  route({
    method: "POST",
    path: "/endpoints",
    summary: "Makes the object behind a SCEP URL.",
    body: z.strictObject({
      id: z.string().regex(ENDPOINT_ID),
      authorityId: reference,
      templateIds,
      policies,
      ...settings,
    }),
    call: async ({ endpoints }, { principal, body }) =>
      created(await endpoints.create(principal, body)),
  }),
  route({
    method: "GET",
    path: "/endpoints/:id",
    summary: "Shows one endpoint with its URL and warnings; secrets read as set.",
    call: async ({ endpoints }, call) => ok(await endpoints.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/endpoints/:id",
    summary:
      "Changes the named fields of an endpoint; `If-Match` guards against changing a newer one.",
    body: z.strictObject({
      authorityId: reference.exactOptional(),
      templateIds: templateIds.exactOptional(),
      policies: policies.exactOptional(),
      ...settings,
    }),
    call: async ({ endpoints }, call) =>
      ok(await endpoints.update(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "POST",
    path: "/endpoints/:id/roll-over",
    summary:
      "Schedules a new RA, or a new authority with its RA; GetNextCACert announces it until then.",
    body: z.strictObject({
      authorityId: reference.exactOptional(),
      raId: reference.exactOptional(),
      from: instant,
    }),
    call: async ({ endpoints, rollOvers }, { principal, id, body }) => {
      await rollOvers.schedule(principal, id, body);
      return ok(await endpoints.get(principal, id));
    },
  }),
  route({
    method: "POST",
    path: "/endpoints/:id/test",
    summary:
      "Enrols a throw-away device through the public address, looks at the CRL, and takes everything back; answers each step.",
    body: z.strictObject({ templateId: reference.exactOptional() }).default({}),
    call: async ({ endpointTests }, { principal, id, body }) =>
      ok(await endpointTests.run(principal, id, body.templateId)),
  }),
  route({
    method: "DELETE",
    path: "/endpoints/:id",
    summary: "Deletes an endpoint; its URL then answers 404.",
    call: async ({ endpoints }, call) => {
      await endpoints.delete(call.principal, call.id);
      return none();
    },
  }),
];
