import { z } from "zod";
import { ALERT_KINDS, type AlertKind } from "../../domain/alert-rule.ts";
import { CountersignError } from "../../errors.ts";
import { listed, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";

/** Throws `not_found`. */
const kindOf = (id: string): AlertKind => {
  const kind = ALERT_KINDS.find((each) => each === id);
  if (kind === undefined)
    throw new CountersignError(
      "not_found",
      `no alert rule ${id}; there are: ${ALERT_KINDS.join(", ")}`,
    );
  return kind;
};

const threshold = z.number().min(0).max(1_000_000).exactOptional();

export const alertRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/alerts",
    summary: "Lists the alerts that stand now.",
    call: async ({ alerts }, { principal }) => listed(await alerts.standing(principal)),
  }),
  route({
    method: "POST",
    path: "/alerts/check",
    summary: "Looks at everything that is watched now, and lists the alerts that stand.",
    call: async ({ alerts }, { principal }) => listed(await alerts.check(principal)),
  }),
  route({
    method: "GET",
    path: "/alert-rules",
    summary: "Lists the alert rules: thresholds and receivers, one rule for each kind of alert.",
    call: async ({ alerts }, { principal }) => listed(await alerts.rules(principal)),
  }),
  route({
    method: "GET",
    path: "/alert-rules/:id",
    summary: "Shows an alert rule.",
    call: async ({ alerts }, { principal, id }) => ok(await alerts.get(principal, kindOf(id))),
  }),
  route({
    method: "PATCH",
    path: "/alert-rules/:id",
    summary:
      "Changes an alert rule: fires at `raise`, is over beyond `clear`; `mail` and `webhook` are told once each time a state changes.",
    body: z.strictObject({
      enabled: z.boolean().exactOptional(),
      raise: threshold,
      clear: threshold,
      days: z.int().min(1).max(366).exactOptional(),
      mail: z.array(z.email()).max(20).exactOptional(),
      webhook: z
        .strictObject({ url: z.url().max(2000), secret: z.string().min(16).max(200) })
        .nullable()
        .exactOptional(),
    }),
    call: async ({ alerts }, { principal, id, body, version }) =>
      ok(await alerts.change(principal, kindOf(id), body, version)),
  }),
  route({
    method: "POST",
    path: "/alert-rules/:id/test",
    summary: "Sends a test message to every receiver of a rule, and says which have taken it.",
    call: async ({ alerts }, { principal, id }) => listed(await alerts.test(principal, kindOf(id))),
  }),
];
