import type { Command, Option } from "commander";
import { EVERYBODY, LEAVING_RULES } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import {
  distributionText,
  previewText,
  type ShownDistribution,
  type ShownPreview,
} from "../distribution-text.ts";
import {
  choiceOption,
  flagOption,
  integerOption,
  listOption,
  textOption,
  versionOption,
} from "../options.ts";
import { pathOf } from "./crud.ts";

/** What takes a member of the draft away. */
const NONE = "none";

const planOptions = (): readonly Option[] => [
  listOption("--includes <groups>", "ids of `group list`, by commas; an empty text for none"),
  listOption("--excludes <groups>", "what is excluded is so whatever includes it"),
  choiceOption("--everybody <whom>", "all devices, or all that have a user", [...EVERYBODY, NONE]),
  textOption("--test-device-id <id>", `goes first, alone; ${NONE}: no such stage`),
  textOption("--staged-group-id <group>", `goes second; ${NONE}: no such stage`),
  textOption("--over <duration>", "how long delivering to everybody takes, P7D"),
  choiceOption("--leaving <rule>", "what becomes of who is no longer meant", LEAVING_RULES),
  textOption("--endpoint-id <id>", `where devices enrol; ${NONE}: found by itself`),
];

/** Options and `--from` as the API's plan; a change of the template's fields comes by `--from` alone. */
const planOf = async (call: Invocation): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(await call.body()).map(([name, value]) => [
      name,
      value === NONE ? null : Array.isArray(value) ? value.filter((one) => one !== "") : value,
    ]),
  );

const at = (call: Invocation, rest = ""): string =>
  pathOf("/templates", call, `/distribution${rest}`);
const text = (value: unknown): string => distributionText(value as ShownDistribution);
const expect = (): Option =>
  integerOption("--expect <n>", "how many devices the preview has named");

/** `distribution …`: whom a template is for. */
export const addDistributionCommands = (program: Command): void => {
  const group = program
    .command("distribution")
    .description("templates by the host's groups: draft, stages, everybody");
  addApiCommand(group, {
    usage: "show <templateId>",
    summary: "draft, trial, what serves, and how far it is",
    text,
    run: (call) => call.api.ask("GET", at(call)),
  });
  addApiCommand(group, {
    usage: "save <templateId>",
    summary: "save a draft; nothing is delivered. `--from` may hold a change of the template",
    from: true,
    options: [...planOptions(), versionOption()],
    text,
    run: async (call) =>
      call.api.ask("PATCH", at(call), { body: await planOf(call), ifVersion: call.ifVersion }),
  });
  addApiCommand(group, {
    usage: "preview <templateId>",
    summary: "count whom the draft would reach and plan the days, without saving",
    from: true,
    options: planOptions(),
    text: (value) => previewText(value as ShownPreview),
    run: async (call) => call.api.ask("POST", at(call, "/preview"), { body: await planOf(call) }),
  });
  addApiCommand(group, {
    usage: "publish <templateId>",
    summary: "publish the draft to its first stage",
    options: [expect(), versionOption()],
    text,
    run: async (call) =>
      call.api.ask("POST", at(call, "/publish"), {
        body: await call.body(),
        ifVersion: call.ifVersion,
      }),
  });
  addApiCommand(group, {
    usage: "advance <templateId>",
    summary: "let the version on trial go on, once its stage has installed",
    options: [
      expect(),
      flagOption("force", "before that; needs a reason"),
      textOption("--reason <text>", "for the ledger"),
      versionOption(),
    ],
    text,
    run: async (call) =>
      call.api.ask("POST", at(call, "/advance"), {
        body: await call.body(),
        ifVersion: call.ifVersion,
      }),
  });
  addApiCommand(group, {
    usage: "withdraw <templateId>",
    summary: "end the trial; what serves stays",
    options: [versionOption()],
    text,
    run: (call) => call.api.ask("POST", at(call, "/withdraw"), { ifVersion: call.ifVersion }),
  });
  addApiCommand(group, {
    usage: "discard <templateId>",
    summary: "throw the draft away",
    options: [versionOption()],
    run: (call) => call.api.ask("DELETE", at(call, "/draft"), { ifVersion: call.ifVersion }),
  });
  addApiCommand(group, {
    usage: "release <templateId>",
    summary: "let devices leave after all, where so many would that it was held",
    text,
    run: (call) => call.api.ask("POST", at(call, "/release")),
  });
};
