import { z } from "zod";
import { created, listed, none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { reference } from "./schemas.ts";

const settings = {
  group: z.string().max(64).exactOptional(),
  description: z.string().max(500).exactOptional(),
  pkcs12: z.boolean().exactOptional().describe("The CA may make the key and hand out PKCS#12."),
  definition: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .describe(
      "allowedCATypes, validity_period, usages, allowed_extensions, ignore_unknown_extensions, ca_constraint, backdate, truncate_to_ca_not_after, fill_san_dns_with_cn.",
    ),
};

export const certificateProfileRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/certificate-profiles",
    summary: "Lists the certificate profiles, the shipped ones first.",
    call: async ({ certificateProfiles }, { principal }) =>
      listed(await certificateProfiles.list(principal)),
  }),
  route({
    method: "POST",
    path: "/certificate-profiles",
    summary: "Makes a custom profile: a clone of another with what differs, or raw.",
    body: z.strictObject({ id: reference, cloneOf: reference.exactOptional(), ...settings }),
    call: async ({ certificateProfiles }, { principal, body }) =>
      created(await certificateProfiles.create(principal, body)),
  }),
  route({
    method: "GET",
    path: "/certificate-profiles/:id",
    summary: "Shows one certificate profile.",
    call: async ({ certificateProfiles }, call) =>
      ok(await certificateProfiles.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/certificate-profiles/:id",
    summary: "Changes a custom profile, and the templates that keep to it.",
    body: z.strictObject(settings),
    call: async ({ certificateProfiles }, call) =>
      ok(await certificateProfiles.update(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "DELETE",
    path: "/certificate-profiles/:id",
    summary: "Deletes a custom profile that nothing uses.",
    call: async ({ certificateProfiles }, call) => {
      await certificateProfiles.delete(call.principal, call.id);
      return none();
    },
  }),
  route({
    method: "GET",
    path: "/authorities/:id/profiles",
    summary: "Lists the profiles that an authority may issue by.",
    call: async ({ certificateProfiles }, call) =>
      listed(await certificateProfiles.picks(call.principal, call.id)),
  }),
  route({
    method: "PUT",
    path: "/authorities/:id/profiles",
    summary: "Sets the profiles that an authority may issue by; null lifts the restriction.",
    body: z.strictObject({ profiles: z.array(reference).max(500).nullable() }),
    call: async ({ authorities, certificateProfiles }, { principal, id, body, version }) => {
      await certificateProfiles.enable(principal, id, body.profiles ?? undefined, version);
      return ok(await authorities.get(principal, id));
    },
  }),
];
