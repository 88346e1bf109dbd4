import type { Command } from "commander";
import { LEDGER_EVENTS } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, pageOptions, textOption } from "../options.ts";
import { queryOf } from "./crud.ts";
import { addLedgerExportCommand } from "./ledger-export.ts";
import { addLedgerVerifyCommand } from "./ledger-verify.ts";

/** `ledger list`, `ledger export`, `ledger verify`. */
export const addLedgerCommands = (program: Command): void => {
  const group = program.command("ledger").description("what happened");
  addApiCommand(group, {
    usage: "list",
    summary: "list it, newest first",
    columns: ["at", "event", "principal", "subjectId", "data"],
    options: [
      choiceOption("--event <event>", "of this kind", LEDGER_EVENTS),
      textOption("--subject <id>", "about this object"),
      ...pageOptions(),
    ],
    run: ({ api, options }) => api.ask("GET", "/ledger", { query: queryOf(options) }),
  });
  addLedgerExportCommand(group);
  addLedgerVerifyCommand(group);
};
