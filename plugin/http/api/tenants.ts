import { z } from "zod";
import { authorize } from "../../domain/principal.ts";
import { TENANT_ID } from "../../domain/tenant.ts";
import { CountersignError } from "../../errors.ts";
import { created, listed } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName } from "./schemas.ts";
import { tokenAnswer, tokenLife } from "./tokens.ts";

/** Only the installation operator may call these (foundations.md 35). */
export const tenantRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/tenants",
    summary: "Lists the tenants.",
    call: async ({ tenants }, { principal }) => listed(await tenants.list(principal)),
  }),
  route({
    method: "POST",
    path: "/tenants",
    summary: "Makes a tenant.",
    body: z.strictObject({ id: z.string().regex(TENANT_ID), name: displayName.exactOptional() }),
    call: async ({ tenants }, { principal, body }) =>
      created(await tenants.create(principal, body)),
  }),
  route({
    method: "POST",
    path: "/tenants/:id/owner-token",
    summary: "Mints a token for an Owner of a tenant, such as its first.",
    body: z.strictObject({ subject: displayName, lifetimeSeconds: tokenLife }),
    call: async ({ tenants, tokens }, { principal, id, body }) => {
      authorize(principal, "tenants:manage");
      const known = await tenants.list(principal);
      if (!known.some((tenant) => tenant.id === id)) {
        throw new CountersignError("not_found", `no tenant ${id}`);
      }
      return tokenAnswer(tokens, { ...body, tenant: id, roles: ["owner"] }, principal.id);
    },
  }),
];
