import { randomBytes } from "node:crypto";
import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";
import type { DataFolder } from "./data-folder.ts";
import { defaultKeyStore } from "./key-stores.ts";
import { createPrivateFile } from "./private-file.ts";
import { type KeyStoreSettings, type Settings, writeSettings } from "./settings.ts";

/** What was made, and the way to unmake it while nothing depends on it yet. */
export interface Initialised {
  readonly settings: Settings;
  /** Removes what was made here, and the folder when it was made here too. */
  readonly undo: () => Promise<void>;
}

/** Whether there is anything of that name. */
export const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Whether this folder holds an installation. Throws `invalid_config` for a database whose server secret is gone, and for a part of a restore.
 */
export const isInitialised = async (folder: DataFolder): Promise<boolean> => {
  if (await exists(folder.restoring)) {
    throw new CountersignError(
      "invalid_config",
      `a restore into ${folder.path} was not finished; run countersign restore again`,
    );
  }
  if (await exists(folder.serverSecret)) return true;
  if (await exists(folder.database)) {
    throw new CountersignError(
      "invalid_config",
      `${folder.path} has a database but no server.secret; bring the file back from a backup`,
    );
  }
  return false;
};

/**
 * Makes folder (0700), server secret, passphrase and settings. Throws `already_initialised` over existing data, `database_unusable` where
 * the folder cannot be made or written; then nothing is left behind.
 */
export const initialise = async (
  folder: DataFolder,
  settings: Omit<Settings, "keys">,
  keyStore: KeyStoreSettings | undefined,
): Promise<Initialised> => {
  if (await isInitialised(folder)) {
    throw new CountersignError("already_initialised", `${folder.path} holds an installation`);
  }
  const madeFolder = await madeBy(folder);
  const made = [
    folder.settings,
    folder.serverSecret,
    folder.keys,
    folder.tls,
    ...databaseFiles(folder),
  ];
  if (keyStore === undefined) made.push(folder.passphrase);
  const undo = async (): Promise<void> => {
    if (madeFolder === undefined)
      await Promise.all(made.map((path) => rm(path, { recursive: true, force: true })));
    else await rm(madeFolder, { recursive: true, force: true });
  };
  try {
    await chmod(folder.path, 0o700);
    const whole: Settings = { ...settings, keys: [keyStore ?? defaultKeyStore] };
    if (keyStore === undefined && !(await exists(folder.passphrase))) {
      await createPrivateFile(folder.passphrase, `${randomBytes(32).toString("base64url")}\n`);
    }
    await writeSettings(folder, whole);
    // Last, since it says that the folder is whole: what a crash left behind before is gone over again.
    await createPrivateFile(folder.serverSecret, randomBytes(32));
    return { settings: whole, undo };
  } catch (cause) {
    await undo();
    throw unusable(folder, cause);
  }
};

/** The database file and what SQLite keeps beside it. */
export const databaseFiles = (folder: DataFolder): readonly string[] =>
  ["", "-wal", "-shm", "-journal"].map((suffix) => `${folder.database}${suffix}`);

/** The topmost folder that had to be made; undefined when all were there. */
export const madeBy = async (folder: DataFolder): Promise<string | undefined> => {
  try {
    return await mkdir(folder.path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(folder, cause);
  }
};

const unusable = (folder: DataFolder, cause: unknown): CountersignError =>
  cause instanceof CountersignError
    ? cause
    : new CountersignError(
        isFull(cause) ? "storage_full" : "database_unusable",
        `the data folder ${folder.path} (in ${dirname(folder.path)}) cannot be made: ${messageOf(cause)}`,
        { cause },
      );

const isFull = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
