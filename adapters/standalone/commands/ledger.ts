import type { Command } from "commander";
import { LEDGER_EVENTS } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, pageOptions, textOption } from "../options.ts";
import { refusalsText } from "../refusals-text.ts";
import { queryOf } from "./crud.ts";
import { addLedgerExportCommand } from "./ledger-export.ts";
import { addLedgerForwardCommand } from "./ledger-forward.ts";
import { addLedgerVerifyCommand } from "./ledger-verify.ts";

/** `ledger list`, `ledger refused`, `ledger head`, `ledger export`, `ledger forward`, `ledger verify`. */
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
    usage: "refused [device]",
    summary:
      "which requests were refused, and why: by the device's name, subject, address, transaction or endpoint, and by time",
    options: [
      textOption("--at <instant>", "about when, 2027-01-31T09:00:00Z: an hour before and after"),
      textOption("--since <instant>", "without --at: how far back; 30 days unless given"),
      textOption("--cursor <cursor>", "where the answer before stopped"),
    ],
    text: refusalsText,
    run: ({ api, args: [device], options }) =>
      api.ask("GET", "/ledger/refusals", {
        query: { ...queryOf(options), ...(device === undefined ? {} : { device }) },
      }),
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
