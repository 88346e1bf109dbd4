import { CountersignError } from "../errors.ts";
import { type Archive, openArchive } from "./archive-reader.ts";
import type { Manifest } from "./manifest.ts";
import { type BackupProgress, requireGoingOn } from "./progress.ts";
import { readPage } from "./row-page.ts";

/** A backup that was read from end to end and is whole. */
export interface CheckedBackup {
  readonly archive: Archive;
  readonly manifest: Manifest;
  /** All parts but the database: encrypted key files (`keys/…`), and what the host put in beside. */
  readonly extras: Readonly<Record<string, Uint8Array>>;
}

export interface CheckOptions {
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a whole backup and writes nothing. Throws `backup_damaged`, `key_pin_incorrect` for a wrong server secret, `invalid_input`. */
export const checkBackup = async (
  file: string,
  serverSecret: Uint8Array,
  { onProgress, signal }: CheckOptions = {},
): Promise<CheckedBackup> => {
  const archive = await openArchive(file, serverSecret);
  const extras: Record<string, Uint8Array> = {};
  let [done, manifest]: [number, Manifest | undefined] = [0, undefined];
  for await (const item of archive.items()) {
    requireGoingOn(signal);
    if (item.kind === "manifest") manifest = item.manifest;
    else if (item.part.startsWith("database/")) {
      done += readPage(item.octets).length;
      const total = archive.header.rows;
      onProgress?.({ phase: "check", detail: item.part, done, total });
    } else extras[item.part] = item.octets;
  }
  if (manifest === undefined) throw new CountersignError("backup_damaged", "it has no manifest");
  return { archive, manifest, extras };
};
