import type { Command, Option } from "commander";
import { CLIENT_PROFILES, CountersignError } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { choiceOption, flagOption, listOption, textOption, versionOption } from "../options.ts";
import { readSecretInput } from "../secret-input.ts";
import { certificateOf } from "../certificate-input.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "enabled", "authorityId", "templateIds", "url"];

const settings = (): readonly Option[] => [
  textOption("--authority-id <id>", "the CA that issues"),
  listOption("--template-ids <ids>", "what is issued by; commas between"),
  flagOption("dynamic", "take one-time challenges"),
  textOption("--static-template <id>", "take a static challenge, for this template"),
  textOption("--secret-file <file>", "file with the static challenge; - is standard input"),
  flagOption("secret-stdin", "the static challenge comes by standard input"),
  choiceOption("--unknown-device <what>", "static challenge and no device fits", [
    "refuse",
    "unmanaged",
  ]),
  textOption("--name <name>", "friendly name"),
  textOption("--description <text>", "what it is for"),
  textOption("--ra-id <id>", "the RA; one of the authority unless given"),
  listOption("--chain <files>", "CA certificates served, issuing CA first; PEM or DER files"),
  flagOption("include-root", "end the chain with the root"),
  flagOption("legacy", "take 3DES and SHA-1"),
  flagOption("accept-md5-csr", "take MD5-signed requests"),
  flagOption("accept-gcm", "take AES-GCM envelopes"),
  textOption("--signing-time-tolerance <duration>", "refuse what was signed earlier or later; off"),
  choiceOption(
    "--client-profile <name>",
    "one client's manners; auto unless given",
    CLIENT_PROFILES,
  ),
  choiceOption("--approval <how>", "manual: requests wait for `approval approve`", [
    "none",
    "manual",
  ]),
  textOption("--approval-lifetime <duration>", "how long they wait; P7D unless given"),
  flagOption("queries", "answer GetCert and GetCRL"),
  flagOption("enabled", "answer at its URL"),
];

/** The static challenge is tried first; policies in another order, or more of them, go by --from. */
const policiesOf = async (
  options: Invocation["options"],
): Promise<readonly object[] | undefined> => {
  const { staticTemplate, secretFile, secretStdin, unknownDevice, dynamic } = options;
  if (staticTemplate === undefined && dynamic !== true) {
    if (secretFile === undefined && secretStdin !== true) return undefined;
    throw new CountersignError("invalid_input", "a static challenge needs --static-template ID");
  }
  const policies: object[] = [];
  if (typeof staticTemplate === "string") {
    const source = secretStdin === true ? "-" : secretFile;
    if (typeof source !== "string") {
      throw new CountersignError(
        "invalid_input",
        "a static challenge needs --secret-file FILE or --secret-stdin",
      );
    }
    policies.push({
      kind: "static",
      templateId: staticTemplate,
      secret: await readSecretInput(source),
      ...(unknownDevice === undefined ? {} : { unknownDevice }),
    });
  }
  if (dynamic === true) policies.push({ kind: "dynamic" });
  return policies;
};

const OF_POLICIES = new Set([
  "dynamic",
  "staticTemplate",
  "secretFile",
  "secretStdin",
  "unknownDevice",
]);

const bodyOf = async (call: Invocation): Promise<Record<string, unknown>> => {
  const policies = await policiesOf(call.options);
  const given = Object.entries(await call.body()).filter(([name]) => !OF_POLICIES.has(name));
  const { chain } = call.options;
  return {
    ...Object.fromEntries(given),
    ...(policies === undefined ? {} : { policies }),
    ...(Array.isArray(chain)
      ? { chain: await Promise.all(chain.map((path) => certificateOf(String(path)))) }
      : {}),
  };
};

const change = async (call: Invocation, body: object) =>
  call.api.ask("PATCH", pathOf("/endpoints", call), { body, ifVersion: call.ifVersion });

/** `endpoint …`: the objects behind SCEP URLs. */
export const addEndpointCommands = (program: Command): void => {
  const group = program.command("endpoint").description("SCEP endpoints");
  addReading(group, "/endpoints", COLUMNS);
  addApiCommand(group, {
    usage: "create <id>",
    summary: "make one; its URL ends with <id>",
    from: true,
    options: settings(),
    run: async (call) =>
      call.api.ask("POST", "/endpoints", { body: { id: call.args[0], ...(await bodyOf(call)) } }),
  });
  addApiCommand(group, {
    usage: "update <id>",
    summary: "change what is named",
    from: true,
    options: [...settings(), versionOption()],
    run: async (call) => change(call, await bodyOf(call)),
  });
  addApiCommand(group, {
    usage: "enable <id>",
    summary: "answer at its URL",
    run: (call) => change(call, { enabled: true }),
  });
  addApiCommand(group, {
    usage: "disable <id>",
    summary: "answer 404 at its URL",
    run: (call) => change(call, { enabled: false }),
  });
  addApiCommand(group, {
    usage: "roll-over <id> <from>",
    summary:
      "let a new RA, or a new CA with its RA, take over at an instant such as 2027-01-31T00:00:00Z",
    options: [
      textOption("--authority-id <id>", "the CA that takes over; the same unless given"),
      textOption("--ra-id <id>", "its RA; a new one unless given"),
    ],
    run: async (call) =>
      call.api.ask("POST", pathOf("/endpoints", call, "/roll-over"), {
        body: { from: call.args[1], ...(await call.body()) },
      }),
  });
  addApiCommand(group, {
    usage: "delete <id>",
    summary: "delete one",
    run: (call) => call.api.ask("DELETE", pathOf("/endpoints", call)),
  });
};
