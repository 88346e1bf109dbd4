import { z } from "zod";
import { LEDGER_EVENTS } from "../../domain/events.ts";
import { ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { page, reference } from "./schemas.ts";

export const ledgerRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/ledger",
    summary: "Lists what happened, newest first.",
    query: z.strictObject({
      ...page,
      event: z.enum(LEDGER_EVENTS).optional(),
      subject: reference.optional(),
    }),
    call: async ({ ledger }, { principal, query: { event, subject, ...rest } }) =>
      paged(await ledger.list(principal, { event, subjectId: subject }, rest)),
  }),
  route({
    method: "GET",
    path: "/ledger/head",
    summary: "The end of the ledger's hash chain, signed, with the public key to check it.",
    call: async ({ ledger }, { principal }) => ok(await ledger.head(principal)),
  }),
];
