import type { Command } from "commander";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { choiceOption, pageOptions, textOption } from "../options.ts";
import { pathOf, queryOf } from "./crud.ts";

/** `approval …`: requests at endpoints with manual approval. */
export const addApprovalCommands = (program: Command): void => {
  const group = program.command("approval").description("requests that wait for approval");
  addApiCommand(group, {
    usage: "list",
    summary: "list them, newest first",
    columns: ["id", "state", "endpointId", "subject", "deviceId", "createdAt", "expiresAt"],
    options: [
      choiceOption("--state <state>", "in this state", ["pending", "approved", "denied", "issued"]),
      ...pageOptions(),
    ],
    run: ({ api, options }) => api.ask("GET", "/approvals", { query: queryOf(options) }),
  });
  addApiCommand(group, {
    usage: "approve <id>",
    summary: "let the device have its certificate when it asks next",
    run: (call: Invocation) => call.api.ask("POST", pathOf("/approvals", call, "/approve")),
  });
  addApiCommand(group, {
    usage: "deny <id>",
    summary: "refuse it",
    options: [textOption("--reason <text>", "what the device is told")],
    run: async (call: Invocation) =>
      call.api.ask("POST", pathOf("/approvals", call, "/deny"), { body: await call.body() }),
  });
};
