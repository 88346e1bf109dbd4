import { z } from "zod";
import {
  CERTIFICATE_ROLES,
  REVOCATION_REASONS,
  type RevocationReason,
} from "../../domain/certificate.ts";
import { isOid } from "../../domain/oid.ts";
import { fromPem, toPem } from "../../domain/pem.ts";
import { SAN_TYPES } from "../../domain/san.ts";
import { CountersignError } from "../../errors.ts";
import { issuesOf, listOf } from "../../issues.ts";
import { csvHead, csvLine } from "../../services/certificates/certificate-export.ts";
import {
  STATUS_ACTIONS,
  type StatusAction,
  type StatusRow,
} from "../../services/revocation/certificate-statuses.ts";
import { PKCS12_ENCODINGS } from "../../domain/pkcs12-encoding.ts";
import { created, file, ok, paged, stream } from "./answer.ts";
import { toJson } from "./json.ts";
import { route, type Route } from "./route.ts";
import {
  deviceKeyAlgorithm,
  displayName,
  flag,
  instant,
  page,
  reference,
  serialNumber,
} from "./schemas.ts";

/** Characters that are sent at a time. */
const CHUNK = 64 * 1024;
const REASONS = Object.keys(REVOCATION_REASONS) as RevocationReason[];

const chosen = {
  status: z.enum(["reserved", "issued", "revoked", "suspended", "failed"]).optional(),
  role: z.enum(CERTIFICATE_ROLES).optional(),
  authority: reference.optional(),
  template: reference.optional(),
  device: reference.optional(),
  endpoint: reference.optional(),
  serial: serialNumber.optional(),
  expiresBefore: instant.optional(),
  expiresAfter: instant.optional(),
  expiring: z.enum(["7d", "30d", "expired"]).optional().describe("The fixed filters."),
  internal: flag.optional().describe("Only the installation's own, or none of them."),
  q: z.string().min(1).max(200).optional().describe("Beginnings of words; all must be there."),
};
const filter = z.strictObject({ ...page, ...chosen });
const exported = z.strictObject({ ...chosen, format: z.enum(["csv", "json"]).default("csv") });

const asked = (query: Omit<z.output<typeof exported>, "format">) => {
  const { authority, template, device, endpoint, ...rest } = query;
  return {
    ...rest,
    ...{ authorityId: authority, templateId: template },
    ...{ deviceId: device, endpointId: endpoint },
  };
};

const csrText = z
  .string()
  .max(64 * 1024)
  .transform((text, context) => {
    const der = fromPem(text);
    if (der !== undefined) return der;
    context.addIssue({ code: "custom", message: "must be one PKCS#10 request, PEM or base64 DER" });
    return z.NEVER;
  });

const sans = z
  .array(z.strictObject({ type: z.enum(SAN_TYPES), value: z.string().min(1).max(2048) }))
  .max(100);

const extensions = z
  .array(
    z.strictObject({
      oid: z.string().refine(isOid, "must be an object identifier such as 1.3.6.1.4.1.311.21.10"),
      value: z
        .base64()
        .min(4)
        .max(16 * 1024)
        .describe("DER of what stands inside the OCTET STRING, in base64.")
        .transform((text) => new Uint8Array(Buffer.from(text, "base64"))),
    }),
  )
  .max(32)
  .describe(
    "In the place of all that the request asks for, never critical; only what the profile allows.",
  );

const issuing = {
  authorityId: reference,
  profileId: reference,
  sans: sans.exactOptional(),
  validity: z
    .string()
    .min(2)
    .max(40)
    .exactOptional()
    .describe("ISO 8601, `P90D`; the profile's unless given."),
  extensions: extensions.exactOptional(),
};

