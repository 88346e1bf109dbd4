import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { integerOption, textOption } from "../options.ts";
import { addTenantCap } from "./cap.ts";
import { pathOf } from "./crud.ts";

/** `tenant …`: for the installation operator. */
export const addTenantCommands = (program: Command): void => {
  const group = program.command("tenant").description("tenants; as the installation operator");
  addApiCommand(group, {
    usage: "list",
    summary: "list them",
    operator: true,
    columns: ["id", "name", "createdAt"],
    run: ({ api }) => api.ask("GET", "/tenants"),
  });
  addApiCommand(group, {
    usage: "create <id>",
    summary: "make one",
    operator: true,
    options: [textOption("--name <name>", "friendly name")],
    run: async ({ api, args, body }) =>
      api.ask("POST", "/tenants", { body: { id: args[0], ...(await body()) } }),
  });
  addTenantCap(group);
  addApiCommand(group, {
    usage: "owner-token <id> <subject>",
    summary: "mint a token for an Owner of a tenant",
    operator: true,
    options: [integerOption("--lifetime-seconds <n>", "3600 unless given")],
    run: async (call) =>
      call.api.ask("POST", pathOf("/tenants", call, "/owner-token"), {
        body: { subject: call.args[1], ...(await call.body()) },
      }),
  });
};
