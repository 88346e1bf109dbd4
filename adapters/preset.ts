import { z } from "zod";
import { openPkcs11Keys } from "../hsm/pkcs11-keys.ts";
import { readSecret } from "../hsm/secret-source.ts";
import { openSoftKeys } from "../hsm/soft-keys.ts";
import {
  defineKeyStore,
  type Environment,
  type KeyStoreDefinition,
  secretSource,
  type Setup,
} from "../plugin/sdk.ts";
import { profileRenderers } from "../templates/profile/renderers.ts";
import { internalCa } from "./ca/internal.ts";

const softKeys = (environment: Environment): KeyStoreDefinition =>
  defineKeyStore({
    kind: "soft",
    options: z.strictObject({
      folder: z.string().min(1).describe("Folder of the encrypted key files."),
      passphrase: secretSource,
      processes: z
        .int()
        .min(1)
        .max(64)
        .optional()
        .describe("Key processes; one a core unless given."),
      inProcess: z.boolean().optional().describe("Keep the keys in the host's own process."),
    }),
    open: async ({ passphrase, ...options }, { logger }) =>
      openSoftKeys({ ...options, logger, passphrase: await readSecret(passphrase, environment) }),
  });

const pkcs11Keys = (environment: Environment): KeyStoreDefinition =>
  defineKeyStore({
    kind: "pkcs11",
    options: z.strictObject({
      module: z.string().min(1).describe("Path of the PKCS#11 module."),
      tokenLabel: z.string().min(1).optional(),
      slot: z.int().min(0).optional(),
      pin: secretSource,
      sessions: z.int().min(1).max(256).optional().describe("Operations at the same time."),
      environment: z
        .record(z.string(), z.string())
        .optional()
        .describe("Variables of the key process, for example SOFTHSM2_CONF."),
    }),
    open: async ({ pin, ...options }, { logger, rejectionSecret }) =>
      openPkcs11Keys({
        ...options,
        logger,
        rejectionSecret,
        pin: await readSecret(pin, environment),
      }),
  });

/** Everything that is shipped, as one setup value; `overrides` replace members of it. The environment is read when it is called. */
export const builtins = (overrides: Partial<Setup> = {}): Setup => {
  const environment = overrides.environment ?? process.env;
  return {
    keyStores: [softKeys(environment), pkcs11Keys(environment)],
    caBackends: [internalCa()],
    renderers: profileRenderers(),
    hosts: [],
    environment,
    ...overrides,
  };
};
