import { z } from "zod";
import { ok } from "./answer.ts";
import { route, type Route } from "./route.ts";

export const overviewRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/overview",
    summary:
      "Counts devices, certificates and what has failed, and the ends of certificates by day; health of this node.",
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(90) }),
    call: async ({ overview }, { principal, query: { days } }) =>
      ok(await overview.show(principal, days)),
  }),
  route({
    method: "GET",
    path: "/about",
    summary: "Shows the settings that the installation was started with, without secrets.",
    call: ({ about }, { principal }) => Promise.resolve(ok(about.show(principal))),
  }),
];
