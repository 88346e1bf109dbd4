import { builtins } from "../../adapters/preset.ts";
import { CountersignError, type KeyProvider, type KeyStoreDefinition } from "../../plugin/sdk.ts";

/** The soft key store, with as many signatures left as a test allows; then it fails like a token that was pulled out. */
export interface FailingKeys {
  readonly keyStores: readonly KeyStoreDefinition[];
  signaturesLeft: number;
  /** References of the keys of CAs, RAs and OCSP responders that were made and not destroyed. */
  readonly made: ReadonlySet<string>;
}

/** Not counted: what works in the background, such as the ledger's sealer. */
const COUNTED = /^(?:CA|RA|OCSP) /;

export const failingKeys = (): FailingKeys => {
  const made = new Set<string>();
  const state = { signaturesLeft: Infinity, made };
  const failing = (provider: KeyProvider): KeyProvider => ({
    name: provider.name,
    async generate(spec) {
      const ref = await provider.generate(spec);
      if (COUNTED.test(spec.label)) made.add(ref);
      return ref;
    },
    importKey: (...given) => provider.importKey(...given),
    decrypter: (ref) => provider.decrypter(ref),
    async destroy(ref) {
      await provider.destroy(ref);
      made.delete(ref);
    },
    probe: () => provider.probe(),
    close: () => provider.close(),
    async signer(ref) {
      const signer = await provider.signer(ref);
      return {
        ...{ algorithm: signer.algorithm, publicKey: signer.publicKey, takes: signer.takes },
        sign: (input, scheme) =>
          !made.has(ref) || state.signaturesLeft-- > 0
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
