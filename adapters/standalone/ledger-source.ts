import { setTimeout as pause } from "node:timers/promises";
import { CountersignError, type ErrorCode, messageOf } from "../../plugin/sdk.ts";
import type { AdminClient } from "./admin-client.ts";

/** A place in the chain, as the API writes it. */
export interface LedgerPlace {
  readonly sequence: number;
  /** Hex. */
  readonly hash: string;
}

/** An entry as the API writes it; `certificate` is base64. */
export interface LedgerItem extends LedgerPlace {
  readonly event: string;
  readonly principal: string;
  readonly at: string;
  readonly subjectId?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly certificate?: string;
}

/** A stretch of the chain; `head` once it reaches the end that was signed last. */
export interface LedgerStretch {
  readonly tenant: string;
  readonly publicKey: string;
  readonly after: LedgerPlace;
  readonly items: readonly LedgerItem[];
  readonly head?: LedgerPlace & { readonly at: string; readonly signature: string };
}

export interface LedgerSourceOptions {
  /** Begins behind this entry. */
  readonly after: number;
  /** Goes on when it has reached the end, and waits for a server that is away. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Hears that the server is away, and why. */
  readonly onAway?: (why: string) => void;
}

const PAGE = 500;
const POLL_MS = 1000;
const AWAY_MS = 5000;
/** What passes: the server starts again, its token was renewed, it has too much to do. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "not_running",
  "unauthenticated",
  "busy",
  "database_locked",
  "database_unusable",
]);

/** The ledger from one entry on, oldest first. The first stretch comes even when it is empty. */
export async function* ledgerStretches(
  api: AdminClient,
  { after, follow, signal, onAway }: LedgerSourceOptions,
): AsyncGenerator<LedgerStretch> {
  let at = after;
  let first = true;
  while (!signal.aborted) {
    let stretch: LedgerStretch;
    try {
      const query = { after: String(at), limit: String(PAGE) };
      stretch = (await api.ask("GET", "/ledger/chain", { query })).value as LedgerStretch;
    } catch (thrown) {
      if (!follow || !(thrown instanceof CountersignError) || !PASSING.has(thrown.code))
        throw thrown;
      onAway?.(messageOf(thrown));
      await waited(AWAY_MS, signal);
      continue;
    }
    const last = stretch.items.at(-1);
    if (first || last !== undefined) yield stretch;
    first = false;
    at = last?.sequence ?? at;
    if (last !== undefined && stretch.head === undefined) continue;
    if (!follow) return;
    await waited(POLL_MS, signal);
  }
}

const waited = (ms: number, signal: AbortSignal): Promise<unknown> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
