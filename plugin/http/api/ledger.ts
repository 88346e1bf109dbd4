import { z } from "zod";
import { LEDGER_EVENTS } from "../../domain/events.ts";
import { ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { instant, page, reference } from "./schemas.ts";

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
    path: "/ledger/refusals",
    summary:
      "Finds refused requests by device (its name, subject, address, transaction or endpoint) and by time, an hour around `at` or back to `since` (30 days); where it stopped early, `complete` is false and `cursor` goes on.",
    query: z.strictObject({
      device: z.string().min(1).max(200).optional(),
      at: instant.optional(),
      since: instant.optional(),
      cursor: page.cursor,
    }),
    call: async ({ refusals }, { principal, query }) => ok(await refusals.search(principal, query)),
  }),
  route({
    method: "GET",
    path: "/ledger/head",
    summary: "The end of the ledger's hash chain, signed, with the public key to check it.",
    call: async ({ ledger }, { principal }) => ok(await ledger.head(principal)),
  }),
  route({
    method: "GET",
    path: "/ledger/chain",
    summary:
      "Lists what has its place in the hash chain, oldest first, after entry `after`, with the certificates issued and revoked there; `head` is the signed end once the list has reached it.",
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    call: async ({ ledger }, { principal, query: { after, limit } }) =>
      ok(await ledger.sealed(principal, after, limit)),
  }),
];
