import type { Command } from "commander";
import { DEPLOYMENT_STATES } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, flagOption, outOption, textOption } from "../options.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "deviceId", "templateId", "state", "nextActionAt", "reason", "nextStep"];

/** `deployment …`: one template on one device. */
export const addDeploymentCommands = (program: Command): void => {
  const group = program.command("deployment").description("templates on devices");
  addApiCommand(group, {
    usage: "publish <deviceId> <templateId>",
    summary: "publish a template to a device",
    options: [textOption("--endpoint-id <id>", "where it enrols; found unless given")],
    run: async ({ api, args: [deviceId, templateId], body }) =>
      api.ask("POST", "/deployments", { body: { deviceId, templateId, ...(await body()) } }),
  });
  addReading(group, "/deployments", COLUMNS, [
    textOption("--device <id>", "of this device"),
    textOption("--template <id>", "of this template"),
    choiceOption("--state <state>", "in this state", DEPLOYMENT_STATES),
  ]);
  addApiCommand(group, {
    usage: "profile <id>",
    summary: "render the profile now; a one-time challenge is minted for it, or a key made",
    secret: true,
    options: [flagOption("signed", "sign it"), outOption()],
    run: (call) =>
      call.api.bytes("POST", pathOf("/deployments", call, "/profile"), {
        query: { signed: call.options["signed"] === true ? "true" : undefined },
      }),
  });
  addApiCommand(group, {
    usage: "renew <id>",
    summary: "ask the device for a new certificate now",
    run: (call) => call.api.ask("POST", pathOf("/deployments", call, "/renew")),
  });
  addApiCommand(group, {
    usage: "unlock <id>",
    summary: "lift the lock after too many failed attempts",
    run: (call) => call.api.ask("POST", pathOf("/deployments", call, "/unlock")),
  });
  addApiCommand(group, {
    usage: "remove <id>",
    summary: "take the profile off the device",
    run: (call) => call.api.ask("DELETE", pathOf("/deployments", call)),
  });
};
