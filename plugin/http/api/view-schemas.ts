import { z } from "zod";
import { KEY_ALGORITHMS } from "../../domain/algorithm.ts";
import { AUTHORITY_KINDS } from "../../domain/authority.ts";
import { ROLL_OVER_STATES } from "../../domain/key-roll-over.ts";
import { DEPLOYMENT_REASONS, DEPLOYMENT_STATES } from "../../domain/deployment.ts";
import { PLATFORMS } from "../../domain/device.ts";
import { OUTSIDE_SERVER_TYPES } from "../../domain/outside-authority.ts";
import { RIGHTS } from "../../domain/principal.ts";
import { SAN_TYPES } from "../../domain/san.ts";
import { CONTAINER_ENCODINGS } from "../../domain/pkcs12-encoding.ts";
import { DELIVERIES, KEY_STORAGES, KEY_USAGES, SCEP_RENEWALS } from "../../domain/template.ts";

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
export const tokenSchema = named("Token", { id: text, token: text, expiresIn: whole });
export const tokenRecordSchema = named("TokenRecord", {
  id: text,
  subject: text,
  roles: z.array(text),
  mintedBy: text,
  createdAt: time,
  expiresAt: time,
  revokedAt: maybeTime,
  revokedBy: maybe,
});
export const principalSchema = named("Principal", {
  id: text,
  kind: z.enum(["user", "operator", "system"]),
  tenant: maybe,
  roles: z.array(text).optional(),
  rights: z.array(z.enum(RIGHTS)),
  approveOwn: yes.optional(),
});

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
  certificates: z.array(
    z.looseObject({
      serial: hex,
      notBefore: time,
      notAfter: time,
      fingerprintSha256: hex,
      url: text,
    }),
  ),
  renewing: yes,
  crlEnabled: yes,
  ocspEnabled: yes,
  profiles: z.array(text).optional(),
  single: yes,
  outside: z
    .looseObject({ serverType: z.enum(OUTSIDE_SERVER_TYPES), url: text, codeSet: yes })
    .optional(),
  warnings: z.array(text),
  details: certificateDetailsSchema.optional(),
  scepUrls: z.array(text).optional(),
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
  replaces: maybe,
  retiredAt: maybeTime,
  csrPem: maybe,
});

export const usageSchema = named("Usage", { devices: whole, endpoints: z.array(text) });
export const rollOverSchema = named("RollOver", {
  id: text,
  authorityId: text,
  successorId: text,
  state: z.enum(ROLL_OVER_STATES),
  startsAt: time,
  retiresAt: time,
  deadline: maybeTime,
  overdue: yes,
  devices: z.looseObject({ old: whole, new: whole }),
  version: whole,
  createdAt: time,
  updatedAt: time,
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
  delivery: z.enum(DELIVERIES),
  pkcs12Encoding: z.enum(CONTAINER_ENCODINGS),
  challengeMode: z.enum(["static", "dynamic"]),
  challengeLifetime: text,
  keyStorage: z.enum(KEY_STORAGES),
  renewalWindow: text,
  scepRenewal: z.enum(SCEP_RENEWALS),
  renewalGrace: text,
  policies: z.array(z.looseObject({ oid: text, cps: maybe })),
  allowDuplicates: yes,
  profileId: maybe,
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
  next: z.looseObject({ authorityId: text, raId: maybe, from: time, until: time }).optional(),
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
  status: z.enum([
    "enrolled",
    "unmanaged",
    "lost",
    "compromised",
    "wiped",
    "unenrolled",
    "deactivated",
    "decommissioned",
  ]),
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
  requestedBy: maybe,
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

export const bulkAnswerSchema = named("BulkAnswer", {
  items: z.array(
    z.looseObject({
      row: whole.describe("From 0, as the rows were given."),
      id: maybe,
      serial: maybe,
      done: yes,
      code: maybe,
      detail: maybe,
    }),
  ),
  done: whole,
  refused: whole,
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

export const issuedSchema = named("Issued", {
  certificate: certificateSchema.optional(),
  details: certificateDetailsSchema,
  pem: maybe,
  pkcs12: maybe,
  fileName: maybe,
});

export const removalSchema = named("RemovalImpact", {
  authorities: z.array(text),
  endpoints: z.array(text),
  templates: z.array(text),
  certificates: whole,
  liveDeployments: whole,
  more: yes,
  warning: text,
});

export const personSchema = named("Person", {
  id: text,
  email: maybe,
  firstName: maybe,
  lastName: maybe,
  roles: z.array(text),
  approveOwn: yes,
  active: yes,
  version: whole,
  createdAt: time,
  updatedAt: time,
});
export const roleSchema = named("Role", { role: text, members: z.array(text) });

export const credentialSchema = named("Credential", {
  id: text,
  name: text,
  roles: z.array(text),
  authorityIds: z.array(text),
  keys: z.array(z.looseObject({ id: hex, notAfter: time, createdAt: time })),
  active: yes,
  lastUsedAt: maybeTime,
  createdBy: text,
  version: whole,
  createdAt: time,
  updatedAt: time,
});
export const handedOverSchema = named("HandedOverCredential", {
  credential: credentialSchema,
  pkcs12: text,
  password: text,
  fileName: text,
});

export const endEntitySchema = named("EndEntity", {
  id: text,
  identifier: text,
  hostId: text,
  activation: z.enum(["active", "deactivated", "decommissioned", "ended"]),
  expiresAt: maybeTime,
});
export const eventSchema = named("Event", {
  id: hex,
  at: time,
  type: text,
  status: z.enum(["done", "failed", "pending"]),
  endEntity: maybe,
  endpoint: maybe,
  subject: maybe,
  error: maybe,
  event: text,
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
