import type { Config } from "../config.ts";
import { hash } from "node:crypto";
import { CountersignError } from "../errors.ts";
import type { Clock, Logger, Random } from "../ports/ambient.ts";
import type { Directory } from "../ports/stores.ts";
import { Keyring } from "../services/signing/keyring.ts";
import type { Dialect } from "../store/dialect.ts";
import { refill, type Refill } from "../store/refill.ts";
import type { CheckedBackup } from "./check-backup.ts";
import { requireKeys, withKeyStores } from "./held-keys.ts";
import { KeyFileWriter } from "./key-files.ts";
import { type CrlReport, mergeCrl } from "./merge-crl.ts";
import { type EpochReport, openEpoch } from "./new-epoch.ts";
import { type BackupProgress, requireGoingOn } from "./progress.ts";
import { replayTail, type TailReport } from "./replay-tail.ts";
import { readPage } from "./row-page.ts";

/** Where a backup goes. */
export interface RestoreTarget {
  readonly dialect: Dialect;
  readonly keys: Config["keys"];
  readonly serverSecret: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface RestoreOptions {
  /** Exports of the ledger that reach further than the backup, one a tenant. */
  readonly ledgerTails?: readonly string[] | undefined;
  /** CRLs (DER) that were published after the backup. */
  readonly crls?: readonly string[] | undefined;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  /** Stops it; nothing is left of it. */
  readonly signal?: AbortSignal | undefined;
}

/** What was restored. */
export interface RestoreReport extends EpochReport {
  readonly id: string;
  /** When the backup was made. */
  readonly backupAt: Date;
  readonly rows: number;
  readonly keys: number;
  /** Keys that could not be used when the backup was made, and were not tried. */
  readonly untriedKeys: readonly string[];
  readonly tails: readonly TailReport[];
  readonly crls: readonly CrlReport[];
}

/**
 * Restores into an empty database and empty key folders: the key files, every key tried, then all rows, what happened since, and the new
 * epoch in one transaction. All or nothing: whatever fails, the key files are removed again and the database stays empty. Throws
 * `already_initialised`, `key_not_found` for a missing or another key, `schema_outdated` for a backup of another version, `storage_full`,
 * `ledger_broken`, `invalid_input`.
 */
export const restoreBackup = async (
  backup: CheckedBackup,
  target: RestoreTarget,
  options: RestoreOptions = {},
): Promise<RestoreReport> => {
  const { archive, manifest } = backup;
  const backupAt = new Date(archive.header.createdAt);
  const now = target.clock.now();
  if (now < backupAt)
    throw new CountersignError(
      "invalid_input",
      `the clock of this machine says ${now.toISOString()}, but the backup was made at ${archive.header.createdAt}: set the clock first`,
    );
  const files = new KeyFileWriter(target.keys);
  await files.requireEmpty();
  try {
    for (const [part, octets] of Object.entries(backup.extras)) await files.write({ part, octets });
    return await withKeyStores(
      target.keys,
      target.serverSecret,
      target.logger,
      async (providers) => {
        const total = manifest.keys.length;
        await requireKeys(manifest.keys, providers, target.random, (done) =>
          options.onProgress?.({ phase: "keys", detail: "", done, total }),
        );
        return refill(target.dialect, manifest.schema, async (filling) => {
          await insertRows(backup, filling, options);
          const tails: TailReport[] = [];
          for (const file of options.ledgerTails ?? [])
            tails.push(
              await replayTail(filling, {
                file,
                key: await ledgerKey(filling.directory, new Keyring(providers)),
                onEntry: (done, all) =>
                  options.onProgress?.({ phase: "tail", detail: file, done, total: all }),
              }),
            );
          const crls: CrlReport[] = [];
          for (const file of options.crls ?? [])
            crls.push(await mergeCrl(filling, target.random, file));
          const crlNumber = crls.reduce((most, { number }) => (number > most ? number : most), 0n);
          const { id } = archive.header;
          const epoch = await openEpoch(filling, { backupId: id, backupAt, now, crlNumber });
          requireGoingOn(options.signal);
          const untried = manifest.keys.filter(({ publicKey }) => publicKey === undefined);
          return {
            ...{ id, backupAt, rows: archive.header.rows, keys: total },
            untriedKeys: untried.map(({ ref }) => ref),
            ...{ tails, crls },
            ...epoch,
          };
        });
      },
    );
  } catch (failure) {
    await files.undo();
    throw failure;
  }
};

/** Then compares what stands there with what was saved. */
const insertRows = async (
  { archive, manifest }: CheckedBackup,
  target: Refill,
  { onProgress, signal }: RestoreOptions,
): Promise<void> => {
  const total = archive.header.rows;
  let done = 0;
  for await (const item of archive.items()) {
    requireGoingOn(signal);
    if (item.kind !== "data" || !item.part.startsWith("database/")) continue;
    const table = item.part.slice("database/".length);
    const rows = readPage(item.octets);
    await target.insert(table, rows);
    done += rows.length;
    onProgress?.({ phase: "restore", detail: table, done, total });
  }
  done = 0;
  for (const table of target.tables) {
    const found = await target.digest(table, (rows) => {
      requireGoingOn(signal);
      done += rows;
      onProgress?.({ phase: "compare", detail: table, done, total });
    });
    const saved = manifest.tables[table];
    if (saved?.rows !== found.rows || saved.digest !== found.digest)
      throw new CountersignError("conflict", `${table} differs from what was saved`);
  }
  await target.continueIds();
};

/** SHA-256 of the public half of the key that signs ledgers. */
const ledgerKey = async (directory: Directory, keyring: Keyring): Promise<string> => {
  const ref = await directory.setting("ledger-key", () =>
    Promise.reject(new CountersignError("invalid_input", "the backup has no ledger key yet")),
  );
  const { publicKey } = await keyring.signer(Buffer.from(ref).toString("utf8"));
  return hash("sha256", publicKey, "hex");
};
