import { z } from "zod";
import { SAN_TYPES } from "../../domain/san.ts";
import { hex, maybe, maybeTime, named, text, time, whole, yes } from "./answer-members.ts";

/* What the API answers about certificates and their profiles; see answer-members.ts. */

export const certificateDetailsSchema = named("CertificateDetails", {
  status: text,
  profileId: maybe,
  subject: text,
  serial: hex,
  issuer: text,
  validFrom: time,
  expiry: time,
  publicKeyType: text,
  signatureAlgorithm: maybe,
  sans: z.array(z.looseObject({ type: z.enum(SAN_TYPES), value: text })),
  basicConstraints: z.enum(["CA", "EndEntity"]),
  keyUsages: z.array(text),
  extendedKeyUsages: z.array(text),
  aiaOcsp: z.array(text),
  aiaCaIssuers: z.array(text),
  authorityKeyIdentifier: maybe,
  subjectKeyIdentifier: maybe,
  crlDistributionPoints: z.array(text),
  certificatePolicies: z.array(z.looseObject({ oid: text, cps: maybe })),
  otherExtensions: z.array(text).describe("OIDs of extensions that nothing above is about."),
});

export const certificateSchema = named("Certificate", {
  id: text,
  authorityId: text,
  role: text,
  status: text,
  serial: hex,
  subject: text,
  sans: z.array(z.looseObject({ type: z.enum(SAN_TYPES), value: text })),
  notBefore: time,
  notAfter: time,
  fingerprintSha256: hex.optional(),
  templateId: maybe,
  templateVersion: whole.optional(),
  endpointId: maybe,
  deviceId: maybe,
  createdAt: time,
  issuedAt: maybeTime,
  revokedAt: maybeTime,
  revocationReason: maybe,
  invalidityDate: maybeTime,
  hold: z
    .looseObject({ causes: z.array(text), until: maybeTime })
    .optional()
    .describe("While it is suspended."),
});

export const requestContentsSchema = named("CertificateRequest", {
  subject: text,
  sans: z.array(z.looseObject({ type: z.enum(SAN_TYPES), value: text })),
  unsupportedSans: whole.describe("Names of kinds that are never issued, beside these."),
  publicKeyType: text,
  keyUsages: z.array(text),
  extendedKeyUsages: z.array(text),
  extensions: z.array(text).describe("OIDs of all that it asks for."),
});

export const issuedSchema = named("Issued", {
  certificate: certificateSchema.optional(),
  details: certificateDetailsSchema,
  pem: maybe,
  pkcs12: maybe,
  fileName: maybe,
});

export const bulkAnswerSchema = named("BulkAnswer", {
  items: z.array(
    z.looseObject({
      row: whole.describe("From 0, as the rows were given."),
      id: maybe,
      serial: maybe,
      authorityId: maybe,
      done: yes,
      code: maybe,
      detail: maybe,
    }),
  ),
  done: whole,
  refused: whole,
  unpublished: maybe.describe(
    "Why lists were not signed before the answer although that was asked for; they follow by themselves.",
  ),
});

export const certificateProfileSchema = named("CertificateProfile", {
  id: text,
  group: text,
  description: text,
  origin: z.enum(["system", "custom"]),
  ours: yes,
  note: text,
  pkcs12: yes,
  definition: z.looseObject({
    allowedCATypes: z.array(text),
    validity_period: text,
    usages: z.array(text),
    allowed_extensions: z.array(text),
    ignore_unknown_extensions: yes,
    ca_constraint: z.looseObject({ cA: yes }),
    backdate: text,
    truncate_to_ca_not_after: yes,
    fill_san_dns_with_cn: yes,
  }),
  version: whole,
  createdAt: time,
  updatedAt: time,
});
