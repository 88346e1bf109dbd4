import { open } from "node:fs/promises";

import { CountersignError, messageOf } from "../plugin/sdk.ts";

/** Where a PIN or passphrase comes from: a file, a variable of the environment, or a function of the host's. */
export type SecretSource =
  | { readonly file: string }
  | { readonly env: string }
  | (() => Uint8Array | string | Promise<Uint8Array | string>);

const fault = (detail: string): CountersignError => new CountersignError("invalid_config", detail);

const fromFile = async (path: string): Promise<Uint8Array> => {
  let file;
  try {
    file = await open(path, "r");
  } catch (error) {
    throw fault(`the secret file cannot be read: ${messageOf(error)}`);
  }
  try {
    const { mode } = await file.stat();
    // Windows has no such bits.
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw fault(`the secret file ${path} can be read by others; run: chmod 600 ${path}`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
};

/** Without the one line end that editors and `echo` leave. */
const trimLineEnd = (secret: Buffer): Uint8Array => {
  let end = secret.length;
  if (secret[end - 1] === 0x0a) end -= 1;
  if (end < secret.length && secret[end - 1] === 0x0d) end -= 1;
  return new Uint8Array(secret.subarray(0, end));
};

/**
 * Reads a secret. Throws `invalid_config` for a file that others can read, and for what is missing or empty; never with the secret.
 * `environment` is the host's, as it passes it.
 */
export const readSecret = async (
  source: SecretSource,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Uint8Array> => {
  if (typeof source === "function") {
    const given = Buffer.from(await source());
    if (given.length === 0) throw fault("the secret is empty");
    return new Uint8Array(given);
  }
  const [raw, name] =
    "file" in source
      ? [await fromFile(source.file), `the secret file ${source.file}`]
      : [Buffer.from(environment[source.env] ?? ""), `the variable ${source.env}`];
  const secret = trimLineEnd(Buffer.from(raw));
  if (secret.length === 0) throw fault(`${name} is empty or missing`);
  return secret;
};
