import { availableParallelism } from "node:os";
import { resolve } from "node:path";

import { isRsa, type KeyProvider, type Logger, type Metrics } from "../plugin/sdk.ts";
import { openKeyClient } from "./key-client.ts";
import { measuredClient } from "./measured-client.ts";
import { providerOfClient } from "./provider-of-client.ts";

export interface SoftKeysOptions {
  /** Made, with rights for its owner only, when it is absent. */
  readonly folder: string;
  readonly passphrase: Uint8Array | string;
  /** Key processes; default one a core. */
  readonly processes?: number | undefined;
  /** Keeps the keys in the host's own process and memory. */
  readonly inProcess?: boolean | undefined;
  /** Seconds an operation may take before its key process is killed and started again; default 10. */
  readonly deadlineSeconds?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * Keys in encrypted files, worked with in key processes; for development and small sites. RSA keys take a digest, EC keys the message.
 * Throws `key_pin_incorrect` for a wrong passphrase, `invalid_config` or `key_unavailable` for a folder that cannot be used.
 */
export const openSoftKeys = async (options: SoftKeysOptions): Promise<KeyProvider> => {
  const { folder, passphrase, inProcess = false, deadlineSeconds = 10, logger } = options;
  const client = await openKeyClient({
    config: {
      kind: "soft",
      folder: resolve(folder),
      passphrase: Buffer.from(passphrase).toString("base64"),
    },
    processes: inProcess ? 1 : (options.processes ?? availableParallelism()),
    deadline: deadlineSeconds * 1000,
    inProcess,
    logger,
  });
  const measured = measuredClient(client, "soft", options.metrics);
  return providerOfClient({ name: "soft", client: measured, takesDigest: isRsa });
};
