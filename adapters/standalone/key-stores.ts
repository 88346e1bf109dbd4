import { resolve } from "node:path";
import { CountersignError } from "../../plugin/sdk.ts";
import type { KeyStoreSettings } from "./settings.ts";

/** Options of `serve` and `init` that say where keys are. */
export interface KeyStoreOptions {
  readonly pkcs11?: string | undefined;
  readonly tokenLabel?: string | undefined;
  readonly pinFile?: string | undefined;
  readonly pinEnv?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly passphraseEnv?: string | undefined;
}

/**
 * The key store that options ask for; undefined when they ask for none. Throws `invalid_config` where a PIN source is missing or named
 * twice.
 */
export const keyStoreOf = (options: KeyStoreOptions): KeyStoreSettings | undefined => {
  const { pkcs11, tokenLabel } = options;
  const pin = sourceOf("pin", options.pinFile, options.pinEnv);
  const passphrase = sourceOf("passphrase", options.passphraseFile, options.passphraseEnv);
  if (pkcs11 === undefined) {
    if (pin !== undefined || tokenLabel !== undefined) {
      throw new CountersignError("invalid_config", "a PIN or token label needs --pkcs11 MODULE");
    }
    return passphrase === undefined ? undefined : { ...SOFT, passphrase };
  }
  if (passphrase !== undefined) {
    throw new CountersignError("invalid_config", "a token has a PIN, not a passphrase");
  }
  if (pin === undefined) {
    throw new CountersignError(
      "invalid_config",
      "--pkcs11 needs --pin-file FILE or --pin-env NAME",
    );
  }
  return {
    kind: "pkcs11",
    module: modulePath(pkcs11),
    ...(tokenLabel === undefined ? {} : { tokenLabel }),
    pin,
  };
};

/** Absolute, but for a bare name, which the system's loader looks up. */
export const modulePath = (module: string): string =>
  module.includes("/") ? resolve(module) : module;

const SOFT = { kind: "soft", folder: "keys" };

/** Soft keys whose passphrase lies beside them: they are as safe as the data folder's rights. */
export const defaultKeyStore: KeyStoreSettings = { ...SOFT, passphrase: { file: "passphrase" } };

/** A store put first makes the new keys; others stay behind it, since authorities may have keys there. */
export const withKeyStore = (
  stores: readonly KeyStoreSettings[],
  store: KeyStoreSettings | undefined,
): readonly KeyStoreSettings[] =>
  store === undefined ? stores : [store, ...stores.filter(({ kind }) => kind !== store.kind)];

const sourceOf = (what: string, file: string | undefined, env: string | undefined) => {
  if (file !== undefined && env !== undefined) {
    throw new CountersignError("invalid_config", `give --${what}-file or --${what}-env, not both`);
  }
  if (file !== undefined) return { file: resolve(file) };
  return env === undefined ? undefined : { env };
};
