import type { Command } from "commander";
import type { RestoreReport } from "../../../plugin/index.ts";
import { dataOption } from "../api-command.ts";
import { withBackupBar } from "../backup-bar.ts";
import { readConfigFile } from "../configuration.ts";
import { dataFolder } from "../data-folder.ts";
import type { KeyStoreOptions } from "../key-stores.ts";
import { listOption } from "../options.ts";
import { standaloneLogger } from "../serve-options.ts";

interface Options extends KeyStoreOptions {
  readonly data: string;
  readonly serverSecretFile: string;
  readonly ledgerTail?: readonly string[];
  readonly crl?: readonly string[];
  readonly config?: string;
  readonly check?: boolean;
}

/** `restore`: a new data folder from a backup. */
export const addRestoreCommand = (program: Command): void => {
  program
    .command("restore <file>")
    .description("make a new data folder, or fill an empty PostgreSQL database, from a backup")
    .addOption(dataOption())
    .requiredOption("--server-secret-file <file>", "the server.secret of the installation, 0600")
    .option("--passphrase-file <file>", "file with the passphrase of soft keys, rights 0600")
    .option("--passphrase-env <name>", "environment variable with the passphrase of soft keys")
    .option("--pkcs11 <module>", "where the PKCS#11 module is on this machine")
    .option("--token-label <label>", "which token")
    .option("--pin-file <file>", "file with the token's PIN, rights 0600")
    .option("--pin-env <name>", "environment variable with the token's PIN")
    .addOption(
      listOption("--ledger-tail <file>", "ledger export that goes further; again per tenant"),
    )
    .addOption(listOption("--crl <file>", "CRL published after the backup, DER; again for more"))
    .option("--config <file>", "JSON file with further members of the configuration")
    .option("--check", "read the whole backup and write nothing")
    .addHelpText("after", "\nCtrl+C stops it and leaves nothing; the same command starts over.")
    .action(async (file: string, options: Options) => {
      process.umask(0o077);
      const serverSecret = { file: options.serverSecretFile };
      if (options.check === true) {
        const { readBackup } = await import("../../../plugin/index.ts");
        const { archive, manifest } = await withBackupBar(process.stderr, (watched) =>
          readBackup(file, { serverSecret }, {}, watched),
        );
        process.stdout.write(
          `whole: made ${archive.header.createdAt}, ${archive.header.rows} rows, ${manifest.keys.length} keys\n`,
        );
        return;
      }
      const { restoreFolder } = await import("../restore.ts");
      const report = await withBackupBar(process.stderr, async (watched) =>
        restoreFolder({
          ...watched,
          file,
          folder: dataFolder(options.data),
          serverSecretFile: options.serverSecretFile,
          keyStore: options,
          further: await readConfigFile(options.config),
          ledgerTails: options.ledgerTail ?? [],
          crls: options.crl ?? [],
          logger: standaloneLogger("warn"),
        }),
      );
      process.stdout.write(said(report, options.data));
    });
};

const said = (report: RestoreReport, data: string): string => {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([event, count]) => `${count} ${event}`)
      .join(", ") || "nothing";
  return [
    `restored ${report.rows} rows and ${report.keys} keys of ${report.backupAt.toISOString()}`,
    ...report.untriedKeys.map((ref) => `NOT TRIED, it could not be used at the backup: key ${ref}`),
    ...report.tails.flatMap(({ tenant, from, to, replayed, lost }) => [
      `ledger of ${tenant}: ${to - from} entries after ${from}; done again: ${counts(replayed)}`,
      ...(Object.keys(lost).length === 0
        ? []
        : [`ledger of ${tenant}: do again by hand: ${counts(lost)}`]),
    ]),
    ...report.crls.map(
      ({ tenant, authorityId, number, revoked, unknown }) =>
        `CRL ${number} of ${tenant}~${authorityId}: ${revoked} revoked, ${unknown} of unknown certificates`,
    ),
    `challenges: ${report.burned} burned, ${report.republished} deployments published again`,
    ...report.toMint.map(
      ({ tenant, deviceId, templateId }) =>
        `mint again: device ${deviceId}, template ${templateId}, tenant ${tenant}`,
    ),
    `next: countersign serve --data ${data}`,
    "",
  ].join("\n");
};
