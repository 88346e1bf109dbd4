import { z } from "zod";

/* What the routes of the overview answer; see answer-members.ts. */

const text = z.string();
const whole = z.int().min(0);

export const overviewSchema = z
  .looseObject({
    at: z.iso.datetime(),
    countedTo: whole.describe('A count that is one more stands for "more than".'),
    devices: whole,
    live: whole,
    ended: whole,
    revoked: whole,
    failed: whole,
    locked: whole,
    waiting: whole,
    days: z.array(z.looseObject({ day: z.iso.date(), ends: whole })),
    ready: z.boolean(),
    checks: z.array(z.looseObject({ name: text, ok: z.boolean() })),
  })
  .meta({ id: "Overview" });

export const endpointTestSchema = z
  .looseObject({
    ok: z.boolean(),
    steps: z.array(
      z.looseObject({
        step: text,
        ok: z.boolean(),
        milliseconds: whole,
        detail: text,
        code: text.optional(),
        nextStep: text.optional(),
      }),
    ),
  })
  .meta({ id: "EndpointTest" });

export const aboutSchema = z
  .looseObject({
    organization: text,
    publicUrl: text.optional(),
    scepUrl: text.optional(),
    keyStores: z.array(text),
    hosts: z.array(text),
    crlIntervalSeconds: whole,
    crlLifetimeSeconds: whole,
    retryGraceSeconds: whole,
    rotation: z.looseObject({
      raDaysBefore: whole,
      announceDays: whole,
      overlapDays: whole,
      checkSeconds: whole,
      destroyRetiredRaKeys: z.boolean(),
    }),
  })
  .meta({ id: "About" });

export const capSchema = z
  .looseObject({
    active: whole.describe(
      "Active ones; more than countedTo are counted only up to a cap, and anew every five minutes.",
    ),
    cap: whole.optional().describe("How many there may be; absent without a cap."),
  })
  .meta({ id: "Cap" });

export const authorityCapSchema = capSchema.extend({ version: whole }).meta({ id: "AuthorityCap" });

export const tenantCapsSchema = z
  .looseObject({
    version: whole,
    countedTo: whole.describe("Without a cap, counting stops at one more."),
    certificates: capSchema,
    authorities: capSchema,
    byAuthority: z.array(z.looseObject({ id: text, active: whole, cap: whole })),
  })
  .meta({ id: "TenantCaps" });
