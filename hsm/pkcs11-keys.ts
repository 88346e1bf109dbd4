import { CountersignError, type KeyProvider, type Logger } from "../plugin/sdk.ts";
import { openKeyClient } from "./key-client.ts";
import { providerOfClient } from "./provider-of-client.ts";

export interface Pkcs11KeysOptions {
  /** Path of the module, a shared library. */
  readonly module: string;
  /** The token by its label, its slot number, or both; neither is needed where there is one token. */
  readonly tokenLabel?: string | undefined;
  readonly slot?: number | undefined;
  readonly pin: Uint8Array | string;
  /** 32 octets or more, the same on every node of the installation: answers to malformed key transports are made from it. */
  readonly rejectionSecret: Uint8Array;
  /** Operations at the same time; default 4. */
  readonly sessions?: number | undefined;
  /** Loads the module into the host's own process: a module that hangs then hangs the host. */
  readonly inProcess?: boolean | undefined;
  /** Added to the environment of the key process, for example SOFTHSM2_CONF. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Seconds an operation may take before the key process is killed and started again; default 10. */
  readonly deadlineSeconds?: number | undefined;
  readonly logger?: Logger | undefined;
}

const MIN_THREADS = 4;

/**
 * Keys on a PKCS#11 token, with the module in one process of its own. All keys take digests. Throws `key_module_missing`, `key_not_found`
 * (no such token), `key_pin_incorrect` (tried once), `invalid_config`, `key_unavailable`.
 */
export const openPkcs11Keys = async (options: Pkcs11KeysOptions): Promise<KeyProvider> => {
  const { sessions = 4, inProcess = false, deadlineSeconds = 10, environment = {} } = options;
  if (options.rejectionSecret.length < 32) {
    throw new CountersignError("invalid_config", "the rejection secret has less than 32 octets");
  }
  if (!Number.isInteger(sessions) || sessions < 1 || sessions > 256) {
    throw new CountersignError("invalid_config", "sessions must be between 1 and 256");
  }
  if (inProcess && Object.keys(environment).length > 0) {
    throw new CountersignError("invalid_config", "an environment needs a key process of its own");
  }
  const client = await openKeyClient({
    config: {
      kind: "pkcs11",
      module: options.module,
      tokenLabel: options.tokenLabel,
      slot: options.slot,
      pin: Buffer.from(options.pin).toString("base64"),
      rejectionSecret: Buffer.from(options.rejectionSecret).toString("base64"),
      sessions,
    },
    // Enough that a session which is free finds work at once.
    inFlight: sessions * 4,
    deadline: deadlineSeconds * 1000,
    inProcess,
    environment: {
      UV_THREADPOOL_SIZE: String(Math.max(MIN_THREADS, sessions + 4)),
      ...environment,
    },
    logger: options.logger,
  });
  return providerOfClient({ name: "pkcs11", client, takesDigest: () => true });
};
