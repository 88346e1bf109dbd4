import { z } from "zod";
import { retimes } from "../../domain/renewal-time.ts";
import { REVOCATION_REASONS, type RevocationReason } from "../../domain/certificate.ts";
import { SAN_TYPES } from "../../domain/san.ts";
import { CONTAINER_ENCODINGS } from "../../domain/pkcs12-encoding.ts";
import {
  DELIVERIES,
  KEY_STORAGES,
  KEY_USAGES,
  OLD_CERTIFICATES,
  SCEP_RENEWALS,
} from "../../domain/template.ts";
import { created, listed, none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { deviceKeyAlgorithm, displayName, duration, reference } from "./schemas.ts";

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
  keyAlgorithms: z.array(deviceKeyAlgorithm).min(1).exactOptional(),
  keyUsages: z.array(z.enum(KEY_USAGES)).exactOptional(),
  extendedKeyUsages: z.array(oid).max(50).exactOptional(),
  allowedExtendedKeyUsages: z.array(oid).max(50).exactOptional(),
  validity: duration.exactOptional(),
  maxValidity: duration.exactOptional(),
  beyondAuthority: z.enum(["refuse", "shorten"]).exactOptional(),
  backdate: duration.exactOptional(),
  delivery: z
    .enum(DELIVERIES)
    .exactOptional()
    .describe("Who makes the key: the device (`scep`), or the CA (`pkcs12`)."),
  pkcs12Encoding: z
    .enum(CONTAINER_ENCODINGS)
    .exactOptional()
    .describe("How the container is encrypted; by platform, as the device is known to read it."),
  challengeMode: z.enum(["static", "dynamic"]).exactOptional(),
  challengeLifetime: duration.exactOptional(),
  pushedChallengeLifetime: duration.exactOptional(),
  attempts: z
    .strictObject({
      limit: z.int().min(0).max(100),
      interval: duration,
      lock: duration,
      wipe: z.boolean(),
    })
    .exactOptional(),
  keyStorage: z.enum(KEY_STORAGES).exactOptional(),
  autoRenewal: z.boolean().exactOptional(),
  renewalWindow: duration.exactOptional(),
  renewalSpread: duration.exactOptional(),
  scepRenewal: z.enum(SCEP_RENEWALS).exactOptional(),
  renewalGrace: duration.exactOptional(),
  oldCertificate: z.enum(OLD_CERTIFICATES).exactOptional(),
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
const domain = z.string().min(1).max(253);
const required =
  "A domain that must occur in a DNS name, the user principal name or a common name of every certificate, as RADIUS networks want it.";
const profile = "The certificate profile it keeps to.";

/** What a change of a template may name. */
export const templateChanges = {
  authorityId: reference.exactOptional(),
  subject: subject.exactOptional(),
  ...settings,
  profileId: reference.nullable().exactOptional().describe(`${profile} \`null\`: none any more.`),
  requiredDomain: domain
    .nullable()
    .exactOptional()
    .describe(`${required} \`null\`: none any more.`),
};
const moveOver = duration.exactOptional();

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
    body: z.strictObject({
      ...{ id: reference, authorityId: reference, subject },
      ...settings,
      profileId: reference.exactOptional().describe(profile),
      requiredDomain: domain.exactOptional().describe(required),
    }),
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
      "Saves a new version with the named fields; `moveOver` (such as `P7D`) moves its deployments to it by the renewal plan in that time. `warnings` tells of certificates that would end before the caps let them be renewed. `If-Match` guards against changing a newer one.",
    body: z.strictObject({ ...templateChanges, moveOver }),
    call: async ({ templates, renewalLateness }, { principal, id, version, body }) => {
      const { moveOver: over, ...change } = body;
      const saved = await templates.update(principal, id, change, version, over);
      const warnings = retimes(Object.keys(change))
        ? await renewalLateness.warnings(principal, id)
        : [];
      return ok({ ...saved, warnings });
    },
  }),
  route({
    method: "POST",
    path: "/templates/:id/impact",
    summary:
      "Shows what a change would do without saving it: devices re-keyed, on which days, and those that would fail.",
    body: z.strictObject({ ...templateChanges, moveOver }),
    call: async ({ templateImpact }, { principal, id, body: { moveOver: over, ...change } }) =>
      ok(await templateImpact.preview(principal, id, change, over)),
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
