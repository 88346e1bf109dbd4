import type { Command } from "commander";
import { CERTIFICATE_ROLES } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, outOption, textOption } from "../options.ts";
import { addIssueCommands } from "./certificate-issue.ts";
import { addStatusCommands } from "./certificate-status.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "status", "role", "authorityId", "serial", "notAfter", "subject"];

/** `certificate …`: all that was issued. */
export const addCertificateCommands = (program: Command): void => {
  const group = program.command("certificate").description("issued certificates");
  addReading(group, "/certificates", COLUMNS, [
    choiceOption("--status <status>", "in this state", [
      "reserved",
      "issued",
      "revoked",
      "suspended",
      "failed",
    ]),
    choiceOption("--role <role>", "for this purpose", CERTIFICATE_ROLES),
    textOption("--authority <id>", "issued by it"),
    textOption("--template <id>", "issued by it"),
    textOption("--device <id>", "issued for it"),
    textOption("--endpoint <id>", "asked for there"),
    textOption("--serial <hex>", "in any spelling of hex"),
    textOption("--expires-before <instant>", "2027-01-31T00:00:00Z"),
    textOption("--expires-after <instant>", "2027-01-31T00:00:00Z"),
  ]);
  addIssueCommands(group);
  addStatusCommands(group);
  addApiCommand(group, {
    usage: "download <id>",
    summary: "download one",
    options: [choiceOption("--format <format>", "pem unless given", ["pem", "der"]), outOption()],
    run: (call) =>
      call.api.bytes(
        "GET",
        pathOf("/certificates", call, call.options["format"] === "der" ? "/der" : "/pem"),
      ),
  });
};
