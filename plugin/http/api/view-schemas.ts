import { z } from "zod";
import { KEY_ALGORITHMS } from "../../domain/algorithm.ts";
import { AUTHORITY_KINDS } from "../../domain/authority.ts";
import { DEPLOYMENT_REASONS, DEPLOYMENT_STATES } from "../../domain/deployment.ts";
import { PLATFORMS } from "../../domain/device.ts";
import { RIGHTS } from "../../domain/principal.ts";
import { SAN_TYPES } from "../../domain/san.ts";
import { KEY_STORAGES, KEY_USAGES, SCEP_RENEWALS } from "../../domain/template.ts";

/*
 * What the API answers, for the OpenAPI document and its clients. Objects are open: a later version may add members, and a client must
 * pass over what it does not know. Members that have no value are left out.
 */

const text = z.string();
const maybe = text.optional();
const whole = z.int();
const yes = z.boolean();
/** ISO 8601, UTC. */
const time = z.iso.datetime();
const maybeTime = time.optional();
const hex = z.string().regex(/^[0-9a-f]+$/);

const named = <T extends z.ZodRawShape>(id: string, shape: T) => z.looseObject(shape).meta({ id });

export const tenantSchema = named("Tenant", { id: text, name: text, createdAt: time });
export const tokenSchema = named("Token", { token: text, expiresIn: whole });
export const principalSchema = named("Principal", {
  id: text,
  kind: z.enum(["user", "operator", "system"]),
  tenant: maybe,
  roles: z.array(text).optional(),
  rights: z.array(z.enum(RIGHTS)),
});

export const authoritySchema = named("Authority", {
  id: text,
  name: text,
  kind: z.enum(AUTHORITY_KINDS),
  status: z.enum(["active", "pending", "expired", "retired", "deleted"]),
  parentId: maybe,
  subject: text,
  keyAlgorithm: z.enum(KEY_ALGORITHMS),
  signingKey: text,
  keyStore: maybe,
  notBefore: maybeTime,
  notAfter: maybeTime,
  serial: maybe,
  fingerprintSha256: hex.optional(),
  fingerprintSha1: hex.optional(),
  subjectKeyId: hex,
  publicUrl: text,
  urls: z.looseObject({ crl: maybe, ocsp: maybe, caIssuers: text }),
  crlEnabled: yes,
  ocspEnabled: yes,
  single: yes,
  warnings: z.array(text),
  version: whole,
  createdAt: time,
});

export const raSchema = named("Ra", {
  id: text,
  authorityId: text,
  subject: text,
  origin: text,
  notBefore: maybeTime,
  notAfter: maybeTime,
  fingerprintSha256: hex.optional(),
  csrPem: maybe,
});

export const hierarchySchema = named("Hierarchy", {
  root: authoritySchema,
  issuing: authoritySchema,
  ra: raSchema,
});

export const templateSchema = named("Template", {
  id: text,
  name: text,
  version: whole,
  authorityId: text,
  subject: text,
  sans: z.array(z.looseObject({ type: z.enum(SAN_TYPES), pattern: text })),
  keyAlgorithms: z.array(z.enum(KEY_ALGORITHMS)),
  keyUsages: z.array(z.enum(KEY_USAGES)),
  extendedKeyUsages: z.array(text),
  allowedExtendedKeyUsages: z.array(text),
  validity: text,
  maxValidity: text,
  beyondAuthority: z.enum(["refuse", "shorten"]),
  backdate: text,
  challengeMode: z.enum(["static", "dynamic"]),
  challengeLifetime: text,
  keyStorage: z.enum(KEY_STORAGES),
  renewalWindow: text,
  scepRenewal: z.enum(SCEP_RENEWALS),
  renewalGrace: text,
  policies: z.array(z.looseObject({ oid: text, cps: maybe })),
  allowDuplicates: yes,
  createdAt: time,
  updatedAt: time,
});

export const endpointSchema = named("Endpoint", {
  id: text,
  name: text,
  authorityId: text,
  templateIds: z.array(text),
  policies: z.array(
    z.looseObject({
      kind: z.enum(["static", "dynamic"]),
      id: text,
      templateId: maybe,
      unknownDevice: maybe,
      secretSet: yes.optional(),
    }),
  ),
  raId: maybe,
  ra: raSchema.optional(),
  includeRoot: yes,
  legacy: yes,
  acceptMd5Csr: yes,
  limits: z.looseObject({}),
  approval: z.enum(["none", "manual"]),
  approvalLifetime: text,
  queries: yes,
  clientProfile: text,
  enabled: yes,
  url: maybe,
  warnings: z.array(text),
  version: whole,
  createdAt: time,
  updatedAt: time,
});

export const deviceSchema = named("Device", {
  id: text,
  hostId: text,
  hostDeviceId: text,
  platform: z.enum(PLATFORMS),
  status: z.enum(["enrolled", "unmanaged", "wiped", "unenrolled"]),
  attributes: z.record(z.string(), z.string()),
  createdAt: time,
  updatedAt: time,
});

export const deploymentSchema = named("Deployment", {
  id: text,
  deviceId: text,
  templateId: text,
  endpointId: maybe,
  state: z.enum(DEPLOYMENT_STATES),
  since: time,
  nextActionAt: maybeTime,
  certificateId: maybe,
  certificateEndsAt: maybeTime,
  seenAt: maybeTime,
  attempts: whole,
  deliveries: whole,
  reason: z.enum(DEPLOYMENT_REASONS).optional(),
  failure: maybe,
  createdAt: time,
  updatedAt: time,
});

export const challengeSchema = named("MintedChallenge", {
  id: text,
  secret: text,
  expiresAt: time,
  endpointId: text,
  scepUrl: maybe,
});

export const approvalSchema = named("Approval", {
  id: text,
  endpointId: text,
  templateId: text,
  deviceId: text,
  subject: text,
  transactionId: text,
  state: z.enum(["pending", "approved", "denied", "issued", "expired"]),
  createdAt: time,
  expiresAt: time,
  decidedBy: maybe,
  decidedAt: maybeTime,
  reason: maybe,
  certificateId: maybe,
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
});

export const ledgerRowSchema = named("LedgerRow", {
  id: text,
  event: text,
  principal: text,
  at: time,
  subjectId: maybe,
  data: z.looseObject({}),
  sequence: whole.optional(),
  hash: hex.optional(),
});

export const wipeSchema = named("WipeResult", {});

export const problemSchema = named("Problem", {
  type: text,
  title: text,
  status: whole,
  code: text,
  detail: maybe,
  nextStep: maybe,
  issues: z.array(z.looseObject({ path: text, message: text })).optional(),
  requestId: maybe,
});
