import { readFile, rm } from "node:fs/promises";
import type { Part } from "../../plugin/index.ts";
import type { DataFolder } from "./data-folder.ts";
import { replacePrivateFile } from "./private-file.ts";

/** How programs on this machine find the server of a data folder. */
export interface Connection {
  readonly pid: number;
  /** Base URL of the admin API. */
  readonly url: string;
  readonly tokenFile: string;
  readonly operatorTokenFile: string;
  readonly listeners: readonly { readonly url: string; readonly serves: readonly Part[] }[];
}

export const writeConnection = (folder: DataFolder, connection: Connection): Promise<void> =>
  replacePrivateFile(folder.connection, `${JSON.stringify(connection, undefined, 2)}\n`);

/** Undefined where no server has left one. */
export const readConnection = async (folder: DataFolder): Promise<Connection | undefined> => {
  try {
    return JSON.parse(await readFile(folder.connection, "utf8")) as Connection;
  } catch {
    return undefined;
  }
};

/** Takes connection and tokens away, unless another server has written its own since. */
export const removeConnection = async (folder: DataFolder, pid: number): Promise<void> => {
  if ((await readConnection(folder))?.pid !== pid) return;
  for (const path of [folder.connection, folder.token, folder.operatorToken])
    await rm(path, { force: true });
};
