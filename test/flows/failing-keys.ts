import { builtins } from "../../adapters/preset.ts";
import { CountersignError, type KeyProvider, type KeyStoreDefinition } from "../../plugin/sdk.ts";

/** The soft key store, with as many signatures left as a test allows; then it fails like a token that was pulled out. */
export interface FailingKeys {
  readonly keyStores: readonly KeyStoreDefinition[];
  signaturesLeft: number;
}

export const failingKeys = (): FailingKeys => {
  const state = { signaturesLeft: Infinity };
  const failing = (provider: KeyProvider): KeyProvider => ({
    name: provider.name,
    generate: (spec) => provider.generate(spec),
    importKey: (pkcs8, spec) => provider.importKey(pkcs8, spec),
    decrypter: (ref) => provider.decrypter(ref),
    destroy: (ref) => provider.destroy(ref),
    probe: () => provider.probe(),
    close: () => provider.close(),
    async signer(ref) {
      const signer = await provider.signer(ref);
      return {
        ...{ algorithm: signer.algorithm, publicKey: signer.publicKey, takes: signer.takes },
        sign: (input, scheme) =>
          state.signaturesLeft-- > 0
            ? signer.sign(input, scheme)
            : Promise.reject(new CountersignError("key_unavailable", "the token is gone")),
      };
    },
  });
  const keyStores = builtins()
    .keyStores.filter(({ kind }) => kind === "soft")
    .map((soft): KeyStoreDefinition => ({
      ...soft,
      prepare: (options) => {
        const prepared = soft.prepare(options);
        return "open" in prepared
          ? { open: async (context) => failing(await prepared.open(context)) }
          : prepared;
      },
    }));
  return Object.assign(state, { keyStores });
};
