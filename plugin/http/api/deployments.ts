import { z } from "zod";
import { type Deployment, DEPLOYMENT_STATES } from "../../domain/deployment.ts";
import { nextStepOf } from "../../domain/deployment-states.ts";
import type { Page } from "../../ports/paging.ts";
import { created, file, none, ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { flag, page, reference } from "./schemas.ts";

/** With what an admin may do about it. */
const shown = (deployment: Deployment) => ({ ...deployment, nextStep: nextStepOf(deployment) });
const shownPage = ({ items, cursor }: Page<Deployment>) =>
  paged({ items: items.map(shown), cursor });

export const deploymentRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/deployments",
    summary: "Lists deployments: one template on one device.",
    query: z.strictObject({
      ...page,
      device: reference.optional(),
      template: reference.optional(),
      state: z.enum(DEPLOYMENT_STATES).optional(),
    }),
    call: async ({ deployments }, { principal, query }) =>
      shownPage(
        await deployments.list(
          principal,
          { deviceId: query.device, templateId: query.template, state: query.state },
          query,
        ),
      ),
  }),
  route({
    method: "POST",
    path: "/deployments",
    summary: "Publishes a template to a device.",
    body: z.strictObject({
      deviceId: reference,
      templateId: reference,
      endpointId: reference.exactOptional(),
    }),
    call: async ({ deployments }, { principal, body }) =>
      created(shown(await deployments.publish(principal, body))),
  }),
  route({
    method: "GET",
    path: "/deployments/:id",
    summary: "Shows one deployment.",
    call: async ({ deployments }, call) =>
      ok(shown(await deployments.get(call.principal, call.id))),
  }),
  route({
    method: "POST",
    path: "/deployments/:id/renew",
    summary: "Asks the device for a new certificate now; nothing happens while one is under way.",
    call: async ({ deployments }, call) =>
      ok(shown(await deployments.requestRenewal(call.principal, call.id, "by hand"))),
  }),
  route({
    method: "POST",
    path: "/deployments/:id/unlock",
    summary: "Lifts the lock after too many failed attempts; the profile is sent again.",
    call: async ({ deployments }, call) =>
      ok(shown(await deployments.unlock(call.principal, call.id))),
  }),
  route({
    method: "DELETE",
    path: "/deployments/:id",
    summary: "Takes the profile off the device.",
    call: async ({ deployments }, call) => {
      await deployments.remove(call.principal, call.id);
      return none();
    },
  }),
  route({
    method: "POST",
    path: "/deployments/:id/profile",
    summary:
      "Renders the profile now and answers its bytes; a dynamic challenge is minted for it, or with the template's `delivery` `pkcs12` a key is made, handed over this once. `?signed=true` signs it.",
    query: z.strictObject({ signed: flag.default(false) }),
    call: async ({ deployments }, call) => {
      const profile = await deployments.profile(call.principal, call.id, {
        sign: call.query.signed,
      });
      return file(profile.contentType, profile.fileName, profile.body);
    },
  }),
];
