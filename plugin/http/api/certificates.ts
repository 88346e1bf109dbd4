import { z } from "zod";
import { REVOCATION_REASONS, type RevocationReason } from "../../domain/certificate.ts";
import { file, ok, paged } from "./answer.ts";
import { toPem } from "../../domain/pem.ts";
import { route, type Route } from "./route.ts";
import { instant, page, reference, serialNumber } from "./schemas.ts";

const REASONS = Object.keys(REVOCATION_REASONS) as RevocationReason[];

const filter = z.strictObject({
  ...page,
  status: z.enum(["reserved", "issued", "revoked", "failed"]).optional(),
  role: z.enum(["subscriber", "authority", "ra", "ocsp", "profile-signing"]).optional(),
  authority: reference.optional(),
  template: reference.optional(),
  device: reference.optional(),
  serial: serialNumber.optional(),
  expiresBefore: instant.optional(),
  expiresAfter: instant.optional(),
});

export const certificateRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/certificates",
    summary:
      "Lists certificates, newest first; filters may be combined, `serial` in any spelling of hex.",
    query: filter,
    call: async ({ certificates }, { principal, query }) => {
      const { limit, cursor, authority, template, device, ...rest } = query;
      const asked = { ...rest, authorityId: authority, templateId: template, deviceId: device };
      return paged(await certificates.list(principal, asked, { limit, cursor }));
    },
  }),
  route({
    method: "GET",
    path: "/certificates/:id",
    summary: "Shows one certificate.",
    call: async ({ certificates }, call) => ok(await certificates.get(call.principal, call.id)),
  }),
  route({
    method: "GET",
    path: "/certificates/:id/pem",
    summary: "Downloads one certificate as PEM.",
    call: async ({ certificates }, call) => {
      const der = await certificates.der(call.principal, call.id);
      return file(
        "application/x-pem-file",
        `${call.id}.pem`,
        Buffer.from(toPem(der, "CERTIFICATE")),
      );
    },
  }),
  route({
    method: "GET",
    path: "/certificates/:id/der",
    summary: "Downloads one certificate as DER.",
    call: async ({ certificates }, call) =>
      file(
        "application/pkix-cert",
        `${call.id}.cer`,
        await certificates.der(call.principal, call.id),
      ),
  }),
  route({
    method: "POST",
    path: "/certificates/:id/revoke",
    summary: "Revokes a certificate; the CRL shows it at the next fetch.",
    body: z.strictObject({
      reason: z.enum(REASONS).default("unspecified"),
      invalidityDate: instant.exactOptional(),
    }),
    call: async ({ certificates }, call) =>
      ok(await certificates.revoke(call.principal, call.id, call.body)),
  }),
];
