import type { Command } from "commander";
import { CountersignError, INVENTORY_VERDICTS, PLATFORMS } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { choiceOption, flagOption, listOption, pageOptions, textOption } from "../options.ts";
import { certificateOf } from "../certificate-input.ts";
import { fields } from "../table.ts";
import { addReading, pathOf, queryOf } from "./crud.ts";
import { addEnrolCommand } from "./device-enrol.ts";

const COLUMNS = ["id", "hostId", "hostDeviceId", "platform", "status", "attributes"];
/** Devices that are added by hand belong to a host of this name. */
const HAND = "manual";

/** Attributes keep their commas, so each is given by an option of its own. */
const pairOption = () =>
  textOption(
    "--attribute <name=value>",
    "again for more: serialnumber, username, email …",
  ).argParser((text: string, earlier: unknown): readonly string[] => [
    ...(Array.isArray(earlier) ? (earlier as string[]) : []),
    text,
  ]);

/** `name=value` pairs as an object. Throws `invalid_input` for one without a name. */
const attributesOf = (pairs: unknown): Record<string, string> =>
  Object.fromEntries(
    (Array.isArray(pairs) ? (pairs as string[]) : []).map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1)
        throw new CountersignError(
          "invalid_input",
          `--attribute ${JSON.stringify(pair)}: write name=value`,
        );
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );

const add = async ({ api, args, options }: Invocation) => {
  const { hostId = HAND, platform = "other", attribute, group } = options;
  const body = {
    ...{ hostId, deviceId: args[0], platform, attributes: attributesOf(attribute) },
    ...(group === undefined ? {} : { groups: group }),
  };
  return api.ask("POST", "/devices", { body });
};

/** Its lines as a table; `--json` shows where the templates stand, too. */
const timeline = async (call: Invocation) => {
  const query = queryOf(call.options);
  const { text, value } = await call.api.ask("GET", pathOf("/devices", call, "/timeline"), {
    query,
  });
  return { text, value: { items: (value as { readonly entries: unknown }).entries } };
};

/** A second report may change nothing, which must be said. */
const compromisedText = (value: unknown): string => {
  const { revoked, predated, held } = value as Readonly<Record<string, readonly string[]>>;
  const changed = [revoked, predated, held].some((serials) => (serials ?? []).length > 0);
  return `${fields(value as object)}${changed ? "" : "no certificate changed: none of it was to be trusted at that time\n"}`;
};

const report = async (call: Invocation) =>
  call.api.ask("POST", pathOf("/devices", call, "/inventory"), {
    body: {
      certificates: await Promise.all(
        call.args.slice(1).map(async (path) => ({ certificate: await certificateOf(path) })),
      ),
      ...(await call.body()),
    },
  });

/** `device …`: what certificates are for, and a simulated one. */
export const addDeviceCommands = (program: Command): void => {
  const group = program.command("device").description("devices, and one that is simulated");
  addEnrolCommand(group);
  addApiCommand(group, {
    usage: "add <deviceId>",
    summary: "make a device known, by its host's own id",
    options: [
      textOption("--host-id <id>", `the MDM server; ${HAND} unless given`),
      choiceOption("--platform <platform>", "other unless given", PLATFORMS),
      pairOption(),
      listOption("--group <ids>", "the server's device groups it is in; again for more"),
    ],
    run: add,
  });
  addReading(group, "/devices", COLUMNS, []);
  addApiCommand(group, {
    usage: "groups <id>",
    summary:
      "the groups of its server that it is in; with --set exactly these, by the server's ids",
    options: [listOption("--set <ids>", "an empty text takes it out of all")],
    columns: ["id", "name", "kind", "members"],
    run: (call) => {
      const { set } = call.options;
      const path = pathOf("/devices", call, "/groups");
      return Array.isArray(set)
        ? call.api.ask("POST", path, { body: { groups: set.filter((one) => one !== "") } })
        : call.api.ask("GET", path);
    },
  });
  addApiCommand(group, {
    usage: "timeline <id>",
    summary: "how it came to its certificates, or why it did not",
    options: [textOption("--limit <n>", "lines, 1 to 500; 50 unless given")],
    columns: ["at", "source", "event", "summary", "nextStep"],
    run: timeline,
  });
  addApiCommand(group, {
    usage: "inventory <id>",
    summary: "which certificates it really holds",
    columns: ["serial", "verdict", "subject", "issuer", "notAfter", "lastSeenAt"],
    run: (call) => call.api.ask("GET", pathOf("/devices", call, "/inventory")),
  });
  addApiCommand(group, {
    usage: "report <id> [certificates...]",
    summary: "report what it holds, from PEM or DER files; without any it holds nothing",
    options: [flagOption("complete", "these are all it holds; they are unless told otherwise")],
    run: report,
  });
  addApiCommand(group, {
    usage: "scan <id>",
    summary: "ask its host now what it holds",
    run: (call) => call.api.ask("POST", pathOf("/devices", call, "/scan")),
  });
  addApiCommand(group, {
    usage: "findings <verdict>",
    summary: `certificates on devices, over the fleet: ${INVENTORY_VERDICTS.join(", ")}`,
    options: pageOptions(),
    columns: ["deviceId", "serial", "subject", "issuer", "notAfter", "lastSeenAt"],
    run: ({ api, args: [verdict], options }) =>
      api.ask("GET", "/inventory", { query: { ...queryOf(options), verdict } }),
  });
  addApiCommand(group, {
    usage: "wipe <id>",
    summary: "revoke all its certificates and burn its challenges",
    run: (call) => call.api.ask("POST", pathOf("/devices", call, "/wipe")),
  });
  addApiCommand(group, {
    usage: "unenrol <id>",
    summary: "the same for a device that has left",
    run: (call) => call.api.ask("POST", pathOf("/devices", call, "/unenrol")),
  });
  addApiCommand(group, {
    usage: "lost <id>",
    summary: "suspend its certificates until it is found",
    run: (call) => call.api.ask("POST", pathOf("/devices", call, "/lost")),
  });
  addApiCommand(group, {
    usage: "found <id>",
    summary: "make them good again",
    run: (call) => call.api.ask("POST", pathOf("/devices", call, "/found")),
  });
  addApiCommand(group, {
    usage: "compromised <id>",
    summary: "revoke its certificates, since others know its keys; again with an earlier date",
    options: [textOption("--since <instant>", "since when")],
    text: compromisedText,
    run: async (call) =>
      call.api.ask("POST", pathOf("/devices", call, "/compromised"), { body: await call.body() }),
  });
};
