import { timingSafeEqual } from "node:crypto";
import type { Config } from "./config.ts";
import { CountersignError } from "./errors.ts";
import type { Directory } from "./ports/stores.ts";
import { readSecretBytes } from "./secret-source.ts";
import { deriveKey } from "./services/access/secret-box.ts";
import type { Setup } from "./setup.ts";

/** The octets of the configured secret. Throws `invalid_config`. */
export const readServerSecret = async (
  config: Pick<Config, "serverSecret">,
  setup: Pick<Setup, "environment">,
): Promise<Uint8Array> => {
  const { serverSecret } = config;
  const octets =
    serverSecret instanceof Uint8Array
      ? serverSecret
      : await readSecretBytes("serverSecret", serverSecret, setup.environment ?? {});
  if (octets.length < 32) throw wrongSecret("it must have at least 32 octets");
  return octets;
};

/**
 * Sealed secrets and MACs of another server secret would all fail one by one; so say it at once. Throws
 * `invalid_config` for another than the database was set up with.
 */
export const checkServerSecret = async (
  directory: Directory,
  serverSecret: Uint8Array,
): Promise<void> => {
  const check = deriveKey(serverSecret, "check");
  const stored = await directory.setting("server-secret-check", () => Promise.resolve(check));
  if (stored.length !== check.length || !timingSafeEqual(stored, check)) {
    throw wrongSecret("it is not the one this database was set up with");
  }
};

const wrongSecret = (message: string): CountersignError =>
  new CountersignError("invalid_config", `serverSecret: ${message}`, {
    issues: [{ path: "serverSecret", message }],
  });
