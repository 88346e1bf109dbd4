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
import { certificateProfiles } from "../templates/certificate/profiles.ts";
import { profileRenderers } from "../templates/profile/renderers.ts";
import { consoleShapes } from "./consoles/consoles.ts";
import { testDevice } from "./test-device.ts";
import { internalCa } from "./ca/internal.ts";
import { smtpMailer } from "./mail/smtp.ts";

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
    open: async ({ passphrase, ...options }, { logger, metrics }) =>
      openSoftKeys({
        ...options,
        logger,
        metrics,
        passphrase: await readSecret(passphrase, environment),
      }),
    folder: ({ folder }) => folder,
  });

const token = {
  module: z.string().min(1).optional().describe("Path of the PKCS#11 module."),
  parameters: z.string().min(1).optional().describe("Text for C_Initialize, as NSS wants one."),
  tokenLabel: z.string().min(1).optional(),
  slot: z.int().min(0).optional(),
  environment: z
    .record(z.string(), z.string())
    .optional()
    .describe("Variables of the key process, for example SOFTHSM2_CONF."),
};
const pin = z
  .union([secretSource, z.array(secretSource).min(1).max(8)])
  .describe("The PIN, or sources of its parts in order (dual control).");

/** A PIN of one source, or of several people's parts one after the other. */
const readPin = async (
  source: z.output<typeof pin>,
  environment: Environment,
): Promise<Uint8Array> =>
  Buffer.concat(await Promise.all([source].flat().map((part) => readSecret(part, environment))));

const pkcs11Keys = (environment: Environment): KeyStoreDefinition =>
  defineKeyStore({
    kind: "pkcs11",
    options: z.strictObject({
      ...token,
      pin: pin.optional(),
      tokens: z
        .array(z.strictObject({ ...token, pin }))
        .min(1)
        .max(16)
        .optional()
        .describe("Several tokens that hold the same keys, in place of one."),
      mode: z
        .enum(["ordered", "balanced"])
        .optional()
        .describe("Of several tokens, the first that works, or the one with the least to do."),
      sessions: z
        .int()
        .min(1)
        .max(256)
        .optional()
        .describe("Operations at the same time in each key process."),
      processes: z
        .int()
        .min(1)
        .max(16)
        .optional()
        .describe("Key processes of each token; more than one for software tokens."),
      deadlineSeconds: z
        .int()
        .min(1)
        .max(600)
        .optional()
        .describe("How long an operation may take before its key process is started again."),
      healthSeconds: z
        .int()
        .min(1)
        .max(3600)
        .optional()
        .describe("Time without a success after which a token is tried with a signature."),
    }),
    open: async ({ pin: source, tokens, ...options }, context) =>
      openPkcs11Keys({
        ...options,
        ...context,
        pin: source === undefined ? undefined : await readPin(source, environment),
        tokens:
          tokens &&
          (await Promise.all(
            tokens.map(async (one) => ({ ...one, pin: await readPin(one.pin, environment) })),
          )),
      }),
  });

/** Everything that is shipped, as one setup value; `overrides` replace members of it. The environment is read when it is called. */
export const builtins = (overrides: Partial<Setup> = {}): Setup => {
  const environment = overrides.environment ?? process.env;
  return {
    keyStores: [softKeys(environment), pkcs11Keys(environment)],
    caBackends: [internalCa()],
    mailer: smtpMailer,
    renderers: profileRenderers(),
    consoles: consoleShapes(),
    certificateProfiles: certificateProfiles(),
    testDevice: testDevice(),
    hosts: [],
    environment,
    ...overrides,
  };
};
