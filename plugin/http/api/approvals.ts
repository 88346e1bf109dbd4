import { z } from "zod";
import { ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { page } from "./schemas.ts";

export const approvalRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/approvals",
    summary: "Lists requests that wait for approval or have been decided, newest first.",
    query: z.strictObject({
      state: z.enum(["pending", "approved", "denied", "issued"]).optional(),
      ...page,
    }),
    call: async ({ approvals }, { principal, query: { state, limit, cursor } }) =>
      paged(await approvals.list(principal, { state }, { limit, cursor })),
  }),
  route({
    method: "POST",
    path: "/approvals/:id/approve",
    summary: "Approves a waiting request; the device gets its certificate when it asks next.",
    call: async ({ approvals }, call) => ok(await approvals.approve(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/approvals/:id/deny",
    summary: "Denies a waiting request.",
    body: z.strictObject({ reason: z.string().min(1).max(500).exactOptional() }),
    call: async ({ approvals }, call) =>
      ok(await approvals.deny(call.principal, call.id, call.body.reason)),
  }),
];
