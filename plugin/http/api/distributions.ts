import { z } from "zod";
import { EVERYBODY, LEAVING_RULES } from "../../domain/distribution.ts";
import { none, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { duration, reference } from "./schemas.ts";
import { templateChanges } from "./templates.ts";

const group = z.string().min(1).max(900).describe("Of `GET /groups`.");
const groups = z.array(group).max(50);

/** What is left out stays; `null` takes it away. */
const plan = z.strictObject({
  everybody: z.enum(EVERYBODY).nullable().exactOptional(),
  includes: groups.exactOptional(),
  excludes: groups.exactOptional(),
  testDeviceId: reference.nullable().exactOptional(),
  stagedGroupId: group.nullable().exactOptional(),
  over: duration.exactOptional(),
  leaving: z.enum(LEAVING_RULES).exactOptional(),
  endpointId: reference.nullable().exactOptional(),
  change: z
    .strictObject(templateChanges)
    .exactOptional()
    .describe("Fields of the template that this version changes."),
});
const expect = z
  .int()
  .min(0)
  .exactOptional()
  .describe("How many devices the preview has named; needed where everybody is reached.");

export const distributionRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/templates/:id/distribution",
    summary:
      "Shows whom a template is for: draft, version on trial, what serves, and how far it is.",
    call: async ({ distributions }, call) => ok(await distributions.get(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/templates/:id/distribution",
    summary:
      "Saves a draft and delivers nothing: groups included and excluded, test device, staged group, spread, and changes of the template. What is published serves on.",
    body: plan,
    call: async ({ distributions }, { principal, id, version, body }) =>
      ok(await distributions.save(principal, id, body, version)),
  }),
  route({
    method: "DELETE",
    path: "/templates/:id/distribution/draft",
    summary: "Throws the draft away.",
    call: async ({ distributions }, { principal, id, version }) => {
      await distributions.discard(principal, id, version);
      return none();
    },
  }),
  route({
    method: "POST",
    path: "/templates/:id/distribution/preview",
    summary:
      "Counts whom the draft, with these changes, would reach and plans the days; saves nothing. `trial`: the version on trial instead.",
    body: plan.extend({ trial: z.boolean().exactOptional() }).prefault({}),
    call: async ({ distributions }, { principal, id, body: { trial, ...change } }) =>
      ok(await distributions.preview(principal, id, change, trial)),
  }),
  route({
    method: "POST",
    path: "/templates/:id/distribution/publish",
    ifMatch: true,
    summary:
      "Publishes the draft to its first stage: the test device, else the staged group, else everybody.",
    body: z.strictObject({ expect }).prefault({}),
    call: async ({ distributions }, { principal, id, version, body }) =>
      ok(await distributions.publish(principal, id, body, version)),
  }),
  route({
    method: "POST",
    path: "/templates/:id/distribution/advance",
    ifMatch: true,
    summary:
      "Lets the version on trial go on to its next stage, once the stage before has installed; `force` with a reason before that.",
    body: z
      .strictObject({
        expect,
        force: z.boolean().exactOptional(),
        reason: z.string().min(1).max(1000).exactOptional(),
      })
      .prefault({}),
    call: async ({ distributions }, { principal, id, version, body }) =>
      ok(await distributions.advance(principal, id, body, version)),
  }),
  route({
    method: "POST",
    path: "/templates/:id/distribution/withdraw",
    ifMatch: true,
    summary: "Ends the trial: its devices go back to what serves.",
    call: async ({ distributions }, { principal, id, version }) =>
      ok(await distributions.withdraw(principal, id, version)),
  }),
  route({
    method: "POST",
    path: "/templates/:id/distribution/release",
    summary: "Lets devices leave after all, where so many would that it was held.",
    call: async ({ distributions }, call) =>
      ok(await distributions.release(call.principal, call.id)),
  }),
];
