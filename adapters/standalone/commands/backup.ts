import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { dataOption } from "../api-command.ts";
import { withBackupBar } from "../backup-bar.ts";
import { configurationOf, readConfigFile } from "../configuration.ts";
import { dataFolder } from "../data-folder.ts";
import { standaloneLogger } from "../serve-options.ts";
import { readSettings } from "../settings.ts";

interface Options {
  readonly data: string;
  readonly config?: string;
  readonly withoutMissingKeys?: boolean;
}

/** `backup`: the installation of a data folder in one file. */
export const addBackupCommand = (program: Command): void => {
  program
    .command("backup <file>")
    .description("save database, encrypted keys and settings in one file; beside a running server")
    .addOption(dataOption())
    .option("--config <file>", "JSON file with further members of the configuration")
    .option("--without-missing-keys", "make it although keys cannot be used at the moment")
    .addHelpText(
      "after",
      "\nNot in it, and needed for a restore: server.secret, the passphrase, PINs and tokens. Ctrl+C stops it and leaves nothing.",
    )
    .action(async (file: string, { data, config, withoutMissingKeys }: Options) => {
      process.umask(0o077);
      const { backupInstallation } = await import("../../../plugin/index.ts");
      const { builtins } = await import("../../preset.ts");
      const folder = dataFolder(data);
      const further = await readConfigFile(config);
      const configuration = configurationOf(folder, await readSettings(folder), further);
      const extras = { "settings.json": await readFile(folder.settings) };
      const setup = builtins({ logger: standaloneLogger("warn") });
      const report = await withBackupBar(process.stderr, (watched) =>
        backupInstallation(configuration, setup, {
          ...watched,
          file: resolve(file),
          extras,
          withoutMissingKeys,
        }),
      );
      const { octets, rows, keys } = report;
      process.stdout.write(
        `saved ${rows} rows and ${keys.length} keys in ${report.file} (${octets} octets)\n`,
      );
      for (const { ref, label = "no label", publicKey } of keys)
        process.stdout.write(
          `key ${ref} ${label} ${publicKey === undefined ? "CANNOT BE USED" : publicKey.slice(0, 16)}\n`,
        );
    });
};
