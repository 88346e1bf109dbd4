import type { Command } from "commander";
import { CountersignError, ROLES } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { flagOption, listOption, textOption, versionOption } from "../options.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "email", "roles", "approveOwn", "active"];

const details = () => [
  listOption("--roles <roles>", ROLES.join(", ")),
  textOption("--email <address>", "where it is not the id; with change, '' takes it away"),
  textOption("--first-name <name>", "how they are called; with change, '' takes it away"),
  textOption("--last-name <name>", "how they are called; with change, '' takes it away"),
  flagOption("approve-own", "may approve what they asked for themselves"),
  flagOption("active", "an inactive person may do nothing, whatever a token says"),
];

/** An empty text takes away what is known. */
const cleared = (body: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, value === "" ? null : value]),
  );

/** `person …`: who may do what, besides the roles of their tokens. */
export const addPersonCommands = (program: Command): void => {
  const group = program
    .command("person")
    .description("people and their roles; as an Owner, as with role");
  addReading(group, "/people", COLUMNS);
  addApiCommand(group, {
    usage: "add <id>",
    summary: "add somebody by subject or e-mail address, also before the first login",
    options: details(),
    run: async ({ api, args, body }) =>
      api.ask("POST", "/people", { body: { id: args[0], roles: [], ...(await body()) } }),
  });
  addApiCommand(group, {
    usage: "change <id>",
    summary: "change roles (all of them anew) and details",
    options: [...details(), versionOption()],
    run: async (call) => {
      const body = cleared(await call.body());
      if (Object.keys(body).length === 0)
        throw new CountersignError("invalid_input", "nothing is to change: give an option");
      return call.api.ask("PATCH", pathOf("/people", call), { body, ifVersion: call.ifVersion });
    },
  });
  addApiCommand(group, {
    usage: "remove <id>",
    summary: "remove somebody; the last Owner stays",
    run: (call: Invocation) => call.api.ask("DELETE", pathOf("/people", call)),
  });
};
