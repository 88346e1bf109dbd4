import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { textOption } from "../options.ts";

/** `challenge mint`. */
export const addChallengeCommands = (program: Command): void => {
  const group = program.command("challenge").description("one-time challenges");
  addApiCommand(group, {
    usage: "mint <deviceId> <templateId>",
    summary: "mint a one-time challenge; its secret is shown this once",
    options: [textOption("--endpoint-id <id>", "where it is good; found unless given")],
    run: async ({ api, args: [deviceId, templateId], body }) =>
      api.ask("POST", "/challenges", { body: { deviceId, templateId, ...(await body()) } }),
  });
};
