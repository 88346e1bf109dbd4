import { readFile } from "node:fs/promises";
import type { CountersignConfig } from "../../plugin/index.ts";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";
import type { DataFolder } from "./data-folder.ts";
import { type Settings, withPaths } from "./settings.ts";

/** Further members of the configuration from a JSON file; the installation checks them. Throws `invalid_config`. */
export const readConfigFile = async (
  path: string | undefined,
): Promise<Partial<CountersignConfig>> => {
  if (path === undefined) return {};
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Error("it holds no JSON object");
    }
    return value;
  } catch (cause) {
    throw new CountersignError("invalid_config", `${path} cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
};

/** The configuration of the installation in a data folder. Its secret cannot be replaced, its database only by a PostgreSQL server. */
export const configurationOf = (
  folder: DataFolder,
  settings: Settings,
  further: Partial<CountersignConfig>,
): CountersignConfig => ({
  ...(settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }),
  ...(settings.scepUrl === undefined ? {} : { scepUrl: settings.scepUrl }),
  keys: settings.keys.map((store) => withPaths(folder, store)),
  ...further,
  database: further.database?.client === "pg" ? further.database : { file: folder.database },
  serverSecret: { file: folder.serverSecret },
});
