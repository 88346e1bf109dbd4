import { type CheckedBackup, checkBackup, type CheckOptions } from "./backup/check-backup.ts";
import { type BackupOptions, type BackupReport, makeBackup } from "./backup/make-backup.ts";
import {
  restoreBackup,
  type RestoreOptions,
  type RestoreReport,
  type RestoreTarget,
} from "./backup/restore-backup.ts";
import { systemClock } from "./clock.ts";
import { type Config, type CountersignConfig, parseConfig } from "./config.ts";
import { databasePlace } from "./database-config.ts";
import { openDatabaseSetting, requireThere } from "./databases.ts";
import { DEFAULT_TENANT } from "./domain/tenant.ts";
import { standardErrorLogger } from "./logger.ts";
import { systemRandom } from "./random.ts";
import { checkServerSecret, readServerSecret } from "./server-secret.ts";
import type { Setup } from "./setup.ts";
import { openDatabase } from "./store/database.ts";
import { withSnapshot } from "./store/snapshot.ts";

export type RestoreInstallationOptions = RestoreOptions;

/**
 * Backs up the installation that a configuration names, beside the servers that work on it: database, encrypted key files and `extras` in one
 * file (0600), encrypted and authenticated with a key that is derived from the server secret, which is not in it; nor are passphrases, PINs
 * and keys in tokens. Writes a ledger row. Throws `conflict` for a file that is there, `key_not_found` for keys that cannot be used,
 * `storage_full`, `invalid_config`, `database_*`.
 */
export const backupInstallation = async (
  input: CountersignConfig,
  setup: Setup,
  options: BackupOptions,
): Promise<BackupReport> => {
  const config = parseConfig(input, setup.keyStores);
  await requireThere(config.database);
  const report = await withDialect(config, setup, async (place) => {
    await withSnapshot(place.dialect, ({ directory }) =>
      checkServerSecret(directory, place.serverSecret),
    );
    return makeBackup(place, options);
  });
  await tellLedger(config, setup, report);
  return report;
};

/** Reads a backup from end to end and writes nothing; see `checkBackup`. */
export const readBackup = async (
  file: string,
  source: Pick<CountersignConfig, "serverSecret">,
  setup: Pick<Setup, "environment">,
  options: CheckOptions = {},
): Promise<CheckedBackup> => checkBackup(file, await readServerSecret(source, setup), options);

/** Restores into the empty database and the empty key folders that a configuration names; see `restoreBackup`. */
export const restoreInstallation = async (
  backup: CheckedBackup,
  input: CountersignConfig,
  setup: Setup,
  options: RestoreInstallationOptions = {},
): Promise<RestoreReport> =>
  withDialect(parseConfig(input, setup.keyStores), setup, (target) =>
    restoreBackup(backup, target, options),
  );

const withDialect = async <T>(
  config: Config,
  setup: Setup,
  work: (place: RestoreTarget) => Promise<T>,
): Promise<T> => {
  const serverSecret = await readServerSecret(config, setup);
  const logger = setup.logger ?? standardErrorLogger();
  const { environment } = setup;
  const dialect = await openDatabaseSetting("database", config.database, { logger, environment });
  try {
    return await work({
      dialect,
      keys: config.keys,
      serverSecret,
      clock: setup.clock ?? systemClock,
      random: setup.random ?? systemRandom,
      logger,
    });
  } finally {
    await dialect.close();
  }
};

/** Who looks at the ledger sees when the last backup was made. */
const tellLedger = async (
  config: Config,
  setup: Setup,
  { id, octets, rows, keys }: BackupReport,
): Promise<void> => {
  const clock = setup.clock ?? systemClock;
  const place = await databasePlace(config.database, setup.environment ?? {});
  const database = await openDatabase({ ...place, clock });
  try {
    await database.directory.open(DEFAULT_TENANT).ledger.append({
      event: "backup.made",
      principal: "system:backup",
      at: clock.now(),
      subjectId: id,
      data: { octets, rows, keys: keys.length },
    });
  } finally {
    await database.close();
  }
};
