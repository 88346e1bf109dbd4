import { hash } from "node:crypto";
import { canonicalJson } from "../domain/canonical-json.ts";
import {
  CHAIN_BEGINNING,
  type ChainEnd,
  type LedgerEntry,
  type LedgerEvent,
  type SealedEntry,
} from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { Refill } from "../store/refill.ts";
import { broken, readLedgerFile } from "./ledger-file.ts";
import { replayerOf } from "./replay-entry.ts";
import { verifyLedgerFile } from "./verify-ledger.ts";

/** What the tail of one tenant's ledger brought. */
export interface TailReport {
  readonly tenant: TenantId;
  /** Where the ledger of the backup ended, and where the tail does. */
  readonly from: number;
  readonly to: number;
  /** Entries that were done again, by event. */
  readonly replayed: Readonly<Partial<Record<LedgerEvent, number>>>;
  /** Entries that could not be done again, by event: they stand in the ledger, what they tell of is not there. */
  readonly lost: Readonly<Partial<Record<LedgerEvent, number>>>;
}

export interface TailOptions {
  readonly file: string;
  /** SHA-256 of the installation's ledger key, hex. */
  readonly key: string;
  readonly onEntry: (done: number, total: number) => void;
}

/** Ledger rows in one insert. */
const AT_ONCE = 200;
/** Changes nothing that outlives a restore, or is done for all anyway: challenges die, CRLs are signed anew. */
const PASSING: ReadonlySet<LedgerEvent> = new Set<LedgerEvent>([
  "challenge.minted",
  "challenge.burned",
  "certificate.refused",
  "certificate.failed",
  "crl.published",
  "backup.made",
  "backup.restored",
  "ra.alarm",
  "challenge.alarm",
  "certificate.unknown",
]);

/**
 * Enters again what happened after a backup, from an export of the ledger whose last line may be torn; the chain then ends where the export's
 * last signed head stands. Throws `ledger_broken` for an export that was changed, is of another installation, or does not go on where the
 * backup ends.
 */
export const replayTail = async (
  target: Refill,
  { file, key, onEntry }: TailOptions,
): Promise<TailReport> => {
  const { tenant, signed, after } = await verifyLedgerFile(file, { key, allowTornEnd: true });
  if (!(await target.directory.tenants()).some(({ id }) => id === tenant))
    throw new CountersignError("invalid_input", `the backup has no tenant ${tenant} (${file})`);
  const store = target.directory.open(tenant);
  const end = (await store.chain.head())?.end ?? CHAIN_BEGINNING;
  if (after.sequence > end.sequence)
    throw broken(
      `${file} begins after entry ${after.sequence}, but the backup ends at ${end.sequence}: entries between are missing`,
    );
  requirePlace(file, end, after);

  const { rows } = target;
  const waiting = await rows.unsealed(tenant);
  const known = new Map(waiting.map((entry) => [contentOf(entry), entry.id]));
  const doubled: string[] = [];
  const counts = { replayed: new Map<LedgerEvent, number>(), lost: new Map<LedgerEvent, number>() };
  let page: SealedEntry[] = [];
  const flush = async (): Promise<void> => {
    await rows.appendSealed(tenant, page);
    page = [];
  };
  for await (const line of readLedgerFile(file)) {
    if (line.kind !== "entry" || line.entry.sequence > signed.sequence) continue;
    const { entry, certificate } = line;
    requirePlace(file, end, entry);
    if (entry.sequence <= end.sequence) continue;
    const { event } = entry;
    const outcome = await replayerOf(event)?.({ store, rows, entry, certificate });
    if (outcome === "done") add(counts.replayed, event);
    else if (outcome === "lost" || (outcome === undefined && !PASSING.has(event)))
      add(counts.lost, event);
    const double = known.get(contentOf(entry));
    if (double !== undefined) doubled.push(double);
    page.push(entry);
    if (page.length === AT_ONCE) await flush();
    onEntry(entry.sequence - end.sequence, signed.sequence - end.sequence);
  }
  await flush();
  // They got their places after the backup was made.
  await rows.removeUnsealed(tenant, doubled);
  if (signed.sequence > end.sequence) await rows.endChain(signed);
  return {
    tenant,
    from: end.sequence,
    to: signed.sequence,
    replayed: Object.fromEntries(counts.replayed),
    lost: Object.fromEntries(counts.lost),
  };
};

const add = (counts: Map<LedgerEvent, number>, event: LedgerEvent): void =>
  void counts.set(event, (counts.get(event) ?? 0) + 1);

/** The export and the backup are of one chain. */
const requirePlace = (file: string, end: ChainEnd, entry: ChainEnd): void => {
  if (entry.sequence === end.sequence && entry.hash !== end.hash)
    throw broken(
      `${file} is of another chain than the backup: entry ${entry.sequence} has another hash`,
    );
};

const contentOf = ({ event, principal, at, subjectId, data }: LedgerEntry): string =>
  hash(
    "sha256",
    canonicalJson({ event, principal, at, subjectId: subjectId ?? null, data }),
    "hex",
  );
