import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { addApiCommand } from "../api-command.ts";
import { integerOption, listOption, textOption, versionOption } from "../options.ts";
import { planText, type ShownPlan } from "../plan-text.ts";
import { pathOf, queryOf } from "./crud.ts";

const capOf = (text: string): number | "off" => {
  if (text === "off") return text;
  if (!/^[1-9]\d{0,7}$/.test(text))
    throw new InvalidArgumentError("Write a whole number from 1, or off.");
  return Number(text);
};

/** `08:00-18:00@Europe/Berlin`; `off` takes them away. */
const quietOf = (text: string) => {
  if (text === "off") return null;
  const [, from, to, timeZone = "UTC"] = /^([\d:]{5})-([\d:]{5})(?:@(.+))?$/.exec(text) ?? [];
  if (from === undefined)
    throw new InvalidArgumentError("Write from-to, such as 08:00-18:00@Europe/Berlin, or off.");
  return { from, to, timeZone };
};

const shareOf = (text: string): number => {
  const share = Number(text);
  if (!(share >= 0 && share <= 1)) throw new InvalidArgumentError("Write a number from 0 to 1.");
  return share;
};

const planOptions = (): readonly Option[] => [
  integerOption("--days <n>", "how far ahead, 90 unless given"),
  textOption("--authority <id>", "of this authority"),
  textOption("--template <id>", "of this template"),
];

/** `renewal …`: what is renewed when, how fast, and by hand. */
export const addRenewalCommands = (program: Command): void => {
  const group = program.command("renewal").description("renewals: the plan, its rules, by hand");
  addApiCommand(group, {
    usage: "plan",
    summary: "the renewals of the days ahead",
    options: [...planOptions(), textOption("--svg <file>", "write them as a picture too")],
    text: (value) => planText(value as ShownPlan),
    run: async ({ api, options: { svg, ...query } }) => {
      if (typeof svg === "string") {
        const asked = { query: queryOf(query) };
        await writeFile(svg, await api.bytes("GET", "/renewals/plan/chart", asked));
      }
      return api.ask("GET", "/renewals/plan", { query: queryOf(query) });
    },
  });
  addApiCommand(group, {
    usage: "now <deviceId>",
    summary: "renew the certificates of a device, before all others",
    options: [textOption("--template-id <id>", "only that of this template")],
    columns: ["id", "templateId", "state"],
    run: async ({ api, args: [deviceId], body }) =>
      api.ask("POST", "/renewals/now", { body: { deviceId, ...(await body()) } }),
  });
  addRuleCommands(group);
  addGroupCommands(group);
};

const addRuleCommands = (parent: Command): void => {
  const group = parent.command("rules").description("caps and quiet hours of authorities");
  addApiCommand(group, {
    usage: "list",
    summary: "list them",
    columns: ["authorityId", "version", "rules"],
    run: ({ api }) => api.ask("GET", "/renewals/rules"),
  });
  addApiCommand(group, {
    usage: "set <authorityId>",
    summary: "change what is named",
    options: [
      new Option("--per-hour <n|off>", "renewals started in an hour at most").argParser(capOf),
      new Option("--per-day <n|off>", "renewals started on a day at most").argParser(capOf),
      new Option("--quiet-hours <from-to@zone>", "08:00-18:00@Europe/Berlin; off: none").argParser(
        quietOf,
      ),
      versionOption(),
    ],
    run: async (call) =>
      call.api.ask("PATCH", pathOf("/renewals/rules", call), {
        body: await call.body(),
        ifVersion: call.ifVersion,
      }),
  });
};

const addGroupCommands = (parent: Command): void => {
  const group = parent.command("group").description("canary groups that are renewed now");
  const columns = ["id", "name", "state", "counts", "reason"];
  addApiCommand(group, {
    usage: "list",
    summary: "list them, newest first",
    columns,
    run: ({ api }) => api.ask("GET", "/renewals/groups"),
  });
  addApiCommand(group, {
    usage: "show <id>",
    summary: "show one",
    run: (call) => call.api.ask("GET", pathOf("/renewals/groups", call)),
  });
  addApiCommand(group, {
    usage: "start <templateId>",
    summary: "renew a group wave by wave; it stops by itself when too many fail",
    options: [
      listOption("--device-ids <ids>", "these devices"),
      integerOption("--count <n>", "so many of the template's devices"),
      textOption("--name <name>", "for people"),
      new Option("--stop-above <share>", "of failures, 0.1 unless given").argParser(shareOf),
      integerOption("--judge-from <n>", "outcomes before the share counts, 5 unless given"),
      integerOption("--wave <n>", "under way at once, 20 unless given"),
      textOption("--patience <duration>", "P1D unless given: then the next one has its turn"),
    ],
    run: async ({ api, args: [templateId], body }) =>
      api.ask("POST", "/renewals/groups", { body: { templateId, ...(await body()) } }),
  });
  addApiCommand(group, {
    usage: "stop <id>",
    summary: "stop one; who was not started yet keeps its certificate",
    run: (call) => call.api.ask("POST", pathOf("/renewals/groups", call, "/stop")),
  });
};
