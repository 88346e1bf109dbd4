import { readFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";
import type { DataFolder } from "./data-folder.ts";
import { replacePrivateFile } from "./private-file.ts";

/** A key store as the configuration names it; file names may be relative to the data folder. */
export interface KeyStoreSettings {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** What an installation keeps of how it was started, so that `serve --data DIR` is enough the next time. */
export interface Settings {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly publicUrl?: string | undefined;
  readonly scepUrl?: string | undefined;
  readonly keys: readonly KeyStoreSettings[];
}

/** Throws `invalid_config` for a file that cannot be read or is not what we wrote. */
export const readSettings = async (folder: DataFolder): Promise<Settings> => {
  try {
    const settings = JSON.parse(await readFile(folder.settings, "utf8")) as Partial<Settings>;
    if (!Array.isArray(settings.keys)) throw new Error("it names no key store (keys)");
    return { ...settings, keys: settings.keys };
  } catch (cause) {
    throw new CountersignError(
      "invalid_config",
      `${folder.settings} cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
};

export const writeSettings = (folder: DataFolder, settings: Settings): Promise<void> =>
  replacePrivateFile(folder.settings, `${JSON.stringify(settings, undefined, 2)}\n`);

const FILE_OPTIONS = new Set(["file", "folder", "SOFTHSM2_CONF"]);

/** The same store with every file name made absolute, so that a data folder can be moved as a whole. */
export const withPaths = (folder: DataFolder, store: KeyStoreSettings): KeyStoreSettings =>
  absolute(folder.path, store) as KeyStoreSettings;

const absolute = (base: string, value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((member) => absolute(base, member))
    : typeof value !== "object" || value === null
      ? value
      : Object.fromEntries(
          Object.entries(value).map(([name, member]) => [
            name,
            FILE_OPTIONS.has(name) && typeof member === "string" && !isAbsolute(member)
              ? resolve(base, member)
              : absolute(base, member),
          ]),
        );
