import { stat } from "node:fs/promises";
import type { Clock } from "../../../plugin/sdk.ts";
import type { Finding } from "../../../plugin/index.ts";
import type { DataFolder } from "../data-folder.ts";

const MINUTE_MS = 60_000;

/** A clock that stands before what was written already, or far from the database's last write, makes certificates nobody believes. */
export const checkClock = async (folder: DataFolder, clock: Clock): Promise<Finding> => {
  const now = clock.now().getTime();
  const written = await Promise.all(
    [folder.serverSecret, folder.settings, folder.database].map(async (path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const latest = Math.max(...written);
  const shown = new Date(now).toISOString();
  if (now >= latest - MINUTE_MS) {
    return { check: "clock", level: "ok", message: `It is ${shown}.` };
  }
  return {
    check: "clock",
    level: "fault",
    message: `The clock says ${shown}, but files here were written at ${new Date(latest).toISOString()}.`,
    remedy: "Set the clock right, best by NTP, before anything is issued.",
  };
};
