import { z } from "zod";
import { created } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { reference } from "./schemas.ts";

export const challengeRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/challenges",
    summary:
      "Mints a one-time challenge for a device and a template; the secret is shown this once.",
    body: z.strictObject({
      deviceId: reference,
      templateId: reference,
      endpointId: reference.exactOptional(),
    }),
    call: async ({ challenges }, { principal, body }) =>
      created(await challenges.mint(principal, body)),
  }),
];
