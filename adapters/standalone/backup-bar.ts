import type { WriteStream } from "node:tty";
import type { BackupProgress } from "../../plugin/index.ts";
import { rowBar } from "./row-bar.ts";

const SAID: Readonly<Record<BackupProgress["phase"], readonly [what: string, unit: string]>> = {
  save: ["saved", "rows"],
  check: ["checked", "rows"],
  keys: ["tried", "keys"],
  restore: ["restored", "rows"],
  compare: ["compared", "rows"],
  tail: ["entered again", "ledger entries"],
};

/** What runs with a bar of progress, and until Ctrl+C. */
export interface Watched {
  readonly onProgress: (progress: BackupProgress) => void;
  readonly signal: AbortSignal;
}

/** Shows progress on `stream`; SIGINT and SIGTERM ask `work` to stop. */
export const withBackupBar = async <T>(
  stream: WriteStream,
  work: (watched: Watched) => Promise<T>,
): Promise<T> => {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const bar = rowBar(stream);
  try {
    return await work({
      signal: stopping.signal,
      onProgress: ({ phase, detail, done, total }) => {
        const [what, unit] = SAID[phase];
        bar.update(what, detail, done, total, unit);
      },
    });
  } finally {
    bar.stop();
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
  }
};
