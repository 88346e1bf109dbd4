import type { Command } from "commander";
import { addServerOptions, clientFor } from "../api-command.ts";
import { following } from "../following.ts";
import { ledgerToFile, ledgerToStream } from "../ledger-out.ts";
import { ledgerStretches } from "../ledger-source.ts";
import { integerOption } from "../options.ts";
import { rowBar } from "../row-bar.ts";

interface Options {
  readonly data: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly out?: string;
  readonly after?: number;
  readonly follow?: boolean;
}

/** `ledger export`: the chain as JSON lines, with certificates; see docs/operations.md. */
export const addLedgerExportCommand = (group: Command): void => {
  addServerOptions(
    group
      .command("export")
      .description("write it as JSON lines that `ledger verify` checks and `restore` takes"),
  )
    .option("--out <file>", "file to write, or to go on with; standard output unless given")
    .addOption(integerOption("--after <n>", "begin behind this entry"))
    .option("--follow", "go on with what happens, until it is stopped")
    .action(async ({ out, after = 0, follow = false, ...server }: Options) => {
      process.umask(0o077);
      const api = await clientFor(server);
      const { signal, onAway, went, end } = following();
      const bar = rowBar(process.stderr);
      const target =
        out === undefined ? ledgerToStream(process.stdout, after) : await ledgerToFile(out, after);
      let last = target.after;
      try {
        const source = ledgerStretches(api, {
          after: target.after,
          ...{ follow, signal, onAway },
        });
        for await (const stretch of source) {
          await target.write(stretch);
          went();
          last = stretch.items.at(-1)?.sequence ?? last;
          if (out !== undefined && !follow)
            bar.update("exported", "", last, stretch.head?.sequence ?? last, "entries");
        }
      } finally {
        bar.stop();
        await target.close();
        end();
      }
      if (out !== undefined) process.stderr.write(`${out} reaches entry ${last}\n`);
    });
};
