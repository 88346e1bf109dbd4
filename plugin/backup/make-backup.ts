import type { Config } from "../config.ts";
import type { ChainEnd } from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { Clock, Logger, Random } from "../ports/ambient.ts";
import type { Directory } from "../ports/stores.ts";
import { digestOfRows, type TableDigest } from "../store/copying/table-digest.ts";
import type { Dialect } from "../store/dialect.ts";
import { type Snapshot, withSnapshot } from "../store/snapshot.ts";
import { ArchiveWriter } from "./archive-writer.ts";
import { describeKeys, withKeyStores } from "./held-keys.ts";
import { readKeyFiles } from "./key-files.ts";
import { KeyReferences } from "./key-references.ts";
import type { KeyFacts } from "./manifest.ts";
import { type BackupProgress, requireGoingOn } from "./progress.ts";
import { writePage } from "./row-page.ts";

/** What a backup is made of. */
export interface BackupSource {
  readonly dialect: Dialect;
  readonly keys: Config["keys"];
  readonly serverSecret: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface BackupOptions {
  /** Where the backup goes; nothing may be there. */
  readonly file: string;
  /** Small things of the host's own that go with it, by name. */
  readonly extras?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Makes the backup although keys cannot be used at the moment; a restore cannot check those. */
  readonly withoutMissingKeys?: boolean | undefined;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  /** Stops it; nothing is left of it. */
  readonly signal?: AbortSignal | undefined;
}

/** A backup that is whole and on the disk. */
export interface BackupReport {
  readonly id: string;
  readonly file: string;
  readonly octets: number;
  readonly rows: number;
  readonly keys: readonly KeyFacts[];
}

/**
 * Writes a backup while the installation runs: the database as it was at one moment, then the key files, so that every key that moment refers
 * to is among them. Throws `key_not_found` for keys that cannot be used, `storage_full`, `conflict` for a file that is there.
 */
export const makeBackup = (source: BackupSource, options: BackupOptions): Promise<BackupReport> =>
  withSnapshot(source.dialect, async (snapshot) => {
    const { serverSecret, clock, random } = source;
    const { file } = options;
    const { rows } = snapshot;
    const archive = await ArchiveWriter.create({ file, serverSecret, rows, clock, random });
    try {
      const { tables, refs } = await writeTables(archive, snapshot, options);
      for await (const { part, octets } of readKeyFiles(source.keys)) {
        await archive.part(part);
        await archive.data(octets);
      }
      for (const [name, octets] of Object.entries(options.extras ?? {})) {
        await archive.part(name);
        await archive.data(octets);
      }
      const keys = await knownKeys(source, refs, options);
      const ledgers = await endsOf(snapshot.directory);
      requireGoingOn(options.signal);
      await archive.finish({ schema: snapshot.schema, tables, keys, ledgers });
      return { id: archive.header.id, file, octets: archive.size, rows, keys };
    } catch (failure) {
      await archive.abandon();
      throw failure;
    }
  });

const writeTables = async (
  archive: ArchiveWriter,
  snapshot: Snapshot,
  { onProgress, signal }: BackupOptions,
): Promise<{ tables: Readonly<Record<string, TableDigest>>; refs: readonly string[] }> => {
  const tables: Record<string, TableDigest> = {};
  const references = new KeyReferences();
  let done = 0;
  for (const table of snapshot.tables) {
    await archive.part(`database/${table}`);
    const digest = digestOfRows();
    for await (const rows of snapshot.pages(table)) {
      requireGoingOn(signal);
      references.see(table, rows);
      digest.add(rows);
      await archive.data(writePage(rows));
      done += rows.length;
      onProgress?.({ phase: "save", detail: table, done, total: snapshot.rows });
    }
    tables[table] = digest.end();
  }
  return { tables, refs: references.all() };
};

const knownKeys = (
  { keys: stores, serverSecret, logger }: BackupSource,
  refs: readonly string[],
  { withoutMissingKeys = false }: BackupOptions,
): Promise<readonly KeyFacts[]> =>
  withKeyStores(stores, serverSecret, logger, async (providers) => {
    const { keys, missing } = await describeKeys(refs, providers);
    if (missing.length > 0 && !withoutMissingKeys)
      throw new CountersignError(
        "key_not_found",
        `of ${refs.length} keys that the database refers to, ${missing.length} cannot be used`,
        { issues: missing },
      );
    for (const { path, message } of missing)
      logger.warn({ key: path, error: message }, "backup refers to a key that cannot be used");
    return keys;
  });

const endsOf = async (
  directory: Directory,
): Promise<readonly ({ readonly tenant: TenantId } & ChainEnd)[]> => {
  const ends: ({ readonly tenant: TenantId } & ChainEnd)[] = [];
  for (const { id } of await directory.tenants()) {
    const chain = await directory.open(id).chain.head();
    if (chain !== undefined) ends.push({ tenant: id, ...chain.end });
  }
  return ends;
};
