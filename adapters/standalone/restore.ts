import { chmod, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type CountersignConfig,
  readBackup,
  restoreInstallation,
  type RestoreReport,
} from "../../plugin/index.ts";
import { CountersignError, type Logger } from "../../plugin/sdk.ts";
import { builtins } from "../preset.ts";
import type { Watched } from "./backup-bar.ts";
import { configurationOf } from "./configuration.ts";
import type { DataFolder } from "./data-folder.ts";
import { databaseFiles, exists, isInitialised, madeBy } from "./initialise.ts";
import type { KeyStoreOptions } from "./key-stores.ts";
import { createPrivateFile } from "./private-file.ts";
import { restoredSettings } from "./restored-settings.ts";
import { type Settings, writeSettings } from "./settings.ts";

export interface RestoreInput extends Watched {
  readonly file: string;
  readonly folder: DataFolder;
  readonly serverSecretFile: string;
  readonly keyStore: KeyStoreOptions;
  readonly further: Partial<CountersignConfig>;
  readonly ledgerTails: readonly string[];
  readonly crls: readonly string[];
  readonly logger: Logger;
}

/**
 * Makes a data folder from a backup. All or nothing: whatever fails takes away what was made, and a folder in which a crash left a part is
 * told from one that is whole. Throws `already_initialised` for a folder that holds an installation.
 */
export const restoreFolder = async (input: RestoreInput): Promise<RestoreReport> => {
  const { file, folder, serverSecretFile, logger } = input;
  const setup = builtins({ logger });
  const serverSecret = { file: serverSecretFile };
  await removeUnfinished(folder);
  if (await isInitialised(folder))
    throw new CountersignError("already_initialised", `${folder.path} holds an installation`);

  const backup = await readBackup(file, { serverSecret }, setup, input);
  const { settings, passphrases } = restoredSettings(
    backup.extras["settings.json"],
    input.keyStore,
  );
  const names = passphrases.map(({ name }) => name);
  for (const path of madeFiles(folder, names))
    if (await exists(path))
      throw new CountersignError("already_initialised", `there is ${path} already`);
  const top = await madeBy(folder);
  try {
    await chmod(folder.path, 0o700);
    // First, so that a crash leaves no folder that looks whole.
    await createPrivateFile(folder.restoring, `${backup.archive.header.id}\n`);
    await writeSettings(folder, settings);
    for (const { name, from } of passphrases)
      await createPrivateFile(join(folder.path, name), await readFile(from));
    await createPrivateFile(folder.serverSecret, await readFile(serverSecretFile));
    const configuration = configurationOf(folder, settings, input.further);
    const report = await restoreInstallation(backup, configuration, setup, input);
    await rm(folder.restoring);
    return report;
  } catch (failure) {
    await removeMade(folder, names);
    if (top !== undefined) await rm(top, { recursive: true, force: true });
    throw failure;
  }
};

/** What a crash left of an earlier try. */
const removeUnfinished = async (folder: DataFolder): Promise<void> => {
  if (!(await exists(folder.restoring))) return;
  const settings = await readFile(folder.settings, "utf8").then(
    (text) => JSON.parse(text) as Settings,
    () => undefined,
  );
  const passphrases = (settings?.keys ?? []).flatMap(({ passphrase }) =>
    typeof passphrase === "object" && passphrase !== null && "file" in passphrase
      ? [String(passphrase.file)]
      : [],
  );
  await removeMade(
    folder,
    passphrases.filter((name) => !name.includes("/")),
  );
};

const madeFiles = (folder: DataFolder, passphrases: readonly string[]): readonly string[] => [
  ...databaseFiles(folder),
  folder.keys,
  ...passphrases.map((name) => join(folder.path, name)),
  folder.settings,
  folder.serverSecret,
];

/** The marker last, for the same reason as it is made first. */
const removeMade = async (folder: DataFolder, passphrases: readonly string[]): Promise<void> => {
  for (const path of [...madeFiles(folder, passphrases), folder.restoring])
    await rm(path, { recursive: true, force: true });
};
