import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { textOption } from "../options.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "hostId", "identifier", "activation", "expiresAt"];

/** `end-entity …`: who may enrol; the id is the device's. */
export const addEndEntityCommands = (program: Command): void => {
  const group = program
    .command("end-entity")
    .description("devices as end entities: who may enrol, and until when each is certified");
  addReading(group, "/end-entities", COLUMNS, [
    textOption("--endpoint <id>", "with a deployment or a certificate of it"),
  ]);
  const turn = (verb: string, summary: string): void =>
    addApiCommand(group, {
      usage: `${verb} <id>`,
      summary,
      run: (call) => call.api.ask("POST", pathOf("/end-entities", call, `/${verb}`)),
    });
  turn("deactivate", "issue, renew and mint nothing for it until it is activated");
  turn("activate", "take it up again");
  turn("decommission", "for good: revoke its certificates, burn its challenges; no way back");
};
