import { statfs } from "node:fs/promises";
import type { Finding } from "../../../plugin/index.ts";
import type { DataFolder } from "../data-folder.ts";

const MIB = 1024 * 1024;
const FAULT_BELOW = 50 * MIB;
const WARNING_BELOW = 500 * MIB;

/** Whether there is room for the database to grow. */
export const checkDisk = async (folder: DataFolder): Promise<Finding> => {
  const { bavail, bsize } = await statfs(folder.path);
  const free = bavail * bsize;
  const message = `${Math.floor(free / MIB)} MiB are free for the data folder.`;
  if (free >= WARNING_BELOW) return { check: "disk", level: "ok", message };
  return {
    check: "disk",
    level: free < FAULT_BELOW ? "fault" : "warning",
    message,
    remedy: "Free some space; a server whose disk is full refuses to issue.",
  };
};
