import type { Command } from "commander";
import { addApiCommand } from "../api-command.ts";
import { textOption } from "../options.ts";

/** `hook …`: what an MDM server reports, sent by hand; the device by the host's own id. */
export const addHookCommands = (program: Command): void => {
  const group = program.command("hook").description("report what an MDM server would report");
  const report = (usage: string, summary: string, hook: string): void =>
    addApiCommand(group, {
      usage,
      summary,
      options: [
        textOption("--endpoint-id <id>", "where it enrols; template-assigned only"),
        textOption("--since <instant>", "since when; device-compromised only"),
      ],
      run: async ({ api, args: [hostId, deviceId, templateId], body }) =>
        api.ask("POST", `/hooks/${hook}`, {
          body: {
            hostId,
            deviceId,
            ...(templateId === undefined ? {} : { templateId }),
            ...(await body()),
          },
        }),
    });
  report("device-wiped <hostId> <deviceId>", "a device was wiped", "deviceWiped");
  report("device-unenrolled <hostId> <deviceId>", "a device has left", "deviceUnenrolled");
  report("device-lost <hostId> <deviceId>", "a device is lost", "deviceLost");
  report("device-found <hostId> <deviceId>", "it was found", "deviceFound");
  report(
    "device-compromised <hostId> <deviceId>",
    "others know the keys of a device",
    "deviceCompromised",
  );
  for (const [usage, summary, hook] of [
    ["user-disabled", "a user is disabled", "userDisabled"],
    ["user-enabled", "a user is let in again", "userEnabled"],
  ] as const)
    addApiCommand(group, {
      usage: `${usage} <hostId> <user>`,
      summary: `${summary}; by username or e-mail`,
      run: ({ api, args: [hostId, user] }) =>
        api.ask("POST", `/hooks/${hook}`, { body: { hostId, user } }),
    });
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
};
