import type { ChainEnd, LedgerEntry, SignedHead } from "../domain/events.ts";

/** A ledger row that has no place in the chain yet. */
export interface UnsealedEntry extends LedgerEntry {
  readonly id: string;
}

/** The place of a row: its number and its hash. */
export interface Seal extends ChainEnd {
  readonly id: string;
}

/** Who seals at `now`, and until when nobody else does. */
export interface SealerLease {
  readonly holder: string;
  readonly now: Date;
  readonly until: Date;
}

/** The hash chain over one tenant's ledger; correct with several nodes. */
export interface LedgerChainStore {
  /** Where the chain ends and up to `limit` rows that come next; undefined while the lease of another holder runs. */
  open(
    lease: SealerLease,
    limit: number,
  ): Promise<{ readonly end: ChainEnd; readonly entries: readonly UnsealedEntry[] } | undefined>;
  /**
   * Takes the lease and gives rows their places after `end`, all of them or none; false, and nothing is written, when the chain no longer
   * ends there or another's lease runs.
   */
  seal(lease: SealerLease, end: ChainEnd, seals: readonly Seal[]): Promise<boolean>;
  /** The head signed last, and where the chain ends; undefined before the first seal. */
  head(): Promise<{ readonly end: ChainEnd; readonly signed: SignedHead | undefined } | undefined>;
  /** Keeps a signed head unless a later one is there. */
  saveHead(head: SignedHead): Promise<void>;
}
