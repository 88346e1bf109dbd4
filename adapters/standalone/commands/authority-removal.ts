import type { Command } from "commander";
import { CountersignError } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { flagOption, textOption, versionOption } from "../options.ts";
import { pathOf } from "./crud.ts";

interface Impact {
  readonly warning: string;
  readonly liveDeployments: number;
}

/** Without the typed identifier it says what would go, and does nothing. */
const remove = async (call: Invocation) => {
  const { confirm, force } = call.options;
  if (typeof confirm !== "string") {
    const { value } = await call.api.ask("GET", pathOf("/authorities", call, "/removal"));
    const { warning, liveDeployments } = value as Impact;
    const live = liveDeployments > 0 ? `, and --force for ${liveDeployments} live deployments` : "";
    throw new CountersignError(
      "invalid_input",
      `nothing was deleted. ${warning} If that is meant, add --confirm ${call.args[0] ?? ""}${live}`,
    );
  }
  return call.api.ask("DELETE", pathOf("/authorities", call), {
    query: { confirm, force: force === true ? "true" : undefined },
    ifVersion: call.ifVersion,
  });
};

/** `authority removal` and `delete`: for good, with all below it. */
export const addAuthorityRemoval = (group: Command): void => {
  addApiCommand(group, {
    usage: "removal <id>",
    summary: "say what deleting it would take with it",
    run: (call) => call.api.ask("GET", pathOf("/authorities", call, "/removal")),
  });
  addApiCommand(group, {
    usage: "delete <id>",
    summary: "delete it with all below it, for good; its CRL goes on",
    options: [
      textOption("--confirm <id>", "its identifier, typed once more"),
      flagOption("force", "also while live deployments depend on it"),
      versionOption(),
    ],
    run: remove,
  });
};
