import { z } from "zod";
import { ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { page } from "./schemas.ts";

export const outboxRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/outbox",
    summary:
      "Lists what is still to be done outside, newest first; `state=dead`: what was given up after too many attempts.",
    query: z.strictObject({ ...page, state: z.enum(["waiting", "dead"]).optional() }),
    call: async ({ outbox }, { principal, query }) => {
      const { state, ...rest } = query;
      return paged(await outbox.list(principal, { state }, rest));
    },
  }),
  route({
    method: "POST",
    path: "/outbox/resend",
    summary: "Sends everything again that was given up.",
    call: async ({ outbox }, { principal }) => ok({ sent: await outbox.resendDead(principal) }),
  }),
  route({
    method: "POST",
    path: "/outbox/:id/resend",
    summary: "Sends one entry again at once.",
    call: async ({ outbox }, { principal, id }) => ok(await outbox.resend(principal, id)),
  }),
];
