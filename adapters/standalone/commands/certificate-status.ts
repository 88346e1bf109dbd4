import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { CountersignError, messageOf, REVOCATION_REASONS } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { choiceOption, flagOption, textOption } from "../options.ts";
import { readSerials } from "../serial-list.ts";
import { pathOf } from "./crud.ts";

/** What the API takes at once. */
const ROWS = 1000;

const publishNow = () => flagOption("publish-now", "sign the CRL before it answers");
const reason = () =>
  choiceOption("--reason <reason>", "unspecified unless given", Object.keys(REVOCATION_REASONS));
const invalidityDate = () =>
  textOption("--invalidity-date <instant>", "since when it was not to be trusted");

const comment = () => textOption("--comment <text>", "why, for the ledger");

interface BulkAnswer {
  readonly items: readonly { readonly row: number; readonly authorityId?: string }[];
  readonly done: number;
  readonly refused: number;
  readonly unpublished?: string;
}

/** Options that one certificate of the list does not say itself. */
const rowsOf = async ({ args, options }: Invocation): Promise<readonly object[]> => {
  const path = args[1] ?? "-";
  const { authority, reason: common, invalidityDate: date, until, comment: why } = options;
  const shared = {
    ...(authority === undefined ? {} : { authorityId: authority }),
    ...(common === undefined ? {} : { reason: common }),
    ...(date === undefined ? {} : { invalidityDate: date }),
    ...(until === undefined ? {} : { until }),
    ...(why === undefined ? {} : { comment: why }),
  };
  try {
    const list = path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
    if (/^\s*\[/.test(list)) return JSON.parse(list) as object[];
    return readSerials(list).map((row) => ({ ...shared, ...row }));
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw new CountersignError("invalid_input", `${path} cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
};

const bulk = async (call: Invocation) => {
  const rows = await rowsOf(call);
  const wanted = call.options["publishNow"] === true;
  const inOne = rows.length <= ROWS;
  const items: object[] = [];
  const authorities = new Set<string>();
  let [done, unpublished]: [number, string | undefined] = [0, undefined];
  for (let from = 0; from < rows.length; from += ROWS) {
    const body = {
      action: call.args[0],
      rows: rows.slice(from, from + ROWS),
      publishNow: wanted && inOne,
    };
    const answer = (await call.api.ask("POST", "/certificates/bulk", { body })).value as BulkAnswer;
    items.push(...answer.items.map((item) => ({ ...item, row: item.row + from })));
    for (const { authorityId } of answer.items)
      if (authorityId !== undefined) authorities.add(authorityId);
    done += answer.done;
    ({ unpublished } = answer);
  }
  if (wanted && !inOne) unpublished = await publish(call, authorities);
  if (unpublished !== undefined)
    process.stderr.write(`The lists follow by themselves; not signed yet: ${unpublished}\n`);
  const value = { items, done, refused: items.length - done, unpublished };
  return { text: JSON.stringify(value), value };
};

/** Each list once, behind all slices of a long run; what kept one from being signed now follows by itself. */
const publish = async (
  { api }: Invocation,
  authorities: ReadonlySet<string>,
): Promise<string | undefined> => {
  const faults: string[] = [];
  for (const id of authorities)
    try {
      await api.ask("POST", `/authorities/${encodeURIComponent(id)}/crl`);
    } catch (thrown) {
      faults.push(`${id}: ${messageOf(thrown)}`);
    }
  return faults.length === 0 ? undefined : faults.join("; ");
};

/** `certificate revoke`, `suspend`, `unsuspend`, `bulk`. */
export const addStatusCommands = (group: Command): void => {
  const change = (
    action: string,
    summary: string,
    options: Parameters<typeof addApiCommand>[1]["options"],
  ) =>
    addApiCommand(group, {
      usage: `${action} <id>`,
      summary,
      options: [...(options ?? []), comment(), publishNow()],
      run: async (call) =>
        call.api.ask("POST", pathOf("/certificates", call, `/${action}`), {
          body: await call.body(),
        }),
    });
  change("revoke", "revoke one; the CRL shows it at the next fetch", [reason(), invalidityDate()]);
  change("suspend", "suspend one until it is unsuspended, or to an end", [
    textOption("--until <instant>", "when it lifts by itself"),
  ]);
  change("unsuspend", "make a suspended one good again", []);
  addApiCommand(group, {
    usage: "bulk <action> <file>",
    summary:
      "revoke, suspend or unsuspend many: CSV with serials, or a JSON list of the API's rows; - is standard input",
    columns: ["row", "serial", "done", "code", "detail"],
    options: [
      textOption("--authority <id>", "which has issued them"),
      reason(),
      invalidityDate(),
      textOption("--until <instant>", "when suspensions lift by themselves"),
      comment(),
      publishNow(),
    ],
    run: bulk,
  });
};
