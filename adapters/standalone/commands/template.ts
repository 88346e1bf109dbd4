import type { Command, Option } from "commander";
import type { TemplateImpactReport } from "../../../plugin/index.ts";
import {
  CONTAINER_ENCODINGS,
  CountersignError,
  DELIVERIES,
  DEVICE_KEY_ALGORITHMS,
  KEY_STORAGES,
  KEY_USAGES,
  OLD_CERTIFICATES,
  SAN_TYPES,
  SCEP_RENEWALS,
} from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { choiceOption, flagOption, listOption, textOption, versionOption } from "../options.ts";
import { impactText } from "../impact-text.ts";
import { addReading, pathOf } from "./crud.ts";
import { ruleOptions, rulesOf, withoutRules } from "./template-rules.ts";

const COLUMNS = [
  "id",
  "authorityId",
  "version",
  "delivery",
  "challengeMode",
  "validity",
  "subject",
];

const settings = (): readonly Option[] => [
  textOption("--authority-id <id>", "the CA that issues"),
  textOption("--subject <pattern>", "CN=%username%,O=…"),
  textOption("--name <name>", "friendly name"),
  listOption("--sans <type:pattern>", `${SAN_TYPES.join(", ")}; again for more`),
  listOption("--key-algorithms <names>", DEVICE_KEY_ALGORITHMS.join(", ")),
  listOption("--key-usages <names>", KEY_USAGES.join(", ")),
  listOption("--extended-key-usages <oids>", "written into every certificate"),
  listOption("--allowed-extended-key-usages <oids>", "what a request may ask for besides"),
  textOption("--validity <duration>", "P1Y, P47D, PT12H"),
  textOption("--max-validity <duration>", "no certificate lives longer"),
  choiceOption("--beyond-authority <what>", "a life past the CA's end", ["refuse", "shorten"]),
  textOption("--backdate <duration>", "how far notBefore lies in the past"),
  choiceOption("--delivery <way>", "who makes the key: the device (scep), or the CA", DELIVERIES),
  choiceOption("--pkcs12-encoding <name>", "of the container with such a key", CONTAINER_ENCODINGS),
  choiceOption("--challenge-mode <mode>", "dynamic unless given", ["static", "dynamic"]),
  textOption("--challenge-lifetime <duration>", "of a dynamic challenge, PT1H unless given"),
  choiceOption("--key-storage <where>", "what the device is asked for", KEY_STORAGES),
  flagOption("auto-renewal", "renew by itself; on unless given"),
  textOption("--renewal-window <window>", "P30D or 20%"),
  textOption(
    "--renewal-spread <share>",
    "part of the window devices are spread over, 50% unless given",
  ),
  choiceOption("--scep-renewal <when>", "by the old certificate", SCEP_RENEWALS),
  textOption("--renewal-grace <duration>", "an expired certificate may still renew for so long"),
  choiceOption("--old-certificate <what>", "once the new one is seen", OLD_CERTIFICATES),
  flagOption("allow-duplicates", "a device may hold two live certificates of it"),
  textOption("--profile-id <id>", "the certificate profile it keeps to; none takes it away"),
  textOption("--required-domain <domain>", "what every certificate must hold; none takes it away"),
  ...ruleOptions(),
];

const moveOption = (): Option =>
  textOption("--move-over <duration>", "move its devices to the new version in that time, P7D");

/** `dns:%devicename%.example.com` as the API's alternative name. */
const sanOf = (text: string) => {
  const [, type, pattern] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (type === undefined) {
    throw new CountersignError(
      "invalid_input",
      `--sans ${JSON.stringify(text)}: write type:pattern`,
    );
  }
  return { type, pattern };
};

/** What a template already says, for options that change a part of it. */
const storedOf = async (call: Invocation): Promise<Record<string, unknown>> =>
  (await call.api.ask("GET", pathOf("/templates", call))).value as Record<string, unknown>;

const bodyOf = async (
  call: Invocation,
  stored: () => Promise<Record<string, unknown>> = () => storedOf(call),
): Promise<Record<string, unknown>> => {
  const { sans, profileId, requiredDomain } = call.options;
  const body = withoutRules(await call.body());
  return {
    ...body,
    ...(await rulesOf(call, body, stored)),
    ...(Array.isArray(sans) ? { sans: sans.map((text) => sanOf(String(text))) } : {}),
    ...(profileId === "none" ? { profileId: null } : {}),
    ...(requiredDomain === "none" ? { requiredDomain: null } : {}),
  };
};

/** `template …`: what is issued by. */
export const addTemplateCommands = (program: Command): void => {
  const group = program.command("template").description("certificate templates");
  addReading(group, "/templates", COLUMNS);
  addApiCommand(group, {
    usage: "create <id>",
    summary: "make one; authority and subject must be given",
    from: true,
    options: settings(),
    run: async (call) =>
      call.api.ask("POST", "/templates", {
        body: { id: call.args[0], ...(await bodyOf(call, () => Promise.resolve({}))) },
      }),
  });
  addApiCommand(group, {
    usage: "update <id>",
    summary: "change what is named",
    from: true,
    options: [...settings(), moveOption(), versionOption()],
    run: async (call) =>
      call.api.ask("PATCH", pathOf("/templates", call), {
        body: await bodyOf(call),
        ifVersion: call.ifVersion,
      }),
  });
  addApiCommand(group, {
    usage: "impact <id>",
    summary: "show what a change would do, without saving it",
    from: true,
    options: [...settings(), moveOption()],
    text: (value) => impactText(value as TemplateImpactReport),
    run: async (call) =>
      call.api.ask("POST", pathOf("/templates", call, "/impact"), { body: await bodyOf(call) }),
  });
  addApiCommand(group, {
    usage: "delete <id>",
    summary: "delete one that nothing uses",
    run: (call) => call.api.ask("DELETE", pathOf("/templates", call)),
  });
};
