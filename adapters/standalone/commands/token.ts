import type { Command } from "commander";
import { ROLES } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { integerOption, listOption, pageOptions } from "../options.ts";
import { pathOf, queryOf } from "./crud.ts";

/** `token create`, `whoami`. */
export const addTokenCommands = (program: Command): void => {
  const group = program.command("token").description("bearer tokens of the admin API");
  addApiCommand(group, {
    usage: "create <subject>",
    summary: "mint a token for somebody in the caller's tenant; Owners only",
    options: [
      listOption("--roles <roles>", ROLES.join(", ")),
      integerOption("--lifetime-seconds <n>", "3600 unless given"),
    ],
    run: async ({ api, args, body }) =>
      api.ask("POST", "/tokens", { body: { subject: args[0], ...(await body()) } }),
  });
  addApiCommand(group, {
    usage: "list",
    summary: "list those that were minted in the caller's tenant; Owners only",
    columns: ["id", "subject", "roles", "mintedBy", "expiresAt", "revokedAt"],
    options: pageOptions(),
    run: ({ api, options }) => api.ask("GET", "/tokens", { query: queryOf(options) }),
  });
  addApiCommand(group, {
    usage: "revoke <id>",
    summary: "make one worthless before its end; Owners only",
    run: (call) => call.api.ask("POST", pathOf("/tokens", call, "/revoke")),
  });
  addApiCommand(program, {
    usage: "whoami",
    summary: "say who is asking, in which tenant, with which roles",
    run: ({ api }) => api.ask("GET", "/whoami"),
  });
};
