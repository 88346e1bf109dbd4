import { z } from "zod";
import { planChart } from "../../domain/plan-chart.ts";
import { file, listed, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName, reference } from "./schemas.ts";

const cap = z.union([z.int().min(1).max(10_000_000), z.literal("off")]);
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 22:00");
const planQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(366).default(90),
  authority: reference.optional(),
  template: reference.optional(),
});

export const renewalRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/renewals/plan",
    summary: "Shows the renewals of the days ahead by the plan that the sweep follows.",
    query: planQuery,
    call: async ({ renewalPlans }, { principal, query: { days, authority, template } }) =>
      ok(
        await renewalPlans.plan(principal, { days, authorityId: authority, templateId: template }),
      ),
  }),
  route({
    method: "GET",
    path: "/renewals/plan/chart",
    summary: "Draws the same as a picture, SVG.",
    query: planQuery,
    call: async ({ renewalPlans }, { principal, query: { days, authority, template } }) => {
      const plan = await renewalPlans.plan(principal, {
        days,
        authorityId: authority,
        templateId: template,
      });
      return file("image/svg+xml", "renewal-plan.svg", Buffer.from(planChart(plan.days)));
    },
  }),
  route({
    method: "GET",
    path: "/renewals/rules",
    summary: "Lists the caps and quiet hours of every issuing authority.",
    call: async ({ renewalPlans }, { principal }) => listed(await renewalPlans.rules(principal)),
  }),
  route({
    method: "GET",
    path: "/renewals/rules/:id",
    summary: "Shows the caps and quiet hours of one authority.",
    call: async ({ renewalPlans }, call) =>
      ok(await renewalPlans.rulesFor(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/renewals/rules/:id",
    summary:
      "Changes the caps or quiet hours of an authority; warns when certificates would end before the caps let them be renewed. `quietHours: null` takes them away.",
    body: z.strictObject({
      perHour: cap.exactOptional(),
      perDay: cap.exactOptional(),
      quietHours: z
        .strictObject({
          from: timeOfDay,
          to: timeOfDay,
          timeZone: z.string().min(1).max(60).default("UTC"),
        })
        .nullable()
        .exactOptional(),
    }),
    call: async ({ renewalPlans }, call) =>
      ok(await renewalPlans.changeRules(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "POST",
    path: "/renewals/now",
    summary:
      "Renews the certificates of one device now, before all others and also in quiet hours; the caps hold.",
    body: z.strictObject({ deviceId: reference, templateId: reference.exactOptional() }),
    call: async ({ deviceRenewals }, { principal, body }) =>
      listed(await deviceRenewals.renewNow(principal, body)),
  }),
  route({
    method: "GET",
    path: "/renewals/groups",
    summary: "Lists the canary groups, newest first, 100 at most.",
    call: async ({ renewalGroups }, { principal }) => listed(await renewalGroups.list(principal)),
  }),
  route({
    method: "POST",
    path: "/renewals/groups",
    summary:
      "Renews a canary group now, wave by wave; stops by itself when the share of failures passes `stopAbove`.",
    body: z.strictObject({
      name: displayName.exactOptional(),
      templateId: reference,
      deviceIds: z.array(reference).min(1).max(10_000).exactOptional(),
      count: z.int().min(1).max(10_000).exactOptional(),
      stopAbove: z.number().min(0).max(1).exactOptional(),
      judgeFrom: z.int().min(1).max(10_000).exactOptional(),
      wave: z.int().min(1).max(1000).exactOptional(),
      patience: z.string().min(2).max(40).exactOptional(),
    }),
    call: async ({ renewalGroups }, { principal, body }) =>
      ok(await renewalGroups.start(principal, body)),
  }),
  route({
    method: "GET",
    path: "/renewals/groups/:id",
    summary: "Shows how a canary group stands.",
    call: async ({ renewalGroups }, call) => ok(await renewalGroups.get(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/renewals/groups/:id/stop",
    summary: "Stops a canary group; who was not started yet keeps the certificate it has.",
    call: async ({ renewalGroups }, call) => ok(await renewalGroups.stop(call.principal, call.id)),
  }),
];
