import { stat } from "node:fs/promises";
import { diagnose, type Finding } from "../../../plugin/index.ts";
import { type Clock, type Logger, messageOf } from "../../../plugin/sdk.ts";
import { builtins } from "../../preset.ts";
import { clientFor } from "../api-command.ts";
import { configurationOf, readConfigFile } from "../configuration.ts";
import { type Connection, readConnection } from "../connection.ts";
import type { DataFolder } from "../data-folder.ts";
import { readSettings, type Settings } from "../settings.ts";
import { checkBaseUrl } from "./check-base-url.ts";
import { checkClock } from "./check-clock.ts";
import { checkDisk } from "./check-disk.ts";
import { checkFiles } from "./check-files.ts";
import { checkPorts } from "./check-ports.ts";
import { checkPublished } from "./check-published.ts";

/** Everything that a server of this folder stands on, in the order a start would meet it. Throws nothing that it was to find. */
export const examine = async (
  folder: DataFolder,
  configFile: string | undefined,
  clock: Clock,
  logger: Logger,
): Promise<readonly Finding[]> => {
  const absent = await missing(folder, folder.serverSecret);
  if (absent !== undefined) return [absent];
  let settings: Settings;
  let further: Awaited<ReturnType<typeof readConfigFile>>;
  try {
    settings = await readSettings(folder);
    further = await readConfigFile(configFile);
  } catch (failure) {
    const remedy = "Correct the file, or bring it back from a backup.";
    return [{ check: "configuration", level: "fault", message: messageOf(failure), remedy }];
  }
  const noDatabase =
    further.database?.client === "pg" ? undefined : await missing(folder, folder.database);
  if (noDatabase !== undefined) return [noDatabase];
  const connection = await runningConnection(folder);
  const publicUrl = further.publicUrl ?? settings.publicUrl;
  return [
    ...(await checkFiles(folder)),
    await checkDisk(folder),
    await checkClock(folder, clock),
    ...(await diagnose(configurationOf(folder, settings, further), builtins({ logger }))),
    ...(await checkPorts(settings, connection)),
    await checkBaseUrl(publicUrl, connection),
    ...(connection === undefined ? [] : await published(folder)),
  ];
};

/** What the running server publishes. Findings of authorities in the tenant of its own token. */
const published = async (folder: DataFolder): Promise<readonly Finding[]> => {
  try {
    return await checkPublished(await clientFor({ data: folder.path }));
  } catch (failure) {
    const remedy = "Look at the server's log; its admin listener must be reachable from here.";
    const message = `The server could not be asked what it publishes: ${messageOf(failure)}`;
    return [{ check: "published", level: "warning", message, remedy }];
  }
};

/** A look at what is not there would make it: a database and a key folder come into being when they are opened. */
const missing = async (folder: DataFolder, path: string): Promise<Finding | undefined> => {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (there) return undefined;
  return {
    check: "files",
    level: "fault",
    message: `${folder.path} holds no whole installation: ${path} is missing.`,
    remedy: "Run countersign init, name another folder by --data, or restore a backup.",
  };
};

/** Undefined when the process that wrote it is gone. */
const runningConnection = async (folder: DataFolder): Promise<Connection | undefined> => {
  const connection = await readConnection(folder);
  if (connection === undefined) return undefined;
  try {
    process.kill(connection.pid, 0);
    return connection;
  } catch (failure) {
    // A process of another user lives too.
    return (failure as NodeJS.ErrnoException).code === "EPERM" ? connection : undefined;
  }
};
