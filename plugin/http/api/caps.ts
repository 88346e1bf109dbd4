import { z } from "zod";
import { HIGHEST_CAP } from "../../domain/cap.ts";
import { ok } from "./answer.ts";
import { route, type Route } from "./route.ts";

/** Null takes the cap away. */
const most = z.int().min(0).max(HIGHEST_CAP).nullable();

export const capRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/caps",
    summary: "Shows how many certificates and CAs are active, and how many may be.",
    call: async ({ caps }, { principal }) => ok(await caps.show(principal)),
  }),
  route({
    method: "GET",
    path: "/authorities/:id/cap",
    summary: "Shows how many certificates of an authority are active, and how many may be.",
    call: async ({ caps }, call) => ok(await caps.ofAuthority(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/authorities/:id/cap",
    summary:
      "Caps the active certificates of an issuing CA: beyond it nothing is issued until one is revoked or expires. `null` takes the cap away.",
    body: z.strictObject({ certificates: most }),
    call: async ({ caps }, { principal, id, body, version }) =>
      ok(await caps.setOfAuthority(principal, id, body.certificates, version)),
  }),
  route({
    method: "GET",
    path: "/tenants/:id/caps",
    summary: "Shows a tenant's caps to the installation operator.",
    call: async ({ caps }, call) => ok(await caps.ofTenant(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/tenants/:id/caps",
    summary:
      "Caps the active certificates and CAs of a tenant, as the installation operator. `null` takes a cap away.",
    body: z
      .strictObject({ certificates: most.exactOptional(), authorities: most.exactOptional() })
      .refine((body) => Object.keys(body).length > 0, "name what is to change"),
    call: async ({ caps }, { principal, id, body, version }) =>
      ok(await caps.setOfTenant(principal, id, body, version)),
  }),
];
