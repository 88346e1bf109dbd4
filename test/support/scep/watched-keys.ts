import { builtins } from "../../../adapters/preset.ts";
import type { KeyStoreDefinition } from "../../../plugin/define.ts";
import { CountersignError } from "../../../plugin/errors.ts";
import type { KeyProvider } from "../../../plugin/ports/keys.ts";
import { silentLogger } from "../installation.ts";

/** What the keys of an installation did, and whether they are at hand. */
export interface KeyWatch {
  unwraps: number;
  signatures: number;
  /** While true every operation fails as on a token that was pulled. */
  down: boolean;
  /** Keys that fail alone: SubjectPublicKeyInfo in hex. */
  readonly lost: Set<string>;
}

const watched = (provider: KeyProvider, watch: KeyWatch): KeyProvider => {
  const needed = ({ publicKey }: { readonly publicKey: Uint8Array }): void => {
    if (watch.down || watch.lost.has(Buffer.from(publicKey).toString("hex")))
      throw new CountersignError("key_unavailable", "the lab pulled the token");
  };
  return {
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
        sign: async (input, scheme) => {
          needed(signer);
          watch.signatures++;
          return signer.sign(input, scheme);
        },
      };
    },
    decrypter: async (ref) => {
      const decrypter = await provider.decrypter(ref);
      return {
        ...decrypter,
        unwrap: async (ciphertext, scheme, length) => {
          needed(decrypter);
          watch.unwraps++;
          return decrypter.unwrap(ciphertext, scheme, length);
        },
      };
    },
  };
};

/** The shipped key stores, each operation counted. */
export const watchedKeyStores = (watch: KeyWatch): readonly KeyStoreDefinition[] =>
  builtins({ logger: silentLogger }).keyStores.map((definition) => ({
    ...definition,
    prepare: (options) => {
      const prepared = definition.prepare(options);
      if (!("open" in prepared)) return prepared;
      return { open: async (context) => watched(await prepared.open(context), watch) };
    },
  }));
