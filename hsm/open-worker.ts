import type { KeyWorker } from "./key-worker.ts";
import type { Pkcs11Config } from "./pkcs11-config.ts";
import type { TokenSetup } from "./pkcs11-token-setup.ts";
import type { SoftConfig } from "./soft-config.ts";

/** What a worker is opened with. It holds secrets: it travels through the pipe, never by arguments or environment. */
export type WorkerConfig = SoftConfig | Pkcs11Config | TokenSetup;

/** A config as the bytes of an `open` operation. */
export const encodeConfig = (config: WorkerConfig): Buffer => Buffer.from(JSON.stringify(config));

/**
 * Opens the worker that the bytes of an `open` operation ask for. Throws `key_pin_incorrect`, `key_module_missing`, `key_not_found`,
 * `invalid_config`, `key_unavailable`.
 */
export const openWorker = async (bytes: Uint8Array): Promise<KeyWorker> => {
  const config = JSON.parse(Buffer.from(bytes).toString()) as WorkerConfig;
  // Imported on demand, so that a process for soft keys never loads the PKCS#11 binding.
  switch (config.kind) {
    case "soft":
      return (await import("./soft-worker.ts")).openSoftWorker(config);
    case "pkcs11":
      return (await import("./pkcs11-worker.ts")).openPkcs11Worker(config);
    case "token-setup":
      return (await import("./pkcs11-token-setup.ts")).setUpToken(config);
  }
};
