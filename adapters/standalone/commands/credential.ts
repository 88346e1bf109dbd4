import type { Command } from "commander";
import { CountersignError, CREDENTIAL_ROLES, PKCS12_ENCODINGS } from "../../../plugin/sdk.ts";
import type { ApiAnswer } from "../admin-client.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { handedOverFile } from "../handed-over-file.ts";
import {
  choiceOption,
  flagOption,
  listOption,
  outOption,
  textOption,
  versionOption,
} from "../options.ts";
import { fields } from "../table.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "name", "roles", "authorityIds", "keys", "active", "lastUsedAt"];

interface HandedOver {
  readonly credential: { readonly id: string };
  readonly pkcs12: string;
  readonly password: string;
}

const key = () => [
  textOption("--validity <duration>", "life of the key, P90D; one year unless given"),
  choiceOption(
    "--encoding <encoding>",
    "of the PKCS#12 file; strong unless given",
    PKCS12_ENCODINGS,
  ),
  outOption().makeOptionMandatory(),
];
const scope = () => listOption("--authority-ids <ids>", "its scope; all CAs unless given");
const roles = () => listOption("--roles <roles>", CREDENTIAL_ROLES.join(", "));

/** Its key file goes to `--out`; the password that opens it is shown this once. */
const keyed = async (call: Invocation, path: string, body: object): Promise<ApiAnswer> =>
  handedOverFile(call.out ?? "", async () => {
    const answer = await call.api.ask("POST", path, { body });
    const { pkcs12 } = answer.value as HandedOver;
    return { content: new Uint8Array(Buffer.from(pkcs12, "base64")), answer };
  });

const handedOver = (value: unknown): string => {
  const { credential, password } = value as HandedOver;
  return fields({ ...credential, password });
};

/** `credential …`: what machines sign in with. */
export const addCredentialCommands = (program: Command): void => {
  const group = program
    .command("credential")
    .description("machine credentials: roles, a scope, an end and new keys");
  addReading(group, "/credentials", COLUMNS);
  addApiCommand(group, {
    usage: "create <id>",
    summary: "make one: its PKCS#12 file is written to --out, the password shown this once",
    options: [textOption("--name <name>", "friendly name"), roles(), scope(), ...key()],
    text: handedOver,
    run: async (call) =>
      keyed(call, "/credentials", { id: call.args[0], roles: [], ...(await call.body()) }),
  });
  addApiCommand(group, {
    usage: "rotate <id>",
    summary: "make a second key; the first one is good for a week more",
    options: key(),
    text: handedOver,
    run: async (call) => keyed(call, pathOf("/credentials", call, "/rotate"), await call.body()),
  });
  addApiCommand(group, {
    usage: "change <id>",
    summary: "change name, roles, scope (each whole) or whether it may be used",
    options: [
      textOption("--name <name>", "friendly name"),
      roles(),
      listOption("--authority-ids <ids>", "its scope; an empty text: all CAs"),
      flagOption("active", "an inactive one is refused, whatever key it has"),
      versionOption(),
    ],
    run: async (call) => {
      const { authorityIds, ...rest } = await call.body();
      const body = {
        ...rest,
        ...(Array.isArray(authorityIds)
          ? { authorityIds: authorityIds.filter((id) => id !== "") }
          : {}),
      };
      if (Object.keys(body).length === 0)
        throw new CountersignError("invalid_input", "nothing is to change: give an option");
      return call.api.ask("PATCH", pathOf("/credentials", call), {
        body,
        ifVersion: call.ifVersion,
      });
    },
  });
  addApiCommand(group, {
    usage: "delete <id>",
    summary: "end it: its tokens are refused from then on",
    run: (call) => call.api.ask("DELETE", pathOf("/credentials", call)),
  });
};
