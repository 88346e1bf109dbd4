import { lstat, mkdir, open, readdir, readFile, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { CountersignError } from "../errors.ts";
import { fileFault } from "./file-fault.ts";

/** One encrypted key file; `part` is its name in a backup. */
export interface KeyFile {
  readonly part: string;
  readonly octets: Uint8Array;
}

const PART = /^keys\/(\d{1,3})\/([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/;

/** The files of all key stores that have any, one after the other. Drafts, whose names begin with a dot, are left out. */
export async function* readKeyFiles(keys: Config["keys"]): AsyncGenerator<KeyFile> {
  for (const [number, { folder }] of keys.entries()) {
    if (folder === undefined) continue;
    const names = await readdir(folder).catch((cause: unknown) => {
      throw fileFault(folder, "read", cause);
    });
    for (const name of names.sort()) {
      const part = `keys/${number}/${name}`;
      const path = join(folder, name);
      if (!PART.test(part) || !(await lstat(path)).isFile()) continue;
      yield { part, octets: await readFile(path) };
    }
  }
}

/** Writes key files back, each durable and 0600, into folders that hold none. */
export class KeyFileWriter {
  readonly #made: string[] = [];
  readonly #folders: string[] = [];

  constructor(private readonly keys: Config["keys"]) {}

  /** Throws `already_initialised` where a folder holds anything. */
  async requireEmpty(): Promise<void> {
    for (const { folder } of this.keys) {
      if (folder === undefined) continue;
      const names = await readdir(folder).catch(() => []);
      if (names.length > 0)
        throw new CountersignError("already_initialised", `the key folder ${folder} is not empty`);
    }
  }

  /** False for a part that is no key file. Throws `invalid_config` where the configuration names no such key folder. */
  async write({ part, octets }: KeyFile): Promise<boolean> {
    const [, number, name] = PART.exec(part) ?? [];
    if (number === undefined || name === undefined) return false;
    const folder = this.keys[Number(number)]?.folder;
    if (folder === undefined)
      throw new CountersignError(
        "invalid_config",
        `the backup has key files of key store ${number}, which is configured as another kind: name the key stores in the same order`,
      );
    const path = join(folder, name);
    try {
      const first = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (first !== undefined) this.#folders.push(folder);
      const file = await open(path, "wx", 0o600);
      this.#made.push(path);
      await file.writeFile(octets);
      await file.sync().finally(() => file.close());
    } catch (cause) {
      throw fileFault(path, "written", cause);
    }
    return true;
  }

  /** Removes what was written. */
  async undo(): Promise<void> {
    for (const path of this.#made) await unlink(path).catch(() => undefined);
    for (const folder of this.#folders) await rmdir(folder).catch(() => undefined);
  }
}
