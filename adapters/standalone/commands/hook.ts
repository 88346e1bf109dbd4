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
      options: [textOption("--endpoint-id <id>", "where it enrols; template-assigned only")],
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
