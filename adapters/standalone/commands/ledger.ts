import type { Command } from "commander";
import { LEDGER_EVENTS } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, pageOptions, textOption } from "../options.ts";
import { queryOf } from "./crud.ts";
import { addLedgerExportCommand } from "./ledger-export.ts";
import { addLedgerForwardCommand } from "./ledger-forward.ts";
import { addLedgerVerifyCommand } from "./ledger-verify.ts";

/** `ledger list`, `ledger head`, `ledger export`, `ledger forward`, `ledger verify`. */
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
  addApiCommand(group, {
    usage: "head",
    summary: "the end of its hash chain, signed, and the key to check it with",
    run: ({ api }) => api.ask("GET", "/ledger/head"),
  });
  addLedgerExportCommand(group);
  addLedgerForwardCommand(group);
  addLedgerVerifyCommand(group);
};
