import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, pageOptions } from "../options.ts";
import { pathOf, queryOf } from "./crud.ts";

/** `outbox …`: what is still to be done outside, and what was given up. */
export const addOutboxCommands = (program: Command): void => {
  const group = program.command("outbox").description("what is still to be done outside");
  addApiCommand(group, {
    usage: "list",
    summary: "list it; --state dead: what was given up",
    columns: ["id", "state", "effect", "attempts", "dueAt", "reason"],
    options: [
      choiceOption("--state <state>", "in this state", ["waiting", "dead"]),
      ...pageOptions(),
    ],
    run: ({ api, options }) => api.ask("GET", "/outbox", { query: queryOf(options) }),
  });
  addApiCommand(group, {
    usage: "resend <id>",
    summary: "send one entry again at once",
    run: (call) => call.api.ask("POST", pathOf("/outbox", call, "/resend")),
  });
  addApiCommand(group, {
    usage: "resend-dead",
    summary: "send everything again that was given up",
    run: ({ api }) => api.ask("POST", "/outbox/resend"),
  });
};
