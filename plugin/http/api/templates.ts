import { z } from "zod";
import { REVOCATION_REASONS, type RevocationReason } from "../../domain/certificate.ts";
import { SAN_TYPES } from "../../domain/san.ts";
import { KEY_STORAGES, KEY_USAGES, SCEP_RENEWALS } from "../../domain/template.ts";
import { created, listed, none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName, keyAlgorithm, reference } from "./schemas.ts";

const duration = z.string().min(2).max(40);
const oid = z
  .string()
  .regex(/^[0-2](?:\.\d+)+$/, "must be a dotted object identifier")
  .max(200);
const subject = z.string().min(1).max(2000);

const rule = z
  .enum([...(Object.keys(REVOCATION_REASONS) as RevocationReason[]), "keep"])
  .exactOptional();

/** What may be left out everywhere; the service knows the defaults. */
const settings = {
  name: displayName.exactOptional(),
  sans: z
    .array(z.strictObject({ type: z.enum(SAN_TYPES), pattern: z.string().min(1).max(1000) }))
    .max(50)
    .exactOptional(),
  keyAlgorithms: z.array(keyAlgorithm).min(1).exactOptional(),
  keyUsages: z.array(z.enum(KEY_USAGES)).exactOptional(),
  extendedKeyUsages: z.array(oid).max(50).exactOptional(),
  allowedExtendedKeyUsages: z.array(oid).max(50).exactOptional(),
  validity: duration.exactOptional(),
  maxValidity: duration.exactOptional(),
  beyondAuthority: z.enum(["refuse", "shorten"]).exactOptional(),
  backdate: duration.exactOptional(),
  challengeMode: z.enum(["static", "dynamic"]).exactOptional(),
  challengeLifetime: duration.exactOptional(),
  keyStorage: z.enum(KEY_STORAGES).exactOptional(),
  renewalWindow: duration.exactOptional(),
  scepRenewal: z.enum(SCEP_RENEWALS).exactOptional(),
  renewalGrace: duration.exactOptional(),
  policies: z
    .array(z.strictObject({ oid, cps: z.url().max(1000).exactOptional() }))
    .max(20)
    .exactOptional(),
  revocation: z
    .strictObject({
      wiped: rule,
      unenrolled: rule,
      compromised: rule,
      lost: rule,
      userDisabled: rule,
    })
    .exactOptional(),
  allowDuplicates: z.boolean().exactOptional(),
};

export const templateRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/templates",
    summary: "Lists the certificate templates.",
    call: async ({ templates }, { principal }) => listed(await templates.list(principal)),
  }),
  route({
    method: "POST",
    path: "/templates",
    summary: "Makes a template; only id, authority and subject must be given.",
    body: z.strictObject({ id: reference, authorityId: reference, subject, ...settings }),
    call: async ({ templates }, { principal, body }) =>
      created(await templates.create(principal, body)),
  }),
  route({
    method: "GET",
    path: "/templates/:id",
    summary: "Shows one template.",
    call: async ({ templates }, call) => ok(await templates.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/templates/:id",
    summary:
      "Changes the named fields of a template; `If-Match` guards against changing a newer one.",
    body: z.strictObject({
      authorityId: reference.exactOptional(),
      subject: subject.exactOptional(),
      ...settings,
    }),
    call: async ({ templates }, call) =>
      ok(await templates.update(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "DELETE",
    path: "/templates/:id",
    summary: "Deletes a template that nothing uses.",
    call: async ({ templates }, call) => {
      await templates.delete(call.principal, call.id);
      return none();
    },
  }),
];
