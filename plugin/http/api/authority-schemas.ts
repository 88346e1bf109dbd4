import { z } from "zod";
import { KEY_ALGORITHMS } from "../../domain/algorithm.ts";
import { AUTHORITY_KINDS } from "../../domain/authority.ts";
import { ROLL_OVER_STATES } from "../../domain/key-roll-over.ts";
import { OUTSIDE_SERVER_TYPES } from "../../domain/outside-authority.ts";
import { hex, maybe, maybeTime, named, text, time, whole, yes } from "./answer-members.ts";
import { certificateDetailsSchema } from "./certificate-schemas.ts";
import { problemSchema } from "./record-schemas.ts";

/* What the API answers about authorities, their RAs and keys; see answer-members.ts. */

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
  endedAt: maybeTime.describe(
    "Since when a retired one signs no lists and answers no OCSP requests.",
  ),
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

export const hierarchySchema = named("Hierarchy", {
  root: authoritySchema,
  issuing: authoritySchema,
  ra: raSchema,
});

/** A step of something that takes a while, as it begins. */
export const progressStepSchema = named("ProgressStep", { step: whole, of: whole, message: text });

/** One line while a hierarchy is made; the last one holds the result or the problem. */
export const hierarchyLineSchema = z.union([
  progressStepSchema,
  z.looseObject({ result: hierarchySchema }),
  z.looseObject({ problem: problemSchema }),
]);

export const publicFindingSchema = named("PublicFinding", {
  check: text,
  url: text,
  level: z.enum(["ok", "warning", "fault"]),
  message: text,
  remedy: maybe,
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

export const removalSchema = named("RemovalImpact", {
  authorities: z.array(text),
  endpoints: z.array(text),
  templates: z.array(text),
  certificates: whole,
  liveDeployments: whole,
  more: yes,
  warning: text,
});
