import { z } from "zod";
import { REVOCATION_REASONS, type RevocationReason } from "../../domain/certificate.ts";
import { CountersignError } from "../../errors.ts";
import { issuesOf, listOf } from "../../issues.ts";
import {
  STATUS_ACTIONS,
  type StatusAction,
  type StatusRow,
} from "../../services/certificate-status.ts";
import { file, ok, paged } from "./answer.ts";
import { toPem } from "./pem.ts";
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

const publishNow = z.boolean().default(false);
const revocation = {
  reason: z.enum(REASONS).default("unspecified"),
  invalidityDate: instant.exactOptional(),
};

const bulkRow = z.strictObject({
  id: reference.exactOptional(),
  serial: serialNumber.exactOptional(),
  authorityId: reference.exactOptional(),
  ...revocation,
  until: instant.exactOptional(),
});

/** A row as it is to be carried out, or what is wrong with it. */
const rowOf = (action: StatusAction, row: unknown): StatusRow | CountersignError => {
  const checked = bulkRow.safeParse(row);
  if (checked.success) return { action, ...checked.data };
  const issues = issuesOf(checked.error);
  return new CountersignError("invalid_input", listOf(issues), { issues });
};

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
        Buffer.from(toPem("CERTIFICATE", der)),
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
    summary:
      "Revokes a certificate; the CRL shows it at the next fetch, or is signed before the answer with `publishNow`.",
    body: z.strictObject({ ...revocation, publishNow }),
    call: async ({ certificateStatuses }, { principal, id, body }) => {
      const { publishNow: now, ...change } = body;
      return ok(
        await certificateStatuses.change(principal, id, { action: "revoke", ...change }, now),
      );
    },
  }),
  route({
    method: "POST",
    path: "/certificates/:id/suspend",
    summary: "Suspends a certificate; with `until` it lifts by itself.",
    body: z.strictObject({ until: instant.exactOptional(), publishNow }).prefault({}),
    call: async ({ certificateStatuses }, { principal, id, body }) => {
      const { publishNow: now, ...change } = body;
      return ok(
        await certificateStatuses.change(principal, id, { action: "suspend", ...change }, now),
      );
    },
  }),
  route({
    method: "POST",
    path: "/certificates/:id/unsuspend",
    summary: "Makes a suspended certificate good again, whatever it was suspended for.",
    body: z.strictObject({ publishNow }).prefault({}),
    call: async ({ certificateStatuses }, { principal, id, body }) =>
      ok(await certificateStatuses.change(principal, id, { action: "unsuspend" }, body.publishNow)),
  }),
  route({
    method: "POST",
    path: "/certificates/bulk",
    summary:
      "Revokes, suspends or unsuspends up to 1000 certificates, named by `id` or by `serial` (and `authorityId`); `items` says of each row what became of it, and a bad row keeps no other from it.",
    body: z.strictObject({
      action: z.enum(STATUS_ACTIONS),
      rows: z.array(z.unknown()).min(1).max(1000),
      publishNow,
    }),
    call: async ({ certificateStatuses }, { principal, body }) => {
      const rows = body.rows.map((row) => rowOf(body.action, row));
      const items = await certificateStatuses.bulk(principal, rows, body.publishNow);
      const done = items.filter((item) => item.done).length;
      return ok({ items, done, refused: items.length - done });
    },
  }),
];
