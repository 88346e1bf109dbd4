import { z } from "zod";
import { EVERYBODY, LEAVING_RULES, STAGES } from "../../domain/distribution.ts";
import { GROUP_KINDS } from "../../domain/host-group.ts";
import { impactSchema } from "./operation-schemas.ts";

/* What the API answers about groups and distributions; open objects, as in answer-members.ts. */

const text = z.string();
const whole = z.int();
const time = z.iso.datetime();

const plan = z.looseObject({
  everybody: z.enum(EVERYBODY).optional(),
  includes: z.array(text),
  excludes: z.array(text),
  testDeviceId: text.optional(),
  stagedGroupId: text.optional(),
  over: text,
  leaving: z.enum(LEAVING_RULES),
  endpointId: text.optional(),
  change: z.record(text, z.unknown()),
});
const version = z.looseObject({ number: whole, plan, by: text, at: time });

export const distributionSchema = z
  .looseObject({
    id: text,
    version: whole,
    draft: version.optional(),
    trial: version.extend({ stage: z.enum(STAGES), stageAt: time }).optional(),
    serving: version.optional(),
    progress: z.looseObject({
      ...{ devices: whole, waiting: whole, sent: whole, failed: whole, installed: whole },
    }),
    next: z
      .looseObject({
        ...{ stage: z.enum(STAGES), ok: z.boolean(), why: text },
        ...{ devices: whole, installed: whole },
      })
      .optional(),
    walk: z
      .looseObject({ state: z.enum(["running", "held", "done"]), joined: whole, left: whole })
      .optional(),
  })
  .meta({ id: "Distribution" });

export const distributionPreviewSchema = z
  .looseObject({
    firstStage: z.enum(STAGES),
    ...{ devices: whole, fresh: whole, staged: whole, leaving: whole },
    days: z.array(
      z.looseObject({ day: z.iso.date(), planned: whole, late: whole, peakHour: whole }),
    ),
    warnings: z.array(text),
    impact: impactSchema.optional(),
    whole: z.boolean(),
  })
  .meta({ id: "DistributionPreview" });

export const hostGroupSchema = z
  .looseObject({
    ...{ id: text, hostId: text, groupId: text, name: text, kind: z.enum(GROUP_KINDS) },
    hostCount: whole.optional(),
    members: whole,
    syncedAt: time.optional(),
    problem: text.optional(),
    ...{ createdAt: time, updatedAt: time },
  })
  .meta({ id: "HostGroup" });

export const hostSchema = z
  .looseObject({
    ...{ id: text, listsGroups: z.boolean(), mixedGroups: z.boolean(), saidHere: z.boolean() },
    version: whole,
  })
  .meta({ id: "Host" });
