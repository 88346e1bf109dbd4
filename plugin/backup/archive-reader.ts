import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { CountersignError, messageOf } from "../errors.ts";
import {
  type ArchiveHeader,
  archiveKey,
  checkOf,
  FRAME,
  FRAME_HEAD,
  FrameBox,
  MAGIC,
} from "./archive-format.ts";
import { fileFault } from "./file-fault.ts";
import type { Manifest, PartFacts } from "./manifest.ts";

const inflate = promisify(inflateRaw);
const LONGEST_HEAD = 4096;
/** A table's page holds some megabytes, or one large CRL. */
const LARGEST_FRAME = 512 * 1024 * 1024;

/** What a backup holds, in order: the data of its parts, and at the end the manifest. Nothing that comes before the manifest is complete. */
export type ArchiveItem =
  | { readonly kind: "data"; readonly part: string; readonly octets: Uint8Array }
  | { readonly kind: "manifest"; readonly manifest: Manifest };

/** A backup whose header was read with the right server secret. */
export interface Archive {
  readonly file: string;
  readonly header: ArchiveHeader;
  /**
   * Reads it from its beginning. Throws `backup_damaged` for what was changed, left out, added or cut off; each frame is proven before it is
   * handed out.
   */
  items(): AsyncGenerator<ArchiveItem>;
}

const damaged = (detail: string, cause?: unknown): CountersignError =>
  new CountersignError("backup_damaged", detail, { cause });

/** Throws `invalid_input` for what is no backup of ours, `key_pin_incorrect` for another server secret than it was made with. */
export const openArchive = async (file: string, serverSecret: Uint8Array): Promise<Archive> => {
  const { header, length, box } = await reading(file, async (handle) => {
    const start = Buffer.alloc(LONGEST_HEAD);
    const { bytesRead } = await handle.read(start, 0, LONGEST_HEAD, 0);
    return headOf(file, start.subarray(0, bytesRead), serverSecret);
  });
  return {
    file,
    header,
    items: async function* () {
      const handle = await open(file, "r").catch((cause: unknown) => {
        throw fileFault(file, "read", cause);
      });
      try {
        yield* itemsOf(handle, length, box);
      } finally {
        await handle.close();
      }
    },
  };
};

const reading = async <T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> => {
  try {
    const handle = await open(file, "r");
    return await work(handle).finally(() => handle.close());
  } catch (cause) {
    throw fileFault(file, "read", cause);
  }
};

const headOf = (file: string, start: Uint8Array, serverSecret: Uint8Array) => {
  const lines = Buffer.from(start).toString("latin1").split("\n", 3);
  const [magic, line] = lines;
  if (magic !== MAGIC)
    throw new CountersignError(
      "invalid_input",
      magic?.startsWith("countersign-backup ") === true
        ? `${file} was made by another version of Countersign, whose backups look different`
        : `${file} is no backup of Countersign`,
    );
  const length = MAGIC.length + (line?.length ?? 0) + 2;
  if (line === undefined || lines.length < 3) throw damaged(`${file} is cut off in its header`);
  let header: ArchiveHeader;
  try {
    header = JSON.parse(line) as ArchiveHeader;
  } catch (cause) {
    throw damaged(`the header of ${file} cannot be read`, cause);
  }
  const key = archiveKey(serverSecret, Buffer.from(header.salt, "base64"));
  if (checkOf(key) !== header.check)
    throw new CountersignError(
      "key_pin_incorrect",
      `the server secret is not the one that ${file} was made with`,
    );
  return { header, length, box: new FrameBox(key, start.subarray(0, length)) };
};

async function* itemsOf(
  handle: FileHandle,
  start: number,
  box: FrameBox,
): AsyncGenerator<ArchiveItem> {
  const parts = new PartHashes();
  const { size } = await handle.stat();
  let at = start;
  for (let number = 0; ; number += 1) {
    const head = await exactly(handle, at, FRAME_HEAD);
    const kind = head.readUInt8();
    const length = head.readUInt32BE(1);
    if (length > LARGEST_FRAME) throw damaged(`frame ${number} is not one of ours`);
    // Before memory is taken for it: the length is not proven yet.
    if (at + FRAME_HEAD + length > size) throw damaged(`it is cut off after ${size} octets`);
    const sealed = await exactly(handle, at + FRAME_HEAD, length);
    at += FRAME_HEAD + length;
    const content = box.open(number, kind, sealed);
    if (content === undefined)
      throw damaged(`frame ${number}, which ends at octet ${at}, was altered`);
    if (kind === FRAME.part) parts.begin(content);
    else if (kind === FRAME.data) {
      const octets = await inflate(content);
      yield { kind: "data", part: parts.add(octets), octets };
    } else {
      const manifest = JSON.parse((await inflate(content)).toString("utf8")) as Manifest;
      parts.compare(manifest.parts);
      if ((await handle.read(Buffer.alloc(1), 0, 1, at)).bytesRead > 0)
        throw damaged("something was added behind its end");
      yield { kind: "manifest", manifest };
      return;
    }
  }
}

const exactly = async (handle: FileHandle, at: number, length: number): Promise<Buffer> => {
  const octets = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle
      .read(octets, read, length - read, at + read)
      .catch((cause: unknown) => {
        throw damaged(`it cannot be read at octet ${at + read}: ${messageOf(cause)}`, cause);
      });
    if (bytesRead === 0) throw damaged(`it is cut off after ${at + read} octets`);
    read += bytesRead;
  }
  return octets;
};

/** The parts as they are read, for comparing them with the manifest. */
class PartHashes {
  readonly #done: PartFacts[] = [];
  #part = { name: "", hash: createHash("sha256"), octets: 0 };

  begin(content: Uint8Array): void {
    this.#end();
    const { name } = JSON.parse(Buffer.from(content).toString("utf8")) as { name: string };
    this.#part = { name, hash: createHash("sha256"), octets: 0 };
  }

  /** Answers the name of the part. */
  add(octets: Uint8Array): string {
    this.#part.hash.update(octets);
    this.#part.octets += octets.length;
    return this.#part.name;
  }

  compare(parts: readonly PartFacts[]): void {
    this.#end();
    if (JSON.stringify(this.#done) !== JSON.stringify(parts))
      throw damaged("its parts are not those of its manifest");
  }

  #end(): void {
    const { name, hash, octets } = this.#part;
    if (name !== "") this.#done.push({ name, octets, sha256: hash.digest("hex") });
  }
}
