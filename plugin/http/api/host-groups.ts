import { z } from "zod";
import { listed, none, ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { page, pageQuery, reference } from "./schemas.ts";

export const hostGroupRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/groups",
    summary: "Lists the groups of hosts, newest first; `?q=` those with this in their name.",
    query: z.strictObject({
      ...page,
      host: reference.optional(),
      q: z.string().min(1).max(200).optional(),
    }),
    call: async ({ hostGroups }, { principal, query: { host, q, ...rest } }) =>
      paged(await hostGroups.list(principal, { hostId: host, text: q }, rest)),
  }),
  route({
    method: "GET",
    path: "/groups/:id",
    summary: "Shows one group.",
    call: async ({ hostGroups }, call) => ok(await hostGroups.get(call.principal, call.id)),
  }),
  route({
    method: "GET",
    path: "/groups/:id/members",
    summary: "Lists who is in a group, as its host names them.",
    query: pageQuery,
    call: async ({ hostGroups }, { principal, id, query }) =>
      paged(await hostGroups.members(principal, id, query)),
  }),
  route({
    method: "POST",
    path: "/groups/refresh",
    summary: "Reads the groups of all hosts that hand them over now, and who is in those in use.",
    call: async ({ hostGroups }, { principal }) => {
      await hostGroups.refresh(principal);
      return none();
    },
  }),
  route({
    method: "GET",
    path: "/hosts",
    summary: "Lists the hosts, and whether they mix user and device groups.",
    call: async ({ hostGroups }, { principal }) => listed(await hostGroups.hosts(principal)),
  }),
  route({
    method: "GET",
    path: "/hosts/:id",
    summary: "Shows one host.",
    call: async ({ hostGroups }, call) => ok(await hostGroups.host(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/hosts/:id",
    summary:
      "Says whether a host lets user and device groups stand beside each other across include and exclude; `null`: as its adapter says.",
    body: z.strictObject({ mixedGroups: z.boolean().nullable() }),
    call: async ({ hostGroups }, { principal, id, version, body }) =>
      ok(await hostGroups.changeHost(principal, id, body, version)),
  }),
];
