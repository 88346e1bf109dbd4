import { createHash, type Hash } from "node:crypto";
import { link, open, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import type { Clock, Random } from "../ports/ambient.ts";
import {
  type ArchiveHeader,
  archiveKey,
  checkOf,
  FRAME,
  FrameBox,
  type FrameKind,
  headBytesOf,
} from "./archive-format.ts";
import { fileFault } from "./file-fault.ts";
import type { Manifest, PartFacts } from "./manifest.ts";

const deflate = promisify(deflateRaw);
/** Keys and certificates hardly shrink: more effort costs time and saves next to nothing. */
const LEVEL = 2;

export interface ArchiveOptions {
  readonly file: string;
  readonly serverSecret: Uint8Array;
  readonly rows: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** Writes one backup. It has its name only when it is whole and on the disk. */
export class ArchiveWriter {
  readonly header: ArchiveHeader;
  /** Octets written. */
  size = 0;
  readonly #parts: PartFacts[] = [];
  #part: { readonly name: string; readonly hash: Hash; octets: number } | undefined;
  #frames = 0;

  private constructor(
    private readonly path: string,
    private readonly draft: string,
    private readonly file: FileHandle,
    private readonly box: FrameBox,
    header: ArchiveHeader,
  ) {
    this.header = header;
  }

  /** Throws `conflict` for a file that is there, `storage_full`, `invalid_input`. */
  static async create(options: ArchiveOptions): Promise<ArchiveWriter> {
    const { file: path, serverSecret, rows, clock, random } = options;
    const salt = random.bytes(32);
    const key = archiveKey(serverSecret, salt);
    const header = {
      id: random.uuid(),
      createdAt: clock.now().toISOString(),
      rows,
      salt: Buffer.from(salt).toString("base64"),
      check: checkOf(key),
    };
    const head = headBytesOf(header);
    const draft = `${path}.${header.id}.part`;
    try {
      const file = await open(draft, "wx", 0o600);
      const writer = new ArchiveWriter(path, draft, file, new FrameBox(key, head), header);
      await writer.#write(head).catch(async (failure: unknown) => {
        await writer.abandon();
        throw failure;
      });
      return writer;
    } catch (cause) {
      throw fileFault(path, "written", cause);
    }
  }

  /** What `data` adds to from now on. */
  async part(name: string): Promise<void> {
    this.#endPart();
    this.#part = { name, hash: createHash("sha256"), octets: 0 };
    await this.#frame(FRAME.part, Buffer.from(JSON.stringify({ name })));
  }

  async data(content: Uint8Array): Promise<void> {
    this.#part?.hash.update(content);
    if (this.#part !== undefined) this.#part.octets += content.length;
    await this.#frame(FRAME.data, await deflate(content, { level: LEVEL }));
  }

  /** Ends it, makes it durable and gives it its name. Throws `conflict` when somebody else has taken the name meanwhile. */
  async finish(manifest: Omit<Manifest, "parts">): Promise<void> {
    this.#endPart();
    const whole: Manifest = { ...manifest, parts: this.#parts };
    await this.#frame(FRAME.manifest, await deflate(Buffer.from(JSON.stringify(whole))));
    try {
      await this.file.sync();
      await this.file.close();
      // Not a rename, which would replace a file.
      await link(this.draft, this.path);
      await rm(this.draft);
      const folder = await open(dirname(this.path), "r");
      await folder.sync().finally(() => folder.close());
    } catch (cause) {
      throw fileFault(this.path, "written", cause);
    }
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.draft, { force: true });
  }

  #endPart(): void {
    if (this.#part === undefined) return;
    const { name, hash, octets } = this.#part;
    this.#parts.push({ name, octets, sha256: hash.digest("hex") });
    this.#part = undefined;
  }

  async #frame(kind: FrameKind, content: Uint8Array): Promise<void> {
    await this.#write(this.box.seal(this.#frames, kind, content));
    this.#frames += 1;
  }

  async #write(octets: Uint8Array): Promise<void> {
    try {
      await this.file.writeFile(octets);
      this.size += octets.length;
    } catch (cause) {
      throw fileFault(this.path, "written", cause);
    }
  }
}
