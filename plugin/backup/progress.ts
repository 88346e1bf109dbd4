import { CountersignError } from "../errors.ts";

/** How far a backup or a restore has come. */
export interface BackupProgress {
  /** `save` rows, `check` rows of a backup, try `keys`, `restore` rows, `compare` rows, re-enter the entries of a ledger `tail`. */
  readonly phase: "save" | "check" | "keys" | "restore" | "compare" | "tail";
  readonly detail: string;
  readonly done: number;
  readonly total: number;
}

/** Throws `stopped` once somebody has asked for it. */
export const requireGoingOn = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw new CountersignError("stopped", "");
};
