import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { CountersignError, type KeySpec } from "../plugin/sdk.ts";

/** What a key file says in the open; all of it is authenticated. */
export interface SoftKeyFacts extends KeySpec {
  readonly id: string;
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string;
}

interface SealedText {
  readonly nonce: string;
  readonly sealed: string;
  readonly tag: string;
}

/** The cost of one try of a passphrase, and the salt of the folder. */
interface StoreHeader {
  readonly version: 1;
  readonly kdf: "scrypt";
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
}

/** A folder of encrypted key files. */
export interface SoftStore {
  /** Durable when it returns. */
  write(facts: SoftKeyFacts, pkcs8: Uint8Array): void;
  /** What `use` makes of the PKCS#8, which is wiped then. Throws `key_not_found`; `key_unavailable` for a file that was altered. */
  read<T>(
    id: string,
    use: (facts: SoftKeyFacts, pkcs8: Buffer) => T,
  ): { readonly facts: SoftKeyFacts; readonly secret: T };
  remove(id: string): void;
  ids(): readonly string[];
  /** Faults of the folder that an admin should see. */
  faults(): readonly string[];
}

const HEADER = "store.json";
const SUFFIX = ".key.json";
const ID = /^[0-9a-f]{32}$/;
const COST = { N: 2 ** 16, r: 8, p: 1 } as const;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const seal = (key: Uint8Array, open: object, secret: Uint8Array): SealedText => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(open)));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return { nonce: base64(nonce), sealed: base64(sealed), tag: base64(cipher.getAuthTag()) };
};

/** Undefined when key or text are not the ones it was sealed with. */
const unseal = (key: Uint8Array, open: object, text: SealedText): Buffer | undefined => {
  const nonce = Buffer.from(text.nonce, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  try {
    decipher.setAAD(Buffer.from(JSON.stringify(open)));
    decipher.setAuthTag(Buffer.from(text.tag, "base64"));
    return Buffer.concat([decipher.update(text.sealed, "base64"), decipher.final()]);
  } catch {
    return undefined;
  }
};

/** Writes a whole file or none; `exclusive`: leaves a file that is there already. */
const writeWhole = (folder: string, name: string, text: string, exclusive: boolean): void => {
  const draft = join(folder, `.${name}.${randomBytes(6).toString("hex")}`);
  const file = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (exclusive) {
    try {
      linkSync(draft, join(folder, name));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    } finally {
      rmSync(draft);
    }
  } else {
    renameSync(draft, join(folder, name));
  }
  // The name is durable only when the folder is. Windows cannot do this.
  if (process.platform === "win32") return;
  const parent = openSync(folder, "r");
  fsyncSync(parent);
  closeSync(parent);
};

const deriveKey = (header: StoreHeader, passphrase: Uint8Array): Buffer => {
  const { N, r, p, salt } = header;
  // The header is read before it is authenticated: an altered one must not cost all memory, nor weaken new files.
  if (!(N >= 2 ** 15 && N <= 2 ** 20 && r === 8 && p >= 1 && p <= 4)) {
    throw new CountersignError("invalid_config", `${HEADER} of the key folder is not one of ours`);
  }
  const maxmem = 128 * r * (N + p + 2);
  return scryptSync(passphrase, Buffer.from(salt, "base64"), 32, { N, r, p, maxmem });
};

/**
 * Opens a folder of keys, and makes it when it is absent. Synchronous: it runs in a key process, where nothing else waits. Throws
 * `key_pin_incorrect` for a wrong passphrase, `invalid_config` for a folder that is none of ours.
 */
export const openSoftStore = (folder: string, passphrase: Uint8Array): SoftStore => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const headerPath = join(folder, HEADER);
  let text: string;
  try {
    text = readFileSync(headerPath, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (readdirSync(folder).some((name) => name.endsWith(SUFFIX))) {
      throw new CountersignError("invalid_config", `the key folder ${folder} has lost ${HEADER}`);
    }
    const header: StoreHeader = {
      version: 1,
      kdf: "scrypt",
      ...COST,
      salt: base64(randomBytes(16)),
    };
    const check = seal(deriveKey(header, passphrase), header, new Uint8Array());
    // Several processes may do this at once: the first one's stays, and all read it.
    writeWhole(folder, HEADER, JSON.stringify({ ...header, check }, undefined, 2), true);
    text = readFileSync(headerPath, "utf8");
  }
  const { check, ...header } = JSON.parse(text) as StoreHeader & { check: SealedText };
  const key = deriveKey(header, passphrase);
  if (unseal(key, header, check) === undefined) {
    throw new CountersignError(
      "key_pin_incorrect",
      `the passphrase does not open the key folder ${folder}`,
    );
  }
  const pathOf = (id: string): string => {
    if (!ID.test(id)) throw new CountersignError("key_not_found", `no soft key has the id ${id}`);
    return join(folder, id + SUFFIX);
  };
  return {
    write: (facts, pkcs8) => {
      const file = { ...facts, ...seal(key, facts, pkcs8) };
      writeWhole(folder, facts.id + SUFFIX, JSON.stringify(file, undefined, 2), false);
    },
    read: (id, use) => {
      let file: SoftKeyFacts & SealedText;
      try {
        file = JSON.parse(readFileSync(pathOf(id), "utf8")) as SoftKeyFacts & SealedText;
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new CountersignError("key_not_found", `no file in ${folder} holds the key ${id}`);
      }
      const { nonce, sealed, tag, ...facts } = file;
      const pkcs8 = facts.id === id ? unseal(key, facts, { nonce, sealed, tag }) : undefined;
      if (pkcs8 === undefined) {
        throw new CountersignError("key_unavailable", `the file of the key ${id} was altered`);
      }
      try {
        return { facts, secret: use(facts, pkcs8) };
      } finally {
        pkcs8.fill(0);
      }
    },
    remove: (id) => rmSync(pathOf(id), { force: true }),
    ids: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(SUFFIX) && !name.startsWith("."))
        .map((name) => name.slice(0, -SUFFIX.length)),
    faults: () =>
      [".", ...readdirSync(folder)]
        .filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)
        .map((name) => join(folder, name)),
  };
};
