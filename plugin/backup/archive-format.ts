import { createCipheriv, createDecipheriv, createHmac, hkdfSync, hash } from "node:crypto";
import { deriveKey } from "../services/access/secret-box.ts";

/**
 * A backup is one file: two lines of text, then frames. The first line is `countersign-backup 1`, the second the header, JSON. A frame is
 * its kind (1 octet), the length of what follows (4 octets, the first one highest) and AES-256-GCM ciphertext with its tag. The nonce is the
 * number of the frame, from 0; authenticated with it are the SHA-256 of both lines and the kind, so that no frame can be changed, left out,
 * moved, or taken over from another backup. The last frame is the manifest: a file that does not end with it was cut off.
 */
export const MAGIC = "countersign-backup 1";

/** `part`: JSON `{ name }`, followed by its data; `data` and `manifest`: raw DEFLATE (RFC 1951). */
export const FRAME = { part: 1, data: 2, manifest: 3 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** The second line. */
export interface ArchiveHeader {
  /** UUID. */
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of the database, for progress. */
  readonly rows: number;
  /** Base64, 32 octets: makes the key one of this backup. */
  readonly salt: string;
  /** Hex: tells a wrong server secret from a damaged file. */
  readonly check: string;
}

/** Octets that a frame adds to its content. */
export const FRAME_HEAD = 5;
const TAG = 16;

/** HKDF-SHA256 over what is derived from the server secret for backups. */
export const archiveKey = (serverSecret: Uint8Array, salt: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", deriveKey(serverSecret, "backup"), salt, "archive", 32));

export const checkOf = (key: Uint8Array): string =>
  createHmac("sha256", key).update("check").digest("hex").slice(0, 32);

/** Both lines as they stand in the file. */
export const headBytesOf = (header: ArchiveHeader): Uint8Array =>
  Buffer.from(`${MAGIC}\n${JSON.stringify(header)}\n`);

/** Seals and opens the frames of one backup. */
export class FrameBox {
  readonly #context: Uint8Array;

  /** `head`: both lines. */
  constructor(
    private readonly key: Uint8Array,
    head: Uint8Array,
  ) {
    this.#context = hash("sha256", head, "buffer");
  }

  seal(number: number, kind: FrameKind, content: Uint8Array): Uint8Array {
    const cipher = createCipheriv("aes-256-gcm", this.key, nonceOf(number)).setAAD(this.#aad(kind));
    const sealed = cipher.update(content);
    const head = Buffer.alloc(FRAME_HEAD);
    head.writeUInt8(kind);
    head.writeUInt32BE(sealed.length + TAG, 1);
    return Buffer.concat([head, sealed, cipher.final(), cipher.getAuthTag()]);
  }

  /** Undefined for what was not sealed so. */
  open(number: number, kind: number, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < TAG) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", this.key, nonceOf(number), {
      authTagLength: TAG,
    });
    try {
      decipher.setAAD(this.#aad(kind)).setAuthTag(sealed.subarray(-TAG));
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  #aad(kind: number): Uint8Array {
    return Buffer.concat([this.#context, Buffer.of(kind)]);
  }
}

const nonceOf = (number: number): Uint8Array => {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
};
