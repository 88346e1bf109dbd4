import type { Command } from "commander";
import { databaseOf } from "../database-spec.ts";
import { EXIT_FAILURE } from "../failure.ts";
import { rowBar } from "../row-bar.ts";

interface Options {
  readonly from: string;
  readonly to: string;
  readonly fromPasswordFile?: string;
  readonly fromPasswordEnv?: string;
  readonly toPasswordFile?: string;
  readonly toPasswordEnv?: string;
}

const PHASES = { copy: "copied", check: "checked" } as const;

/** `db copy`: moves an installation from one database to another. */
export const addDbCopyCommand = (db: Command): void => {
  db.command("copy")
    .description("copy a whole database into an empty one and compare both; stop servers first")
    .requiredOption("--from <database>", "sqlite:FILE or postgres://user@host:port/database")
    .requiredOption("--to <database>", "likewise; made ready and filled, never overwritten")
    .option("--from-password-file <file>", "file with the password, rights 0600")
    .option("--from-password-env <name>", "environment variable with the password")
    .option("--to-password-file <file>", "likewise for the target")
    .option("--to-password-env <name>", "likewise for the target")
    .addHelpText(
      "after",
      "\nCtrl+C stops it after the page under way; the same command goes on from there.",
    )
    .action(async (options: Options) => {
      const from = databaseOf(options.from, {
        file: options.fromPasswordFile,
        env: options.fromPasswordEnv,
      });
      const to = databaseOf(options.to, {
        file: options.toPasswordFile,
        env: options.toPasswordEnv,
      });
      const stopping = new AbortController();
      const stop = (): void => stopping.abort();
      process.once("SIGINT", stop).once("SIGTERM", stop);
      const bar = rowBar(process.stderr);
      const { copyDatabase } = await import("../../../plugin/index.ts");
      try {
        const { finished, tables } = await copyDatabase(from, to, {
          environment: process.env,
          signal: stopping.signal,
          onProgress: ({ phase, table, done, total }) =>
            bar.update(PHASES[phase], table, done, total),
        });
        bar.stop();
        if (!finished) {
          process.stderr.write("stopped; the same command goes on from here\n");
          process.exitCode = EXIT_FAILURE;
          return;
        }
        for (const [name, { rows, digest }] of Object.entries(tables))
          process.stdout.write(`${name} ${rows} rows ${digest.slice(0, 16)}\n`);
        process.stdout.write("all rows are there and equal\n");
      } finally {
        bar.stop();
        process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
      }
    });
};
