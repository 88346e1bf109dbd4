import type { Command } from "commander";
import { CountersignError, OUTSIDE_SERVER_TYPES } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { certificateOf } from "../certificate-input.ts";
import { choiceOption, listOption, textOption, versionOption } from "../options.ts";
import { readSecretInput } from "../secret-input.ts";
import { pathOf } from "./crud.ts";

const scepUrl = () => textOption("--scep-url <url>", "its SCEP URL");
const name = () => textOption("--name <name>", "friendly name");
const serverType = (otherwise: string) =>
  choiceOption("--server-type <type>", otherwise, OUTSIDE_SERVER_TYPES);
const codeFile = () =>
  textOption("--code-file <file>", "file with the enrolment code; - is standard input");

/** The enrolment code comes from a file: a command line can be read by every user of the machine. */
const bodyOf = async ({ options }: Invocation, files: readonly string[]) => {
  const { codeFile: code, scepUrl: url, name: friendly, serverType: type } = options;
  return {
    ...(friendly === undefined ? {} : { name: friendly }),
    ...(type === undefined ? {} : { serverType: type }),
    ...(url === undefined ? {} : { url }),
    ...(files.length === 0 ? {} : { certificates: await Promise.all(files.map(certificateOf)) }),
    ...(typeof code === "string" ? { code: await readSecretInput(code) } : {}),
  };
};

const make = async (call: Invocation) => {
  const [id, ...files] = call.args;
  return call.api.ask("POST", "/authorities/outside", {
    body: { id, ...(await bodyOf(call, files)) },
  });
};

const change = async (call: Invocation) => {
  const { code, codeFile: file, certificate } = call.options;
  if (code === false && file !== undefined)
    throw new CountersignError("invalid_input", "--no-code and --code-file exclude each other");
  const files = Array.isArray(certificate) ? (certificate as string[]) : [];
  const body = { ...(await bodyOf(call, files)), ...(code === false ? { code: null } : {}) };
  if (Object.keys(body).length === 0)
    throw new CountersignError("invalid_input", "nothing is to change: give at least one option");
  return call.api.ask("PATCH", pathOf("/authorities", call, "/outside"), {
    body,
    ifVersion: call.ifVersion,
  });
};

/** `authority outside` and `change-outside`: CA servers elsewhere that devices call themselves. */
export const addOutsideAuthorityCommands = (group: Command): void => {
  addApiCommand(group, {
    usage: "outside <id> <certificates...>",
    summary:
      "take a CA server elsewhere that devices call themselves; its CAs from files, root last",
    options: [
      scepUrl().makeOptionMandatory(),
      name(),
      serverType("other unless given"),
      codeFile(),
    ],
    run: make,
  });
  addApiCommand(group, {
    usage: "change-outside <id>",
    summary: "change what is known of it: URL, enrolment code, certificates, kind, name",
    options: [
      scepUrl(),
      name(),
      serverType("what kind of server it is"),
      codeFile(),
      textOption("--no-code", "the server wants no enrolment code any more"),
      listOption("--certificate <files>", "all its CAs anew, again for more, the root last"),
      versionOption(),
    ],
    run: change,
  });
};
