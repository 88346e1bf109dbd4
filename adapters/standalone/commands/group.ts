import type { Command } from "commander";
import { GROUP_KINDS } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import {
  choiceOption,
  flagOption,
  listOption,
  pageOptions,
  textOption,
  versionOption,
} from "../options.ts";
import { addReading, pathOf, queryOf } from "./crud.ts";

const COLUMNS = ["id", "name", "kind", "members", "hostCount", "syncedAt", "problem"];

/** `group …` and `host …`: the groups that MDM servers hand over. */
export const addGroupCommands = (program: Command): void => {
  const group = program.command("group").description("groups of MDM servers");
  addReading(group, "/groups", COLUMNS, [
    textOption("--host <id>", "of this MDM server"),
    textOption("--q <text>", "with this in the name"),
  ]);
  addApiCommand(group, {
    usage: "members <id>",
    summary: "who is in it, as the MDM server names them",
    options: pageOptions(),
    run: (call) =>
      call.api.ask("GET", pathOf("/groups", call, "/members"), { query: queryOf(call.options) }),
  });
  addApiCommand(group, {
    usage: "change <hostId> <groupId>",
    summary: "make a group known, add members or take them out",
    from: true,
    options: [
      textOption("--name <name>", "for people"),
      choiceOption("--group-kind <kind>", "device unless given", GROUP_KINDS),
      listOption("--added <members>", "the server's ids of devices, or users"),
      listOption("--removed <members>", "who has left"),
      flagOption("deleted", "the group is no more"),
    ],
    run: async ({ api, args: [hostId, groupId], body }) =>
      api.ask("POST", "/hooks/groupChanged", { body: { hostId, groupId, ...(await body()) } }),
  });
  addApiCommand(group, {
    usage: "refresh",
    summary: "read the groups of all MDM servers that hand them over now",
    run: ({ api }) => api.ask("POST", "/groups/refresh"),
  });
  const host = program.command("host").description("MDM servers");
  addApiCommand(host, {
    usage: "list",
    summary: "list them",
    columns: ["id", "listsGroups", "mixedGroups", "saidHere", "version"],
    run: ({ api }) => api.ask("GET", "/hosts"),
  });
  addApiCommand(host, {
    usage: "change <id>",
    summary: "say whether it mixes user and device groups across include and exclude",
    options: [
      choiceOption("--mixed-groups <what>", "default: as its adapter says", [
        "true",
        "false",
        "default",
      ]),
      versionOption(),
    ],
    run: (call) => {
      const said = call.options["mixedGroups"];
      return call.api.ask("PATCH", pathOf("/hosts", call), {
        body: { mixedGroups: said === "default" ? null : said === "true" },
        ifVersion: call.ifVersion,
      });
    },
  });
};
