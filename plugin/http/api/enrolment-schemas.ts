import { z } from "zod";
import { KEY_ALGORITHMS } from "../../domain/algorithm.ts";
import { CLIENT_CERTIFICATES } from "../../domain/client-certificates.ts";
import { DEPLOYMENT_REASONS, DEPLOYMENT_STATES } from "../../domain/deployment.ts";
import { PLATFORMS } from "../../domain/device.ts";
import { SAN_TYPES } from "../../domain/san.ts";
import { CONTAINER_ENCODINGS } from "../../domain/pkcs12-encoding.ts";
import { DELIVERIES, KEY_STORAGES, KEY_USAGES, SCEP_RENEWALS } from "../../domain/template.ts";
import { maybe, maybeTime, named, text, time, whole, yes } from "./answer-members.ts";
import { raSchema } from "./authority-schemas.ts";

/* What the API answers about templates, endpoints, and devices that enrol at them; see answer-members.ts. */

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
  requiredDomain: maybe,
  createdAt: time,
  updatedAt: time,
});

export const endpointSchema = named("Endpoint", {
  id: text,
  name: text,
  description: text,
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
  clientCertificates: z
    .enum(CLIENT_CERTIFICATES)
    .describe("Whether TLS client certificates are asked for at its address."),
  enabled: yes,
  url: maybe,
  warnings: z.array(text),
  version: whole,
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
  hostStatus: z
    .enum(["enrolled", "unmanaged", "lost", "compromised", "wiped", "unenrolled"])
    .optional()
    .describe(
      "Of a deactivated one: what its host has reported since. It holds once it is activated.",
    ),
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

export const wipeSchema = named("WipeResult", {});

export const endEntitySchema = named("EndEntity", {
  id: text,
  identifier: text,
  hostId: text,
  activation: z.enum(["active", "deactivated", "decommissioned", "ended"]),
  expiresAt: maybeTime,
});
