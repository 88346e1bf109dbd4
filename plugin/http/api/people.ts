import { z } from "zod";
import { ROLES } from "../../domain/principal.ts";
import { PKCS12_ENCODINGS } from "../../domain/pkcs12-encoding.ts";
import { created, listed, none, ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName, page, pageQuery, reference } from "./schemas.ts";

const roles = z.array(z.enum(ROLES)).max(ROLES.length);
const email = z.email().max(320);
const rights = {
  approveOwn: z.boolean().exactOptional().describe("May approve what they asked for themselves."),
  active: z.boolean().exactOptional(),
};
const details = {
  email: email.exactOptional(),
  firstName: displayName.exactOptional(),
  lastName: displayName.exactOptional(),
};
const changes = {
  email: email.nullable().exactOptional().describe("`null` takes it away."),
  firstName: displayName.nullable().exactOptional().describe("`null` takes it away."),
  lastName: displayName.nullable().exactOptional().describe("`null` takes it away."),
};
const validity = z.string().min(2).max(40).exactOptional();
const encoding = z.enum(PKCS12_ENCODINGS).exactOptional();
const authorityIds = z.array(reference).max(100);

export const peopleRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/people",
    summary: "Lists the people and their roles; Owners only, as all below.",
    call: async ({ people }, { principal }) => listed(await people.list(principal)),
  }),
  route({
    method: "POST",
    path: "/people",
    summary: "Adds somebody by subject or e-mail address, also before the first login.",
    body: z.strictObject({ id: reference, roles, ...details, ...rights }),
    call: async ({ people }, { principal, body }) => created(await people.add(principal, body)),
  }),
  route({
    method: "GET",
    path: "/people/:id",
    summary: "Shows one person.",
    call: async ({ people }, call) => ok(await people.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/people/:id",
    summary: "Changes roles and details; the last Owner stays one.",
    body: z.strictObject({ roles: roles.exactOptional(), ...changes, ...rights }),
    call: async ({ people }, call) =>
      ok(await people.change(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "DELETE",
    path: "/people/:id",
    summary: "Removes somebody; not the last Owner.",
    call: async ({ people }, call) => {
      await people.remove(call.principal, call.id);
      return none();
    },
  }),
  route({
    method: "GET",
    path: "/roles",
    summary: "Lists the six roles with their members.",
    call: async ({ people }, { principal }) => listed(await people.roles(principal)),
  }),
  route({
    method: "GET",
    path: "/credentials",
    summary: "Lists the machine credentials.",
    call: async ({ credentials }, { principal }) => listed(await credentials.list(principal)),
  }),
  route({
    method: "POST",
    path: "/credentials",
    summary: "Makes a machine credential; its PKCS#12 file and password are shown this once.",
    body: z.strictObject({
      id: reference,
      name: displayName.exactOptional(),
      roles,
      authorityIds: authorityIds.exactOptional().describe("Its scope; all unless given."),
      validity,
      encoding,
    }),
    call: async ({ credentials }, { principal, body }) =>
      created(await credentials.create(principal, body)),
  }),
  route({
    method: "GET",
    path: "/credentials/:id",
    summary: "Shows one machine credential.",
    call: async ({ credentials }, call) => ok(await credentials.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/credentials/:id",
    summary: "Changes name, roles, scope or whether it may be used.",
    body: z.strictObject({
      name: displayName.exactOptional(),
      roles: roles.exactOptional(),
      authorityIds: authorityIds.exactOptional(),
      active: z.boolean().exactOptional(),
    }),
    call: async ({ credentials }, call) =>
      ok(await credentials.change(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "POST",
    path: "/credentials/:id/rotate",
    summary: "Makes a second key; the first one is good for a week more.",
    body: z.strictObject({ validity, encoding }),
    call: async ({ credentials }, call) =>
      created(await credentials.rotate(call.principal, call.id, call.body)),
  }),
  route({
    method: "DELETE",
    path: "/credentials/:id",
    summary: "Deletes a machine credential; its tokens are refused from then on.",
    call: async ({ credentials }, call) => {
      await credentials.delete(call.principal, call.id);
      return none();
    },
  }),
  route({
    method: "GET",
    path: "/end-entities",
    summary: "Lists the end entities with activation and expiry; `?endpoint=` those of one.",
    query: z.strictObject({ ...page, endpoint: reference.optional() }),
    call: async ({ endEntities }, { principal, query: { endpoint, ...rest } }) =>
      paged(await endEntities.list(principal, rest, { endpointId: endpoint })),
  }),
  route({
    method: "GET",
    path: "/end-entities/:id",
    summary: "Shows one end entity.",
    call: async ({ endEntities }, call) => ok(await endEntities.get(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/end-entities/:id/deactivate",
    summary: "Stops issuing, renewing and minting for an end entity until it is activated.",
    call: async ({ endEntities }, call) =>
      ok(await endEntities.deactivate(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/end-entities/:id/activate",
    summary: "Takes up an end entity that was deactivated.",
    call: async ({ endEntities }, call) => ok(await endEntities.activate(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/end-entities/:id/decommission",
    summary: "For good: revokes its certificates and burns its challenges.",
    call: async ({ endEntities }, call) =>
      ok(await endEntities.decommission(call.principal, call.id)),
  }),
  route({
    method: "GET",
    path: "/events",
    summary:
      "Lists what happened to end entities, newest first; `?failed=true` the failures only, `?endpoint=` what was asked of one. A page of an endpoint that has a `cursor` may be short.",
    query: z.strictObject({
      ...pageQuery.shape,
      failed: z.enum(["true", "false"]).optional(),
      subject: reference.optional(),
      endpoint: reference.optional(),
    }),
    call: async ({ events }, { principal, query: { failed, subject, endpoint, limit, cursor } }) =>
      paged(
        await events.list(
          principal,
          { failed: failed === "true", subjectId: subject, endpoint },
          { limit, cursor },
        ),
      ),
  }),
];
