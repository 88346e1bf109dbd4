import { isAbsolute } from "node:path";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";
import { defaultKeyStore, type KeyStoreOptions, keyStoreOf } from "./key-stores.ts";
import type { KeyStoreSettings, Settings } from "./settings.ts";

/** The settings of a backup, fitted to where they are restored. */
export interface RestoredSettings {
  readonly settings: Settings;
  /** Passphrase files to make in the data folder: name there, and the file given. */
  readonly passphrases: readonly { readonly name: string; readonly from: string }[];
}

/**
 * Settings from a backup (`undefined` for one without): a token or passphrase that is given takes the place of the one named there. Throws
 * `invalid_config` where the passphrase lay in the data folder, which no backup holds, and none is given.
 */
export const restoredSettings = (
  octets: Uint8Array | undefined,
  options: KeyStoreOptions,
): RestoredSettings => {
  const stored = settingsOf(octets);
  const { passphraseFile, passphraseEnv, ...token } = options;
  const given = keyStoreOf(token);
  const passphrases: { name: string; from: string }[] = [];
  const keys = stored.keys.map((store): KeyStoreSettings => {
    if (given !== undefined && store.kind === given.kind) return { ...store, ...given };
    if (store.kind !== "soft") return store;
    const inside = insideName(store["passphrase"]);
    if (inside !== undefined && passphraseFile !== undefined)
      passphrases.push({ name: inside, from: passphraseFile });
    else if (passphraseFile !== undefined || passphraseEnv !== undefined)
      return {
        ...store,
        ...keyStoreOf({ passphraseFile, passphraseEnv }),
        folder: store["folder"],
      };
    else if (inside !== undefined)
      throw new CountersignError(
        "invalid_config",
        "the keys of this backup are encrypted, and it does not hold their passphrase: give --passphrase-file",
      );
    return store;
  });
  return { settings: { ...stored, keys }, passphrases };
};

/** The name of a passphrase file that lay in the data folder itself. */
const insideName = (source: unknown): string | undefined => {
  if (typeof source !== "object" || source === null || !("file" in source)) return undefined;
  const { file } = source;
  return typeof file === "string" && !isAbsolute(file) ? file : undefined;
};

const settingsOf = (octets: Uint8Array | undefined): Settings => {
  if (octets === undefined) return { keys: [defaultKeyStore] };
  try {
    return JSON.parse(Buffer.from(octets).toString("utf8")) as Settings;
  } catch (cause) {
    throw new CountersignError("backup_damaged", `its settings: ${messageOf(cause)}`, { cause });
  }
};
