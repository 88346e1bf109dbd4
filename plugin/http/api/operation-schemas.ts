import { z } from "zod";

/* What the routes of lists, inventories, alerts, the outbox, hooks and the ledger's chain answer; see answer-members.ts. */

const text = z.string();
const whole = z.int().min(0);
const time = z.iso.datetime();
const base64 = z.base64();

export const crlSchema = z
  .looseObject({
    authorityId: text,
    shard: whole,
    kind: z.enum(["complete", "delta"]),
    number: z.union([text, whole]),
    thisUpdate: time,
    nextUpdate: time,
    entries: whole,
    size: whole.describe("Octets."),
    sha256: text,
    url: text,
    behind: whole.describe("Revocations that it does not show yet."),
    warnings: z.array(text),
  })
  .meta({ id: "Crl" });

export const impactSchema = z
  .looseObject({
    templateId: text,
    version: whole,
    fields: z.array(text),
    deployments: whole,
    rekeyed: whole,
    failing: whole,
    failures: z.array(
      z.looseObject({ deviceId: text, hostDeviceId: text, code: text, detail: text }),
    ),
    days: z.array(z.looseObject({ day: z.iso.date(), planned: whole })),
    whole: z.boolean(),
    warnings: z
      .array(text)
      .describe("Of certificates that would end before the caps let them be renewed."),
  })
  .meta({ id: "TemplateImpact" });

const revocation = z.looseObject({
  deviceId: text,
  revoked: z.array(text),
  held: z.array(text),
  predated: z
    .array(text)
    .describe("Revoked before; not to be trusted since an earlier time than was known."),
  challengesBurned: whole,
});
const release = z.looseObject({ deviceId: text, released: z.array(text) });
export const revocationSchema = revocation.meta({ id: "DeviceRevocation" });
export const releaseSchema = release.meta({ id: "DeviceRelease" });
export const userRevocationSchema = z.looseObject({ devices: z.array(revocation) });
export const userReleaseSchema = z.looseObject({ devices: z.array(release) });

const inventoryItem = {
  key: text,
  serial: text,
  issuer: text.optional(),
  subject: text.optional(),
  notAfter: time.optional(),
  fingerprintSha256: text.optional(),
  verdict: text,
  certificateId: text.optional(),
  firstSeenAt: time,
  lastSeenAt: time,
};
export const inventorySchema = z
  .looseObject({
    deviceId: text,
    reportedAt: time.optional(),
    askedAt: time.optional(),
    items: z.array(z.looseObject(inventoryItem)),
  })
  .meta({ id: "Inventory" });
export const inventoryFindingSchema = z.looseObject({ deviceId: text, ...inventoryItem });
export const inventoryResultSchema = z
  .looseObject({
    deviceId: text,
    stale: z.boolean(),
    seen: whole,
    unreadable: whole,
    installed: z.array(text),
    missing: z.array(text),
  })
  .meta({ id: "InventoryResult" });
export const scanSchema = z.union([
  inventoryResultSchema,
  z.looseObject({ deviceId: text, asked: z.literal(true) }),
]);

export const commandSchema = z
  .looseObject({
    deploymentId: text,
    state: text,
    counted: z.boolean().describe("False for a command that is over."),
  })
  .meta({ id: "CommandResult" });

export const renewalGroupSchema = z
  .looseObject({
    id: text,
    name: text,
    state: z.enum(["running", "done", "stopped"]),
    stopAbove: z.number(),
    judgeFrom: whole,
    wave: whole,
    patience: text,
    reason: text.optional(),
    createdAt: time,
    updatedAt: time,
    counts: z.record(text, whole),
  })
  .meta({ id: "RenewalGroup" });

export const letterSchema = z
  .looseObject({
    id: text,
    effect: z.looseObject({ kind: text }),
    state: z.enum(["waiting", "dead"]),
    attempts: whole,
    createdAt: time.optional(),
    dueAt: time.optional(),
    deadAt: time.optional(),
    reason: text.optional(),
  })
  .meta({ id: "OutboxLetter" });

export const alertSchema = z
  .looseObject({ rule: text, subject: text, text, since: time })
  .meta({ id: "Alert" });
export const alertRuleSchema = z
  .looseObject({
    id: text,
    enabled: z.boolean(),
    raise: z.number(),
    clear: z.number(),
    days: z.number(),
    about: text,
    unit: text,
    mail: z.array(text),
    webhook: text.optional(),
    version: whole,
    updatedAt: time,
  })
  .meta({ id: "AlertRule" });
export const alertTestSchema = z.looseObject({
  to: text,
  done: z.boolean(),
  detail: text.optional(),
});

const chainEnd = { sequence: whole, hash: text };
const signedHead = { tenant: text, ...chainEnd, at: time, signature: base64 };
export const headSchema = z
  .looseObject({ ...signedHead, publicKey: base64, keyFingerprint: text })
  .meta({ id: "LedgerHead" });
export const chainSchema = z
  .looseObject({
    tenant: text,
    publicKey: base64,
    after: z.looseObject(chainEnd),
    items: z.array(
      z.looseObject({
        ...chainEnd,
        event: text,
        principal: text,
        at: time,
        subjectId: text.optional(),
        data: z.record(text, z.unknown()),
        certificate: base64.optional(),
      }),
    ),
    head: z.looseObject(signedHead).optional(),
  })
  .meta({ id: "LedgerChain" });

const hookAdapter = z.looseObject({
  id: text,
  hostId: text,
  enabled: z.boolean(),
  version: whole,
  previousUntil: time.optional(),
  lastUsedAt: time.optional().describe("To the minute; none: never."),
  createdAt: time,
  updatedAt: time,
});
export const hookAdapterSchema = hookAdapter.meta({ id: "HookAdapter" });
export const hookSecretSchema = z
  .looseObject({ adapter: hookAdapter, secret: text.describe("Shown this once.") })
  .meta({ id: "HookSecret" });
