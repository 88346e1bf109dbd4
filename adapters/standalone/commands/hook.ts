import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { CountersignError, HOST_EVENT_KINDS, messageOf } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { integerOption, textOption } from "../options.ts";
import { pathOf } from "./crud.ts";

/** `hook …`: what an MDM server reports, sent by hand; the device by the host's own id. */
export const addHookCommands = (program: Command): void => {
  const group = program.command("hook").description("what an MDM server reports, and who may");
  const report = (usage: string, summary: string, hook: string, last = "templateId"): void =>
    addApiCommand(group, {
      usage,
      summary,
      options: [
        textOption("--event-id <id>", "the host's id of the event; the same one counts once"),
        textOption("--at <instant>", "when it happened, 2027-01-31T00:00:00Z; now unless given"),
        textOption("--endpoint-id <id>", "where it enrols; template-assigned only"),
        textOption("--since <instant>", "since when; device-compromised only"),
        textOption("--command-id <id>", "the host's id; commands only"),
        textOption("--error <text>", "what the device said; command-failed only"),
      ],
      run: async ({ api, args: [hostId, subject, object], body }) =>
        api.ask("POST", `/hooks/${hook}`, {
          body: {
            hostId,
            [hook.startsWith("user") ? "user" : "deviceId"]: subject,
            ...(object === undefined ? {} : { [last]: object }),
            ...(await body()),
          },
        }),
    });
  report("device-wiped <hostId> <deviceId>", "a device was wiped", "deviceWiped");
  report("device-unenrolled <hostId> <deviceId>", "a device has left", "deviceUnenrolled");
  report("device-lost <hostId> <deviceId>", "a device is lost", "deviceLost");
  report("device-found <hostId> <deviceId>", "a lost device was found", "deviceFound");
  report(
    "device-compromised <hostId> <deviceId>",
    "a device's keys are in other hands",
    "deviceCompromised",
  );
  report("user-disabled <hostId> <user>", "a user was disabled", "userDisabled");
  report("user-enabled <hostId> <user>", "a user is back", "userEnabled");
  report(
    "template-assigned <hostId> <deviceId> <templateId>",
    "a template is wanted on a device",
    "templateAssigned",
  );
  report(
    "template-removed <hostId> <deviceId> <templateId>",
    "a template is no longer wanted",
    "templateRemoved",
  );
  for (const [name, hook, summary] of [
    ["command-delivered", "commandDelivered", "the device has taken a profile"],
    ["command-acknowledged", "commandAcknowledged", "the device has installed a profile"],
    ["command-failed", "commandFailed", "the device has refused a profile"],
  ] as const)
    report(`${name} <hostId> <deviceId> <deploymentId>`, summary, hook, "deploymentId");
  addApiCommand(group, {
    usage: "send <event> <file>",
    summary: `any event from a JSON file: ${HOST_EVENT_KINDS.join(", ")}`,
    run: async ({ api, args: [event = "", file = ""] }) =>
      api.ask("POST", `/hooks/${encodeURIComponent(event)}`, { body: await jsonOf(file) }),
  });
  addAdapterCommands(group);
};

const ADAPTER_COLUMNS = ["id", "hostId", "enabled", "lastUsedAt", "previousUntil", "updatedAt"];

/** `hook adapter-…`: MDM servers that report over signed webhooks. */
const addAdapterCommands = (group: Command): void => {
  addApiCommand(group, {
    usage: "adapter-list",
    summary: "MDM servers that report over signed webhooks",
    columns: ADAPTER_COLUMNS,
    run: ({ api }) => api.ask("GET", "/hook-adapters"),
  });
  addApiCommand(group, {
    usage: "adapter-create <id> <hostId>",
    summary: "let an MDM server report to /hooks/<id>; its secret is shown this once",
    run: ({ api, args: [id, hostId] }) =>
      api.ask("POST", "/hook-adapters", { body: { id, hostId } }),
  });
  addApiCommand(group, {
    usage: "adapter-rotate <id>",
    summary: "make a new secret, shown this once",
    options: [integerOption("--overlap-seconds <n>", "the old one stays good; a day unless given")],
    run: async (call) =>
      call.api.ask("POST", pathOf("/hook-adapters", call, "/rotate"), { body: await call.body() }),
  });
  addApiCommand(group, {
    usage: "adapter-switch <id> <state>",
    summary: "switch one on or off",
    run: (call) => {
      const state = call.args[1];
      if (state !== "on" && state !== "off")
        throw new CountersignError("invalid_input", "write on or off");
      return call.api.ask("PATCH", pathOf("/hook-adapters", call), {
        body: { enabled: state === "on" },
      });
    },
  });
  addApiCommand(group, {
    usage: "adapter-delete <id>",
    summary: "take an MDM server's right to report away",
    run: (call) => call.api.ask("DELETE", pathOf("/hook-adapters", call)),
  });
};

const jsonOf = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new CountersignError("invalid_input", `${file} cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
};
