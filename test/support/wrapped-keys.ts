import type { KeyStoreDefinition } from "../../plugin/define.ts";
import type { Decrypter, KeyProvider, Signer } from "../../plugin/ports/keys.ts";

/** What a test does around the operations of keys; each calls `go` to let the key do it. */
export interface AroundKeys {
  sign(go: () => Promise<Uint8Array>, signer: Signer): Promise<Uint8Array>;
  unwrap(go: () => Promise<Uint8Array>, decrypter: Decrypter): Promise<Uint8Array>;
}

const wrapped = (provider: KeyProvider, around: AroundKeys): KeyProvider => ({
  name: provider.name,
  generate: (spec) => provider.generate(spec),
  importKey: (pkcs8, spec) => provider.importKey(pkcs8, spec),
  destroy: (ref) => provider.destroy(ref),
  probe: () => provider.probe(),
  close: () => provider.close(),
  signer: async (ref) => {
    const signer = await provider.signer(ref);
    return {
      ...signer,
      sign: (input, scheme) => around.sign(() => signer.sign(input, scheme), signer),
    };
  },
  decrypter: async (ref) => {
    const decrypter = await provider.decrypter(ref);
    return {
      ...decrypter,
      unwrap: (...asked) => around.unwrap(() => decrypter.unwrap(...asked), decrypter),
    };
  },
});

/** The key store with something around every operation of its keys. */
export const wrappedKeyStore = (
  store: KeyStoreDefinition,
  around: AroundKeys,
): KeyStoreDefinition => ({
  ...store,
  prepare: (options) => {
    const prepared = store.prepare(options);
    return "open" in prepared
      ? { open: async (context) => wrapped(await prepared.open(context), around) }
      : prepared;
  },
});