const publishNow = z.boolean().default(false);
const comment = z.string().min(1).max(1000).exactOptional().describe("Goes into the ledger.");
const revocation = {
  reason: z.enum(REASONS).default("unspecified"),
  invalidityDate: instant.exactOptional(),
  comment,
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
      "Lists certificates, newest first; filters may be combined, `serial` in any spelling of hex; status `revoked` includes those that are `suspended`.",
    query: filter,
    call: async ({ certificates }, { principal, query: { limit, cursor, ...query } }) =>
      paged(await certificates.search(principal, asked(query), { limit, cursor })),
  }),
  route({
    method: "POST",
    path: "/certificates",
    summary:
      "Issues from a PKCS#10 request; subject and names are the request's unless given. `dryRun: true` shows the exact certificate instead.",
    body: z.strictObject({
      ...issuing,
      csr: csrText,
      subject: z.string().min(1).max(4096).exactOptional(),
      dryRun: z.boolean().default(false),
    }),
    call: async ({ manualIssuance }, { principal, body: { dryRun, ...input } }) => {
      const issued = await manualIssuance.fromCsr(principal, input, dryRun);
      return dryRun ? ok(issued) : created(issued);
    },
  }),
  route({
    method: "POST",
    path: "/certificates/request",
    summary:
      "Shows what a PKCS#10 request asks for, once its proof of possession is checked; nothing is issued and nothing is kept.",
    body: z.strictObject({ csr: csrText }),
    call: ({ certificateRequests }, { principal, body }) =>
      Promise.resolve(ok(certificateRequests.read(principal, body.csr))),
  }),
  route({
    method: "POST",
    path: "/certificates/pkcs12",
    summary:
      "Makes a key, certifies it and hands both over as PKCS#12 with the whole chain, this once; the key is not kept. `dryRun: true` shows the certificate instead, with a key that is thrown away.",
    body: z.strictObject({
      ...issuing,
      subject: z.string().min(1).max(4096),
      password: z.string().min(1).max(200).exactOptional().describe("Needed but for a dry run."),
      encoding: z.enum(PKCS12_ENCODINGS).default("strong"),
      keyAlgorithm: deviceKeyAlgorithm.default("rsa-2048"),
      friendlyName: displayName.exactOptional(),
      dryRun: z.boolean().default(false),
    }),
    call: async ({ manualIssuance }, { principal, body: { dryRun, ...input } }) => {
      const { file: octets, ...issued } = await manualIssuance.pkcs12(principal, input, dryRun);
      return octets === undefined
        ? ok(issued)
        : created({ ...issued, pkcs12: Buffer.from(octets).toString("base64") });
    },
  }),
  route({
    method: "GET",
    path: "/certificates/export",
    summary:
      "Downloads a filtered list, all of it: CSV that no spreadsheet takes for formulas, or a line of JSON each with `?format=json`.",
    query: exported,
    call: ({ certificates, certificateExport }, { principal, query: { format, ...query } }) => {
      const wanted = certificates.filterOf(asked(query));
      return Promise.resolve(
        format === "csv"
          ? stream("text/csv; charset=utf-8", "certificates.csv", async (write) => {
              let text = csvHead();
              await certificateExport.each(principal, wanted, async (certificate) => {
                text += csvLine(certificate);
                if (text.length < CHUNK) return;
                await write(text);
                text = "";
              });
              await write(text);
            })
          : stream("application/x-ndjson", "certificates.ndjson", async (write) => {
              await certificateExport.each(principal, wanted, (certificate) =>
                write(`${toJson(certificate)}\n`),
              );
            }),
      );
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
    path: "/certificates/:id/details",
    summary: "Shows all that a certificate says.",
    call: async ({ certificates }, call) => ok(await certificates.details(call.principal, call.id)),
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
    body: z.strictObject({ until: instant.exactOptional(), comment, publishNow }).prefault({}),
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
    body: z.strictObject({ comment, publishNow }).prefault({}),
    call: async ({ certificateStatuses }, { principal, id, body }) => {
      const { publishNow: now, ...change } = body;
      return ok(
        await certificateStatuses.change(principal, id, { action: "unsuspend", ...change }, now),
      );
    },
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
      const { rows: items, unpublished } = await certificateStatuses.bulk(
        principal,
        rows,
        body.publishNow,
      );
      const done = items.filter((item) => item.done).length;
      return ok({ items, done, refused: items.length - done, unpublished });
    },
  }),
];
