import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { type Command, Option } from "commander";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";
import { type AdminClient, adminClient, type ApiAnswer } from "./admin-client.ts";
import { readConnection } from "./connection.ts";
import { dataFolder } from "./data-folder.ts";
import { replacePrivateFile } from "./private-file.ts";
import { cell, fields, table } from "./table.ts";

/** Options of every command that asks the admin API. */
interface ApiOptions {
  readonly data: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
  readonly get?: string;
  readonly from?: string;
  readonly ifVersion?: string;
  readonly out?: string;
}

/** What one run of a command was given: its arguments in order, and its own options under the API's names. */
export interface Invocation {
  readonly api: AdminClient;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** The version of `--if-version`. */
  readonly ifVersion: string | undefined;
  /** The file of `--out`. Bytes that a command answers go there by themselves. */
  readonly out: string | undefined;
  /** The members of `--from FILE`, and over them the options that were given. */
  readonly body: () => Promise<Record<string, unknown>>;
}

/** One command over the API. */
export interface ApiCommand {
  /** `show <id>`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** Takes whole bodies by `--from FILE.json`. */
  readonly from?: boolean;
  /** Acts as the installation operator instead of an Owner. */
  readonly operator?: boolean;
  readonly run: (invocation: Invocation) => Promise<ApiAnswer | Uint8Array>;
  /** The bytes it answers hold a secret: a file that is made for them is its owner's alone (0600). */
  readonly secret?: boolean;
  /** Columns of the items of a list; without them the object is shown whole. */
  readonly columns?: readonly string[];
  /** How the answer reads on a terminal, where neither a table nor its fields show it well. */
  readonly text?: (value: unknown) => string;
}

/** Options that are about the command and not about the object. */
const COMMON = new Set(["data", "url", "tokenFile", "json", "get", "from", "out", "ifVersion"]);

/** Where the data folder is unless --data or COUNTERSIGN_DATA says otherwise. */
export const dataOption = (): Option =>
  new Option("--data <dir>", "data folder").env("COUNTERSIGN_DATA").default("countersign-data");

/** Which server a command asks. */
export const addServerOptions = (command: Command): Command =>
  command
    .addOption(dataOption())
    .option("--url <url>", "base URL of the server instead of the data folder's own")
    .option("--token-file <file>", "file with the bearer token");

/** Adds a command to a group. */
export const addApiCommand = (group: Command, definition: ApiCommand): void => {
  const command = addServerOptions(group.command(definition.usage).description(definition.summary))
    .option("--json", "print the API's JSON")
    .option("--get <field>", "print one field of the answer and nothing else");
  if (definition.from === true)
    command.option("--from <file>", "JSON file with the whole body; - is standard input");
  for (const option of definition.options ?? []) command.addOption(option);
  command.action(async (...given: unknown[]) => {
    const options = command.opts<ApiOptions & Record<string, unknown>>();
    const own = Object.fromEntries(
      Object.entries(options).filter(([name, value]) => !COMMON.has(name) && value !== undefined),
    );
    const answer = await definition.run({
      api: await clientFor(options, definition.operator ?? false),
      // What is repeated at the end comes as a list.
      args: given.flat().filter((argument) => typeof argument === "string"),
      options: own,
      ifVersion: options.ifVersion,
      out: options.out,
      body: async () => ({ ...(await bodyFile(options.from)), ...own }),
    });
    if (answer instanceof Uint8Array) await deliver(answer, options.out, definition);
    else if (options.get !== undefined) process.stdout.write(fieldOf(answer, options.get));
    else
      process.stdout.write(options.json === true ? line(answer.text) : shown(definition, answer));
  });
};

/** `id`, or `issuing.fingerprintSha256` in inner objects. Throws `invalid_input` for a field that is not there. */
const fieldOf = ({ value }: ApiAnswer, path: string): string => {
  let found: unknown = value;
  for (const name of path.split("."))
    found =
      typeof found === "object" && found !== null && Object.hasOwn(found, name)
        ? (found as Record<string, unknown>)[name]
        : undefined;
  if (found === undefined)
    throw new CountersignError("invalid_input", `--get ${path}: the answer has no such field`);
  return `${typeof found === "string" ? found : JSON.stringify(found)}\n`;
};

const line = (json: string): string => (json === "" ? "" : `${json}\n`);

/** The server that options name, or the data folder's own. Throws `not_running` where none is named and none runs. */
export const clientFor = async (
  options: Pick<ApiOptions, "data" | "url" | "tokenFile">,
  operator = false,
): Promise<AdminClient> => {
  const folder = dataFolder(options.data);
  const connection = await readConnection(folder);
  const url = options.url?.replace(/\/+$/, "") ?? connection?.url;
  if (url === undefined) {
    throw new CountersignError(
      "not_running",
      `no server runs on ${folder.path}: start it with countersign serve, or give --url and --token-file`,
    );
  }
  const file =
    options.tokenFile ??
    (operator ? connection?.operatorTokenFile : connection?.tokenFile) ??
    (operator ? folder.operatorToken : folder.token);
  return adminClient(url, async () => {
    try {
      return (await readFile(file, "utf8")).trim();
    } catch (cause) {
      throw new CountersignError("unauthenticated", `no token: ${messageOf(cause)}`, { cause });
    }
  });
};

const bodyFile = async (path: string | undefined): Promise<Record<string, unknown>> => {
  if (path === undefined) return {};
  try {
    const json = path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
    return JSON.parse(json) as Record<string, unknown>;
  } catch (cause) {
    throw new CountersignError(
      "invalid_input",
      `--from ${path} cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
};

const deliver = async (
  bytes: Uint8Array,
  out: string | undefined,
  { secret = false }: ApiCommand,
): Promise<void> => {
  if (out === undefined) process.stdout.write(bytes);
  // A file that is there would keep its rights.
  else if (secret) await replacePrivateFile(out, bytes);
  else await writeFile(out, bytes);
};

const shown = ({ columns, text: words }: ApiCommand, { value }: ApiAnswer): string => {
  if (value === undefined) return "done\n";
  if (words !== undefined) return words(value);
  const { items, cursor } = value as { items?: Record<string, unknown>[]; cursor?: string };
  if (items === undefined || columns === undefined) return fields(value as object);
  const rows = items.map((item) => columns.map((column) => cell(item[column])));
  const more = cursor === undefined ? "" : `more: --cursor ${cursor}\n`;
  return `${table(columns, rows)}${more}`;
};
