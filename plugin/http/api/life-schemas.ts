import { z } from "zod";

/* What the routes of renewals and inventories answer; see answer-members.ts. */

const text = z.string();
const whole = z.int().min(0);
const time = z.iso.datetime();

const plannedDay = z
  .looseObject({ day: z.iso.date(), planned: whole, late: whole, peakHour: whole })
  .meta({ id: "PlannedDay" });

const renewalRules = z.looseObject({
  perHour: z.union([whole, z.literal("off")]),
  perDay: z.union([whole, z.literal("off")]),
  quietHours: z.looseObject({ from: text, to: text, timeZone: text }).optional(),
});

export const renewalPlanSchema = z
  .looseObject({
    from: time,
    until: time,
    backlog: whole,
    whole: z.boolean().describe("False when there was more than a preview takes in."),
    days: z.array(plannedDay),
    authorities: z.array(
      z.looseObject({
        authorityId: text,
        rules: renewalRules,
        planned: whole,
        late: whole,
        peakHour: whole,
        days: z.array(plannedDay),
      }),
    ),
    warnings: z.array(text),
  })
  .meta({ id: "RenewalPlan" });

export const rulesSchema = z
  .looseObject({
    authorityId: text,
    rules: renewalRules,
    version: whole,
    updatedAt: time.optional(),
    warnings: z.array(text).optional(),
  })
  .meta({ id: "RenewalRules" });

export const timelineSchema = z
  .looseObject({
    deployments: z.array(
      z.looseObject({
        id: text,
        templateId: text,
        state: text,
        since: time,
        nextActionAt: time.optional(),
        reason: text.optional(),
        failure: text.optional(),
        attempts: whole,
        nextStep: text,
      }),
    ),
    entries: z.array(
      z.looseObject({
        at: time,
        source: text,
        event: text,
        summary: text,
        code: text.optional(),
        nextStep: text.optional(),
        templateId: text.optional(),
        deploymentId: text.optional(),
        certificateId: text.optional(),
        serial: text.optional(),
        commandId: text.optional(),
        transactionId: text.optional(),
        principal: text.optional(),
      }),
    ),
    more: z.boolean(),
  })
  .meta({ id: "Timeline" });
