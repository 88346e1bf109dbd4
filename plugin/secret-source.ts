import { open } from "node:fs/promises";
import { z } from "zod";
import { CountersignError } from "./errors.ts";

/** Where a secret comes from: a file, an environment variable, or a function of the host. Never the value itself. */
export type SecretSource =
  | { readonly file: string }
  | { readonly env: string }
  | (() => string | Uint8Array | Promise<string | Uint8Array>);

/** What a setting that names a secret looks like. */
export const secretSource = z.union(
  [
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ env: z.string().min(1) }),
    z.custom<Extract<SecretSource, (...args: never) => unknown>>(
      (value) => typeof value === "function",
    ),
  ],
  { error: "give { file }, { env } or a function that answers the secret" },
);

/** Environment variables as a host hands them over; the plugin never reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The octets of a secret, exactly as they are: nothing is trimmed from a file. Text is taken as UTF-8.
 * Throws `invalid_config` that names `setting` and the source, never the value.
 */
export const readSecretBytes = async (
  setting: string,
  source: SecretSource,
  environment: Environment,
): Promise<Uint8Array> => {
  if (typeof source === "function") return octets(await source());
  if ("env" in source) {
    const value = environment[source.env];
    if (value === undefined || value === "") {
      throw missing(setting, `the environment variable ${source.env} is not set`);
    }
    return octets(value);
  }
  return readPrivately(source.file, (message, cause) => missing(setting, message, cause));
};

/** Looks at the rights of the very file that is read. */
const readPrivately = async (
  path: string,
  fault: (message: string, cause?: unknown) => CountersignError,
): Promise<Uint8Array> => {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw fault(`the file ${path} cannot be read`, cause);
  });
  try {
    const { mode } = await file.stat();
    // Windows has no such bits.
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw fault(`others can read the file ${path}; run: chmod 600 ${path}`);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
};

const octets = (value: string | Uint8Array): Uint8Array =>
  typeof value === "string" ? new TextEncoder().encode(value) : value;

const missing = (setting: string, message: string, cause?: unknown): CountersignError =>
  new CountersignError("invalid_config", `${setting}: ${message}`, {
    issues: [{ path: setting, message }],
    cause,
  });
